import type { GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'
import { ExpectedError, TookTooLong, Unavailable } from '../shared/errors.ts'

/** GraphQL's own refusals of a document; their words are about the document, not about us. */
const documentCodes = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'OPERATION_RESOLUTION_FAILURE', 'BAD_REQUEST', 'PERSISTED_QUERY_NOT_SUPPORTED'])

/** Whether a document, or its variables, is refused with this code. */
export function isOfDocument(code: unknown): boolean {
  return documentCodes.has(String(code))
}

/** What a client hears of an error that nobody expected. */
export const unexpectedWords = 'Something went wrong on our side. Please try again; if it stays, tell us the request id.'

const longestMessage = 400
// A value can make GraphQL's words as long as a request; what is ours in them stands at the beginning.
const longestRead = 1_000

/** The expected error behind whatever was thrown: the thing itself, or the database being away or too slow. */
export function expected(error: unknown): ExpectedError | undefined {
  const original = error instanceof GraphQLError ? error.originalError ?? error : error
  if (original instanceof ExpectedError)
    return original
  if ((original as { code?: unknown } | undefined)?.code === statementTimeout)
    return new TookTooLong(original)
  return isDatabaseAway(original) ? new Unavailable(original) : undefined
}

/** PostgreSQL's query_canceled: statement_timeout has struck. */
const statementTimeout = '57014'

/** What a client may see of an error. Everything unexpected becomes one sentence; its cause is in the log. */
export function publicError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const known = expected(error)
  if (known) {
    const { http: _, ...extensions } = known.extensions
    return { ...formatted, message: known.message, extensions }
  }
  const code = String(formatted.extensions?.code)
  if (isOfDocument(code))
    return { ...formatted, message: quiet(formatted.message), extensions: { code } }
  return {
    message: unexpectedWords,
    ...(formatted.path && { path: formatted.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  }
}

/**
 * GraphQL's words about a document without what was sent in it: no value, no name beyond 64 characters, and no hint at
 * names that were not asked for.
 */
function quiet(message: string): string {
  const words = message
    .slice(0, longestRead)
    .replace(/ ?Did you mean [^?]*\?/g, '')
    // Values are printed whole, and without quotes where they are no text; what is wrong with them comes last.
    .replace(/(cannot represent [\w -]{0,40}?(?:value|-string|type|timestamp))(?:: | )[\s\S]*$/, '$1.')
    .replace(/(got invalid value) (?:[\s\S]*(?= at "[^"]*"; )|[\s\S]*(?=; )|[\s\S]*$)/, '$1')
    .replace(/(Expected value of type "[^"]*"), found [\s\S]*$/, '$1.')
    .replace(/"((?:[^"\\]|\\.){0,64})(?:[^"\\]|\\.)*(?:"|$)/g, '"$1"')
    .replace(/\S{65,}/g, word => `${word.slice(0, 64)}…`)
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
