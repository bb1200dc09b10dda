import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { z } from 'zod'

// Years a school has to do with; the database's calendar goes further, people's slips further still.
const day = z.iso.date().regex(/^(?:19|20|21|22)/)

/** A day on a school's calendar. What was sent is checked, and not repeated in the error. */
export const LocalDate = new GraphQLScalarType<string, string>({
  name: 'LocalDate',
  description: 'A calendar date, YYYY-MM-DD.',
  serialize: value => String(value),
  parseValue: readDay,
  parseLiteral: node => readDay(node.kind === Kind.STRING ? node.value : undefined),
})

function readDay(value: unknown): string {
  const { success, data } = day.safeParse(value)
  if (!success)
    throw new GraphQLError('A date is written YYYY-MM-DD, exists, and lies between 1900 and 2299.', { extensions: { code: 'BAD_USER_INPUT' } })
  return data
}
