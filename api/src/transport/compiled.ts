import type { DocumentNode, ExecutionResult, GraphQLNamedType, GraphQLSchema, GraphQLType } from 'graphql'
import type { CompiledQuery } from 'graphql-jit'
import { BREAK, execute, getNamedType, getOperationAST, GraphQLError, isAbstractType, isInputObjectType, Kind, OperationTypeNode, typeFromAST, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { getVariableValues } from 'graphql/execution/values.js'

/** One valid operation. */
export interface Asked {
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Record<string, unknown> | undefined
  readonly context: object
}

export interface Executor {
  readonly execute: (asked: Asked) => Promise<ExecutionResult>
  /** How many operations are kept compiled. */
  readonly kept: () => number
}

/** Compiling costs as much as some dozen answers, so what is asked once is interpreted. */
const askedBefore = 2

/** Documents of our own clients are a few hundred. A compiled one is some 100 kB. */
const mostKept = 500

/**
 * Runs operations: those that come again as code compiled for them, which answers a long list in a quarter of the time;
 * all others by graphql-js. Both answer the same. What a field is read from must have no getter that throws.
 */
export function openExecutor(schema: GraphQLSchema, keep = mostKept): Executor {
  const seen = new WeakMap<DocumentNode, number>()
  // By document, which Apollo keeps for as long as it is asked for; null where it cannot be compiled.
  const kept = new Map<DocumentNode, Map<string, CompiledQuery | null>>()

  function compiledOf({ document, operationName }: Asked): CompiledQuery | null {
    const times = (seen.get(document) ?? 0) + 1
    seen.set(document, times)
    if (times < askedBefore)
      return null
    const known = kept.get(document) ?? new Map<string, CompiledQuery | null>()
    // What was used last goes last.
    kept.delete(document)
    kept.set(document, known)
    if (kept.size > keep)
      kept.delete(kept.keys().next().value!)
    const name = operationName ?? ''
    if (!known.has(name))
      known.set(name, compile(schema, document, operationName))
    return known.get(name)!
  }

  return {
    kept: () => kept.size,
    async execute(asked) {
      const { document, operationName, variables, context } = asked
      const interpret = () => execute({ schema, document, operationName, variableValues: variables, contextValue: context })
      const operation = getOperationAST(document, operationName)
      const compiled = operation && compiledOf(asked)
      // Variables that do not fit are refused in graphql-js's words, and by its rules.
      if (!compiled || getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, { maxErrors: 1 }).errors)
        return interpret()
      const { data, errors } = await compiled.query(undefined, context, variables)
      return errors ? { data, errors: errors.map(asGraphql) } : { data }
    },
  }
}

/** The compiler's own errors lack what graphql-js promises of one. */
function asGraphql({ message: said, path, locations, originalError }: GraphQLError): GraphQLError {
  // Whatever was thrown: some of it has no words, or words that cannot be read.
  const message = typeof said === 'string' ? said : 'Something was thrown that is no error.'
  const error = new GraphQLError(message, { path, originalError: originalError instanceof Error ? originalError : new Error(message) })
  return Object.assign(error, { locations })
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string | undefined): CompiledQuery | null {
  if (!isSafeToCompile(schema, document))
    return null
  const compiled = compileQuery(schema, document, operationName)
  return isCompiledQuery(compiled) ? compiled : null
}

/**
 * Whether code may be made of a document that anybody may have written. The compiler writes values that stand in it into
 * the code, and turns some texts into expressions; and it knows places in an answer by their names, joined by `_`. So
 * texts are given as variables, and answers' names are plain, or it is interpreted. So are inputs that hold themselves,
 * which the compiler would follow without end; what may be of several types, whose choice it
 * does not guard; variables inside of values, which it makes null where they are missing; and
 * changes, of which it makes the later ones after one has failed.
 */
export function isSafeToCompile(schema: GraphQLSchema, document: DocumentNode): boolean {
  let safe = true
  const refuse = () => {
    safe = false
    return BREAK
  }
  const types = new TypeInfo(schema)
  visit(document, visitWithTypeInfo(types, {
    StringValue: refuse,
    Variable: ({ name }, _, parent) => name.value.startsWith('__') || !parent || !('kind' in parent) || (parent.kind !== Kind.ARGUMENT && parent.kind !== Kind.VARIABLE_DEFINITION) ? refuse() : undefined,
    Field: ({ name, alias }) => ((alias ?? name).value.includes('_') && !(name.value === '__typename' && !alias)) || isAbstractType(getNamedType(types.getType())) ? refuse() : undefined,
    VariableDefinition: ({ type }) => isEndless(typeFromAST(schema, type)) ? refuse() : undefined,
    OperationDefinition: ({ operation }) => operation !== OperationTypeNode.QUERY ? refuse() : undefined,
  }))
  return safe
}

function isEndless(type: GraphQLType | undefined, within: readonly GraphQLNamedType[] = []): boolean {
  const named = getNamedType(type)
  if (!isInputObjectType(named))
    return false
  return within.includes(named) || Object.values(named.getFields()).some(field => isEndless(field.type, [...within, named]))
}
