import { getMetadataStorage } from 'type-graphql'

/** Marks a part of the real schema as a decorator would: for tests, since nothing of ours is deprecated. Before the schema is built, and for this test file alone. */
export function deprecate(type: string, member: string, reason: string): void {
  const { objectTypes, inputTypes, fields, queries } = getMetadataStorage()
  if (type === 'Query')
    return void (queries.find(({ schemaName }) => schemaName === member)!.deprecationReason = reason)
  const { target } = [...objectTypes, ...inputTypes].find(({ name }) => name === type)!
  fields.find(field => field.target === target && field.schemaName === member)!.deprecationReason = reason
}
