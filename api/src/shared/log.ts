import type { Logger } from 'pino'
import { pino } from 'pino'

export type Log = Logger

// Anything that could sign somebody in never reaches a log line.
const secrets = ['password', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'totp', 'secret']

/** JSON lines on standard output; `level` as pino's. */
export function createLog(level: string): Log {
  return pino({
    level,
    redact: { paths: secrets.flatMap(name => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
  })
}
