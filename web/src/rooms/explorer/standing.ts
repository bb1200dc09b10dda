import type { NamedSchool } from '../../apollo/problem.ts'

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
export function claimed(headers: Record<string, unknown>): string[] {
  return Object.keys(headers).filter(name => ours.has(name.trim().toLowerCase()))
}
