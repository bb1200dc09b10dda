import { ConfigError } from './config.ts'
import { UnsafeLogins } from './database/check-logins.ts'

// Node's words for a server that is not there, and PostgreSQL's for one that does not let us in or is not ready yet.
const away = /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|28\w{3}|3D000|42501|53300|57P03)$/
const silent = /^timeout expired$|^timeout exceeded when trying to connect|^Connection terminated/

/** Why it could not start, for whoever runs it: one line where the cause is outside, the whole trace where it is ours. */
export function explainStart(error: unknown): string {
  if (error instanceof ConfigError || error instanceof UnsafeLogins)
    return error.message
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code = '', syscall, port } = at as NodeJS.ErrnoException & { port?: number }
    if (syscall === 'listen')
      return code === 'EADDRINUSE' ? `Port ${port} is taken: stop what listens there, or set PORT.` : `Port ${port} cannot be opened (${code}): set PORT and HOST.`
    if (away.test(code) || silent.test(at.message))
      return `The database cannot be used: ${wordsOf(at)}`
  }
  return error instanceof Error ? error.stack ?? error.message : String(error)
}

/** A name with several addresses fails once for each. */
function wordsOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map((each: Error) => each.message).join(', ') : error.message
}
