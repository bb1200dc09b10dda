import type { NamedSchool } from '../../../apollo/problem.ts'
import type { Kind } from '../fetcher.ts'

/** Where the next operation acts, why, and whether it may write. */
export interface Standing {
  /** Without one: the platform's own records. */
  school: NamedSchool | undefined
  /** Why this school is entered; it goes on the school's record. */
  reason: string
  writing: boolean
}

export const outside: Standing = { school: undefined, reason: '', writing: false }

/** What a request carries. A header's text travels as bytes: ours are UTF-8. */
export function headersOf({ school, reason, writing }: Standing): Record<string, string> {
  if (!school)
    return {}
  return {
    'x-tenant-id': school.id,
    'x-access-reason': String.fromCharCode(...new TextEncoder().encode(reason)),
    ...(writing && { 'x-access-mode': 'write' }),
  }
}

/** What a socket carries, in its own names. */
export function paramsOf({ school, reason, writing }: Standing): Record<string, string> {
  if (!school)
    return {}
  return { tenantId: school.id, accessReason: reason, ...(writing && { accessMode: 'write' }) }
}

const ours = new Set(['authorization', 'x-tenant-id', 'x-access-reason', 'x-access-mode'])

/** The headers written in the editor that only the bar may set: two answers to "which school?" would be one too many. */
function claimed(headers: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(headers).filter(name => ours.has(name.trim().toLowerCase()))
}

/** What an operation carries where the bar stands, or why it is not sent. */
export function admission(standing: () => Standing, words: { readingOnly: string, setInBar: (names: string) => string }) {
  return (kind: Kind | undefined, headers: Readonly<Record<string, unknown>>): Record<string, string> | string => {
    const taken = claimed(headers)
    if (taken.length > 0)
      return words.setInBar(taken.join(', '))
    const now = standing()
    // The server refuses it for a school; records of the platform know no such switch.
    return kind === 'mutation' && !now.writing ? words.readingOnly : headersOf(now)
  }
}
