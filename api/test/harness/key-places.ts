import type { GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql'
import type { Scope } from '../../src/access/scopes.ts'
import { getNamedType, isInterfaceType, isLeafType, isObjectType } from 'graphql'
import { allowed } from './access-table.ts'
import { closed, ofFields, ofInputs, ofOperations, ofTypes } from './scope-table.ts'
import { smallestCall } from './smallest-call.ts'

/** A field that can be reached with a key, by a shortest way to it. */
export interface KeyPlace {
  /** `Class.course`, or `query classes`. */
  readonly name: string
  readonly document: string
  /** What the document takes of a key, and what its input does besides; a closed field is never answered. */
  readonly takes: readonly Scope[]
  readonly takesRunning: readonly Scope[]
  readonly closed: boolean
}

interface Way { readonly around: (selection: string) => string, readonly takes: readonly Scope[], readonly takesRunning: readonly Scope[] }

/** Every operation that a key may call, and every field of every type below. */
export function keyPlaces(schema: GraphQLSchema): KeyPlace[] {
  const places: KeyPlace[] = []
  const waiting: { type: GraphQLNamedType, way: Way }[] = []
  const seen = new Set<string>()
  const shows = ({ name }: GraphQLNamedType): Scope[] => ofTypes[name] ? [`${ofTypes[name]}:read` as Scope] : []
  const visit = (name: string, field: GraphQLField<unknown, unknown>, way: Way, call = smallestCall(field, '')) => {
    const below = getNamedType(field.type)
    const takes = [...new Set([...way.takes, ...isLeafType(below) ? [] : shows(below)])]
    places.push({ name, document: way.around(`${call} ${isLeafType(below) ? '' : '{ __typename }'}`), takes, takesRunning: way.takesRunning, closed: closed.includes(name) })
    if (!isLeafType(below) && !closed.includes(name))
      waiting.push({ type: below, way: { ...way, takes, around: selection => way.around(`${call} { ${selection} }`) } })
  }

  for (const [kind, type] of [['query', schema.getQueryType()], ['mutation', schema.getMutationType()], ['subscription', schema.getSubscriptionType()]] as const) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const name = `${kind} ${field.name}`
      if (allowed[name]?.includes('key'))
        visit(name, field, { around: selection => `${kind} { ${selection} }`, takes: ofOperations[name] ?? [], takesRunning: ofInputs[name]?.takes ?? [] }, ofInputs[name]?.call)
    }
  }
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { type, way } = next
    if (seen.has(type.name) || (!isObjectType(type) && !isInterfaceType(type)))
      continue
    seen.add(type.name)
    for (const field of Object.values(type.getFields()))
      visit(`${type.name}.${field.name}`, field, { ...way, takes: [...new Set([...way.takes, ...shows(type), ...ofFields[`${type.name}.${field.name}`] ?? []])] })
    for (const possible of isInterfaceType(type) ? schema.getPossibleTypes(type) : [])
      waiting.push({ type: possible, way: { ...way, takes: [...way.takes, ...shows(possible)], around: selection => way.around(`... on ${possible.name} { ${selection} }`) } })
  }
  return places
}
