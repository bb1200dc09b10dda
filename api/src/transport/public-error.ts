import type { GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'
import { ExpectedError, Unavailable } from '../shared/errors.ts'

/** GraphQL's own refusals of a document; their words are about the document, not about us. */
const documentCodes = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'OPERATION_RESOLUTION_FAILURE', 'BAD_REQUEST', 'PERSISTED_QUERY_NOT_SUPPORTED'])

/** What a client hears of an error that nobody expected. */
export const unexpectedWords = 'Something went wrong on our side. Please try again; if it stays, tell us the request id.'

const longestMessage = 300

/** The expected error behind whatever was thrown: the thing itself, or the database being away. */
export function expected(error: unknown): ExpectedError | undefined {
  const original = error instanceof GraphQLError ? error.originalError ?? error : error
  if (original instanceof ExpectedError)
    return original
  return isDatabaseAway(original) ? new Unavailable(original) : undefined
}

/** What a client may see of an error. Everything unexpected becomes one sentence; its cause is in the log. */
export function publicError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const known = expected(error)
  if (known) {
    const { http: _, ...extensions } = known.extensions
    return { ...formatted, message: known.message, extensions }
  }
  const code = String(formatted.extensions?.code ?? '')
  if (documentCodes.has(code))
    return { ...formatted, message: quiet(formatted.message), extensions: { code } }
  return {
    message: unexpectedWords,
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  }
}

/** No hints at names that were not asked for, and no long echo of what was sent. */
function quiet(message: string): string {
  const words = message.replace(/ ?Did you mean [^?]*\?/g, '')
  return words.length > longestMessage ? `${words.slice(0, longestMessage)}…` : words
}

// PostgreSQL: 57P0x shut down or starting, 53300 too many connections, 08xxx connection lost (08P01 is a message we got wrong);
// pg-pool's own words for none free in time.
function isDatabaseAway(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = String((at as { code?: unknown }).code ?? '')
    if (/^(?:57P0\d|53300|55P03|40P01|40001|08(?!P01)\w{3}|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) || /^timeout exceeded when trying to connect|^Connection terminated|^Client has encountered a connection error/.test(at.message))
      return true
  }
  return false
}
