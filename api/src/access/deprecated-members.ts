import type { GraphQLArgument, GraphQLEnumValue, GraphQLField, GraphQLInputField, GraphQLSchema } from 'graphql'
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'

const known = new WeakMap<GraphQLSchema, ReadonlyMap<string, string>>()

/** What of a schema will go, by its coordinate (`Class.title`, `Query.users(filter:)`, `Role.AIDE`), with what is said of it. */
export function deprecatedMembers(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const members = known.get(schema) ?? collect(schema)
  known.set(schema, members)
  return members
}

function collect(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  const look = (coordinate: string, { deprecationReason }: GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField | GraphQLEnumValue) => {
    if (deprecationReason != null)
      members.set(coordinate, deprecationReason)
  }
  for (const type of Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))) {
    if (isEnumType(type))
      type.getValues().forEach(value => look(`${type.name}.${value.name}`, value))
    if (isInputObjectType(type))
      Object.values(type.getFields()).forEach(field => look(`${type.name}.${field.name}`, field))
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field)
        field.args.forEach(argument => look(`${type.name}.${field.name}(${argument.name}:)`, argument))
      }
    }
  }
  return members
}
