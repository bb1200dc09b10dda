import type { GraphQLField, GraphQLInputType, GraphQLOutputType, GraphQLSchema } from 'graphql'
import { getNamedType, getNullableType, isInputObjectType, isInterfaceType, isLeafType, isListType, isNonNullType, isObjectType } from 'graphql'
import { operatorFields } from './access-table.ts'

export type Kind = 'query' | 'mutation' | 'subscription'

/** A root field of the contract, and what it takes to ask it whole. */
export interface Operation {
  readonly kind: Kind
  readonly field: string
  /** As tables name it: `mutation enrol`. */
  readonly name: string
  /** Asks for everything, each argument as a variable of its name. */
  readonly document: string
  /** The same with a selection of one's own. */
  readonly ask: (selection: string) => string
  /** Whether it can be asked without a variable. */
  readonly needsNothing: boolean
  /** Whether it answers pages of a list. */
  readonly paged: boolean
  /** The arguments that take a cursor. */
  readonly cursors: readonly string[]
  /** Where it takes ids, inputs in inputs and lists too; `*` is any place in a list. */
  readonly idPlaces: readonly IdPlace[]
}

export type IdPlace = readonly string[]

/** Every operation of a schema. */
export function operationsOf(schema: GraphQLSchema): Operation[] {
  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }
  return Object.entries(roots).flatMap(([kind, type]) => Object.values(type?.getFields() ?? {}).map(field => operation(kind as Kind, field)))
}

function operation(kind: Kind, field: GraphQLField<unknown, unknown>): Operation {
  const declared = field.args.map(({ name, type }) => `$${name}: ${type}`)
  const given = field.args.map(({ name }) => `${name}: $${name}`)
  const list = (parts: string[]) => parts.length > 0 ? `(${parts.join(', ')})` : ''
  const answer = getNamedType(field.type)
  const ask = (selection: string) => `${kind} ${list(declared)} { ${field.name}${list(given)} ${selection} }`
  return {
    kind,
    field: field.name,
    name: `${kind} ${field.name}`,
    document: ask(selection(field.type, [])),
    ask,
    needsNothing: field.args.every(({ type }) => !isNonNullType(type)),
    paged: isObjectType(answer) && 'pageInfo' in answer.getFields(),
    cursors: field.args.map(({ name }) => name).filter(name => name === 'after' || name === 'before'),
    idPlaces: field.args.flatMap(({ name, type }) => idsIn(type, [name])),
  }
}

function idsIn(type: GraphQLInputType, path: readonly string[], within: readonly string[] = []): IdPlace[] {
  const inner = getNullableType(type)
  if (isListType(inner))
    return idsIn(inner.ofType as GraphQLInputType, [...path, '*'], within)
  if (isInputObjectType(inner))
    return within.includes(inner.name) ? [] : Object.values(inner.getFields()).flatMap(field => idsIn(field.type, [...path, field.name], [...within, inner.name]))
  return String(inner) === 'ID' ? [path] : []
}

/** Levels of objects below an operation: what is deeper costs more than a document may. */
const deepest = 4

/** Every field without arguments that must be given, down to where a type comes again; of pages the nodes once, and nothing that is the operator's alone. */
function selection(type: GraphQLOutputType, within: readonly string[]): string {
  const named = getNamedType(type)
  if (!isObjectType(named) && !isInterfaceType(named))
    return ''
  const path = [...within, named.name]
  const fields = Object.values(named.getFields()).flatMap((field) => {
    const below = getNamedType(field.type)
    if (field.args.some(({ type }) => isNonNullType(type)) || operatorFields.has(`${named.name}.${field.name}`))
      return []
    if (isLeafType(below))
      return [field.name]
    const again = path.includes(below.name) || (field.name === 'node' && named.name.endsWith('Edge'))
    return again || path.length > deepest ? [] : [`${field.name} ${selection(field.type, path)}`]
  })
  return `{ ${fields.join(' ')} }`
}

/** Arguments of fields below the root that take ids: the walk above does not reach them. */
export function nestedIdArguments(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  return Object.values(schema.getTypeMap()).flatMap(type => isObjectType(type) && !roots.includes(type) && !type.name.startsWith('__')
    ? Object.values(type.getFields()).flatMap(field => field.args.flatMap(arg => idsIn(arg.type, [arg.name])).map(path => `${type.name}.${field.name} ${path.join('.')}`))
    : [])
}

type Variables = Record<string, unknown>

/** The variables with another id at this place. In a list it stands alone, or behind what is there already. */
export function withId(variables: Variables, place: IdPlace, id: unknown, inList: 'alone' | 'behind' = 'alone'): Variables {
  return put(variables, place, id, inList) as Variables
}

function put(value: unknown, [step, ...rest]: IdPlace, id: unknown, inList: 'alone' | 'behind'): unknown {
  if (step === undefined)
    return id
  if (step === '*') {
    const list = value as unknown[]
    const changed = put(structuredClone(list.at(-1)), rest, id, inList)
    return inList === 'behind' ? [...list, changed] : [changed]
  }
  return { ...value as Variables, [step]: put((value as Variables)[step], rest, id, inList) }
}
