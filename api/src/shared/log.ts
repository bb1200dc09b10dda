import type { DestinationStream, Logger } from 'pino'
import { destination, pino, stdSerializers } from 'pino'

export type Log = Logger

// Anything that could sign somebody in never reaches a log line.
const secrets = ['password', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'totp', 'secret']

/**
 * pg hangs the whole client on the errors of a lost connection: 5 kB, the key that cancels its queries among them.
 * Kysely hangs the query on an error of a row that is not there, with every value it was asked for.
 */
function plainError(error: Error): object {
  // The serializer marks what it has seen: one that is frozen is read through another.
  const { client: _, node: __, ...plain } = stdSerializers.err(Object.isExtensible(error) ? error : Object.create(error) as Error)
  return Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, typeof value === 'string' ? value.replace(quotedRow, '$1 (…)') : value as unknown]))
}

// PostgreSQL quotes the whole row that broke a constraint, hashes of passwords and people's data included.
const quotedRow = /(Failing row contains) \([\s\S]*?\)(?=\.(?:[\n:]|$))/g

/** JSON lines, on standard output unless told otherwise; `level` as pino's. */
export function createLog(level: string, out?: DestinationStream): Log {
  return pino({
    level,
    redact: { paths: secrets.flatMap(name => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    serializers: { err: plainError },
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
  }, out ?? destination())
}
