import type { DocumentNode, GraphQLSchema, GraphQLType, OperationDefinitionNode } from 'graphql'
import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType, separateOperations, typeFromAST, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { deprecatedMembers } from '../access/deprecated-members.ts'

interface Asked {
  /** Valid in the schema. */
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly variables: Readonly<Record<string, unknown>> | undefined
}

const none: readonly string[] = []

/** By operation: what is asked often is looked at once. */
const written = new WeakMap<OperationDefinitionNode, readonly string[]>()

/** What a request uses that will go, in its document and in its variables. Where nothing will, nothing is looked at. */
export function deprecatedUses(schema: GraphQLSchema, asked: Asked): readonly string[] {
  const members = deprecatedMembers(schema)
  if (members.size === 0)
    return none
  const inDocument = written.get(asked.operation) ?? usesWritten(schema, asked, members)
  written.set(asked.operation, inDocument)
  return [...new Set([...inDocument, ...usesGiven(schema, asked, members)])]
}

function usesWritten(schema: GraphQLSchema, { document, operation }: Asked, members: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set<string>()
  const look = (coordinate: string) => void (members.has(coordinate) && found.add(coordinate))
  const types = new TypeInfo(schema)
  const field = () => `${types.getParentType()?.name}.${types.getFieldDef()?.name}`
  // With the fragments that this operation spreads, and no others.
  visit(separateOperations(document)[operation.name?.value ?? '']!, visitWithTypeInfo(types, {
    Field: () => look(field()),
    Argument: ({ name }) => types.getDirective() ? undefined : look(`${field()}(${name.value}:)`),
    ObjectField: ({ name }) => look(`${getNamedType(types.getParentInputType())?.name}.${name.value}`),
    EnumValue: ({ value }) => look(`${getNamedType(types.getInputType())?.name}.${value}`),
  }))
  return [...found]
}

/** What is given in variables has been checked only as far as it was used: what does not fit is passed over. Without recursion: an input may hold itself. */
function usesGiven(schema: GraphQLSchema, { operation, variables = {} }: Asked, members: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set<string>()
  const look = (coordinate: string) => void (members.has(coordinate) && found.add(coordinate))
  const waiting: { type: GraphQLType | undefined, value: unknown }[] = (operation.variableDefinitions ?? []).map(({ variable, type }) => ({ type: typeFromAST(schema, type), value: variables[variable.name.value] }))
  while (waiting.length > 0) {
    const { type, value } = waiting.pop()!
    if (value === null || value === undefined)
      continue
    if (isNonNullType(type)) {
      waiting.push({ type: type.ofType as GraphQLType, value })
    }
    else if (isListType(type)) {
      waiting.push(...(Array.isArray(value) ? value as unknown[] : [value]).map(item => ({ type: type.ofType as GraphQLType, value: item })))
    }
    else if (isEnumType(type) && typeof value === 'string') {
      look(`${type.name}.${value}`)
    }
    else if (isInputObjectType(type) && typeof value === 'object') {
      Object.values(type.getFields()).filter(({ name }) => Object.hasOwn(value, name)).forEach((input) => {
        look(`${type.name}.${input.name}`)
        waiting.push({ type: input.type, value: (value as Record<string, unknown>)[input.name] })
      })
    }
  }
  return [...found]
}
