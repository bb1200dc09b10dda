/** What stands for a value that is not shown. */
export const hidden = '…'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Where a job says what kind of work it is, in a word of ours. */
const kinds = new Set(['kind', 'type', 'action', 'queue', 'severity'])
const word = /^[A-Z][\w.-]{0,59}$/i

/** A job's data as an operator may see them: ids, kinds, numbers. A job should hold nothing else; what it holds besides is hidden. */
export function redactData(data: unknown): Record<string, unknown> {
  return data !== null && typeof data === 'object' && !Array.isArray(data)
    ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, redactValue(key, value)]))
    : {}
}

function redactValue(key: string, value: unknown): unknown {
  if (value === null || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (typeof value === 'string')
    return uuid.test(value) || (kinds.has(key) && word.test(value)) ? value : hidden
  return Array.isArray(value) ? value.map(each => redactValue(key, each)) : redactData(value)
}

const longest = 300

/** The first line of what a failed try said, without what it may have quoted: addresses, values, secrets in URLs. */
export function redactError(output: unknown): string | null {
  const said = messageOf(output)?.split(/[\r\n]/, 1)[0]?.trim()
  if (!said)
    return null
  const line = said
    .replace(/\b[a-z][a-z\d+.-]*:\/\/\S+/gi, hidden)
    .replace(/"[^"]*"?|`[^`]*`?|«[^»]*»?|“[^”]*”?/g, hidden)
    // An apostrophe within a word opens nothing.
    .replace(/\B'[^']*'?/g, hidden)
    .replace(/[^\s<>()]+@[^\s<>()]+/g, hidden)
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`
}

function messageOf(output: unknown): string | undefined {
  if (typeof output === 'string')
    return output
  if (output === null || typeof output !== 'object')
    return undefined
  const { message, value } = output as { message?: unknown, value?: unknown }
  return [message, value].find(text => typeof text === 'string')
}
