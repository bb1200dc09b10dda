import { getMetadataStorage } from 'type-graphql'

/**
 * Marks members of the real types as decorators would, since nothing of ours is deprecated, while `open` builds a schema
 * of them. Afterwards they are as before: test files of one worker share what was decorated.
 */
export async function withDeprecated<T>(coordinates: readonly string[], reason: string, open: () => Promise<T>): Promise<T> {
  const members = coordinates.map(memberOf)
  for (const member of members)
    member.deprecationReason = reason
  try {
    return await open()
  }
  finally {
    for (const member of members)
      delete member.deprecationReason
  }
}

function memberOf(coordinate: string): { deprecationReason?: string | undefined } {
  const { objectTypes, inputTypes, fields, queries } = getMetadataStorage()
  const [type, member] = coordinate.split('.')
  if (type === 'Query')
    return queries.find(({ schemaName }) => schemaName === member)!
  const { target } = [...objectTypes, ...inputTypes].find(({ name }) => name === type)!
  return fields.find(field => field.target === target && field.schemaName === member)!
}
