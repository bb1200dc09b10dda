import type { GraphQLField, GraphQLInputType } from 'graphql'
import { isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType } from 'graphql'

/** A field with the arguments it must have, and what is selected of it. */
export function smallestCall(field: GraphQLField<unknown, unknown>, selection: string): string {
  const args = field.args.filter(arg => isNonNullType(arg.type)).map(arg => `${arg.name}: ${literal(arg.type)}`)
  return `${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} ${selection}`
}

/** The smallest literal of a type; ids are well-formed and nobody's. */
function literal(type: GraphQLInputType): string {
  if (isNonNullType(type))
    return literal(type.ofType as GraphQLInputType)
  if (isListType(type))
    return '[]'
  if (isEnumType(type))
    return type.getValues()[0]!.name
  if (isInputObjectType(type))
    return `{ ${Object.values(type.getFields()).filter(field => isNonNullType(field.type)).map(field => `${field.name}: ${literal(field.type)}`).join(', ')} }`
  if (isScalarType(type) && type.name === 'ID')
    return '"6ff0e5b1-0000-4000-8000-00000000dead"'
  return { Int: '1', Float: '1', Boolean: 'true', LocalDate: '"2026-08-01"', Date: '"2026-08-01"', DateTime: '"2027-08-01T00:00:00Z"' }[type.name] ?? '"x"'
}
