import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { CompiledQuery } from 'graphql-jit'
import { execute, getOperationAST, GraphQLError, Kind } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { getVariableValues } from 'graphql/execution/values.js'
import { isSafeToCompile, refuseJoinedNames } from './compilable.ts'
import { expected } from './public-error.ts'

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

interface Thrift {
  /** Documents that are kept. Those of our own clients are a few hundred; a compiled one is some 100 kB. */
  readonly keep: number
  /** How many times as long as it took nothing is compiled afterwards: somebody who asks for ever new documents holds up nobody by it. */
  readonly rest: number
}

/**
 * Runs operations: those that come again as code compiled for them, which answers a long list in a quarter of the time;
 * all others by graphql-js. Both answer the same. What a field is read from must be a value, no promise or function, and
 * have no getter that throws; a question must be fit to be asked twice.
 */
export function openExecutor(schema: GraphQLSchema, { keep = 500, rest = 9 }: Partial<Thrift> = {}): Executor {
  refuseJoinedNames(schema)
  const seen = new WeakMap<DocumentNode, number>()
  // By document, which Apollo keeps for as long as it is asked for; null where it cannot be compiled.
  const kept = new Map<DocumentNode, Map<string, CompiledQuery | null>>()
  let restsUntil = 0

  function compiledOf({ document, operationName }: Asked): CompiledQuery | null {
    const times = (seen.get(document) ?? 0) + 1
    seen.set(document, times)
    if (times < askedBefore)
      return null
    const known = kept.get(document) ?? new Map<string, CompiledQuery | null>()
    const name = operationName ?? ''
    if (!known.has(name)) {
      const from = performance.now()
      if (from < restsUntil)
        return null
      known.set(name, compile(schema, document, operationName))
      restsUntil = performance.now() + (performance.now() - from) * rest
    }
    // What was used last goes last.
    kept.delete(document)
    kept.set(document, known)
    if (kept.size > keep)
      kept.delete(kept.keys().next().value!)
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
      return await answerOf(compiled, asked, operation) ?? interpret()
    },
  }
}

/**
 * What the code answers, where that is to be trusted: without an error, or with one that a resolver threw on purpose and
 * that stands in no list. Of several errors it tells others than graphql-js would, and where nothing is left of an answer
 * it keeps the rest to itself; of an item that is refused it mistakes the place; and what nobody expected it words in its
 * own way. All that is asked once more.
 */
async function answerOf(compiled: CompiledQuery, { variables, context }: Asked, { selectionSet }: OperationDefinitionNode): Promise<ExecutionResult | undefined> {
  try {
    const { data, errors } = await compiled.query(undefined, context, variables)
    if (!errors)
      return { data }
    const [only, ...others] = errors
    const { path = [] } = only!
    // The one field that was asked for was refused: nothing below it has run.
    const atRoot = path.length === 1 && selectionSet.selections.length === 1 && selectionSet.selections[0]!.kind === Kind.FIELD
    return others.length === 0 && expected(only) && (data || atRoot) && path.every(step => typeof step === 'string')
      ? { data, errors: [asGraphql(only!)] }
      : undefined
  }
  catch {
    return undefined // it fell over its own answer
  }
}

/** The compiler's own errors lack what graphql-js promises of one. */
function asGraphql({ message, path, locations, originalError }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError })
  return Object.assign(error, { locations })
}

function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string | undefined): CompiledQuery | null {
  if (!isSafeToCompile(schema, document))
    return null
  const compiled = compileQuery(schema, document, operationName)
  return isCompiledQuery(compiled) ? compiled : null
}
