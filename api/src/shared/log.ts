import type { DestinationStream, Logger } from 'pino'
import { AsyncLocalStorage } from 'node:async_hooks'
import { destination, pino, stdSerializers } from 'pino'

export type Log = Logger

// Anything that could sign somebody in never reaches a log line, however deep it lies.
const secretName = /password|passphrase|secret|token|authorization|cookie|credential|totp|api-?_?key|private-?_?key|connectionstring/i
const givenSecrets = ['password', 'accessToken', 'refreshToken', 'authorization', 'cookie', 'totp', 'secret', 'token']
/** Deeper than this nothing is told. */
const deepest = 6
/** Of a list, as many are told. */
const longestList = 100
const censored = '[redacted]'

/** In any text: a password in a URL, a bearer's or a JSON web token, a webhook's secret, a private key. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z\d+.-]{1,20}:\/\/[^\s:/?#@"\\]{0,200}):[^\s/"\\]{1,500}@/gi, `$1:${censored}@`],
  [/\b(Bearer|Basic) [\w.~+/-]{8,}={0,2}/gi, `$1 ${censored}`],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, censored],
  [/\bwhsec_[\w+/]{8,}={0,2}/g, censored],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, censored],
]

/** What every line says that is logged while `fn` runs, also in what it awaits. */
export function logAs<T>(facts: Readonly<Record<string, string>>, fn: () => T): T {
  return surroundings.run({ ...surroundings.getStore(), ...facts }, fn)
}
const surroundings = new AsyncLocalStorage<Readonly<Record<string, string>>>()

/**
 * pg hangs the whole client on the errors of a lost connection: 5 kB, the key that cancels its queries among them.
 * Kysely hangs the query on an error of a row that is not there, with every value it was asked for.
 */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error))
    return withoutSecrets(error)
  const { client: _, node: __, ...plain } = serialized(error)
  return withoutSecrets(Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, typeof value === 'string' ? value.replace(quotedRow, '$1 (…)') : value as unknown])))
}

function serialized(error: Error): Record<string, unknown> {
  try {
    // The serializer marks what it has seen: one that is frozen is read through another.
    return { ...stdSerializers.err(Object.isExtensible(error) ? error : Object.create(error) as Error) }
  }
  catch {
    // Something on it cannot be read; a line about an error must not become another.
    return { type: error.name, message: error.message, stack: error.stack }
  }
}

// PostgreSQL quotes the whole row that broke a constraint, hashes of passwords and people's data included.
const quotedRow = /(Failing row contains) \([\s\S]*?\)(?=\.(?:[\n:]|$))/g

/** A copy without what has a secret's name. What cannot be read is not told. */
function withoutSecrets(value: unknown, depth = 0, within: readonly unknown[] = []): unknown {
  // A function could be `toJSON`, and say in our place what is to be said.
  if (typeof value === 'function')
    return undefined
  if (typeof value !== 'object' || value === null || value instanceof Date)
    return value
  if (depth >= deepest || within.includes(value))
    return '[…]'
  if (depth > 0 && value instanceof Error)
    return plainError(value)
  if (Buffer.isBuffer(value) || ArrayBuffer.isView(value))
    return `[${value.byteLength} bytes]`
  const inner = [...within, value]
  if (Array.isArray(value))
    return value.slice(0, longestList).map(item => withoutSecrets(item, depth + 1, inner))
  return Object.fromEntries(Object.keys(value).map(name => [name, secretName.test(name) ? censored : withoutSecrets(read(value, name), depth + 1, inner)]))
}

function read(thing: object, name: string): unknown {
  try {
    return (thing as Record<string, unknown>)[name]
  }
  catch {
    return '[…]'
  }
}

function withoutSecretTexts(line: string): string {
  return secretTexts.reduce((text, [found, instead]) => text.replace(found, instead), line)
}

/** JSON lines, on standard output unless told otherwise; `level` as pino's. */
export function createLog(level: string, out?: DestinationStream): Log {
  return pino({
    level,
    // What a child logger is given is written once, past the formatter.
    redact: { paths: givenSecrets.flatMap(name => [name, `*.${name}`]), censor: censored },
    serializers: { err: plainError },
    formatters: {
      // An error under `err` is left to its serializer, which knows more about errors.
      log: ({ err, ...facts }) => ({ ...(withoutSecrets(facts) as Record<string, unknown>), ...(err !== undefined && { err }) }),
    },
    mixin: () => surroundings.getStore() ?? {},
    hooks: { streamWrite: withoutSecretTexts },
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
  }, out ?? destination())
}
