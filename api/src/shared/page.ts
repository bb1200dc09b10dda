import { z } from 'zod'
import { openCursor } from './cursor.ts'
import { invalidField } from './errors.ts'

/** Relay's four arguments of a list. */
export interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
}

/** What a sort key holds; the keys of a cursor are checked against it before they reach the database. */
export type KeyKind = 'text' | 'uuid' | 'timestamp' | 'boolean' | 'integer' | 'day'

/** One page to read: bounds are the sort keys of the rows just outside it. */
export interface PageRequest {
  readonly limit: number
  /** True where the page ends at `before` rather than starting at `after`. */
  readonly backward: boolean
  readonly after: readonly string[] | undefined
  readonly before: readonly string[] | undefined
  /** All that decides which rows come in which order: its cursors are signed for it. */
  readonly list: unknown
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

export const defaultPageSize = 25
export const largestPage = 100

/**
 * Reads the arguments of a list, or refuses them by name. `list` is all that decides which rows come in which order
 * (school, list, filter, order): a cursor of anything else is refused.
 */
export function readPage(args: PageArguments, list: unknown, kinds: readonly KeyKind[]): PageRequest {
  const first = size(args.first, 'first')
  const last = size(args.last, 'last')
  if (first !== undefined && last !== undefined)
    throw invalidField(['last'], 'BAD_USER_INPUT', 'Give `first` or `last`, not both.')
  const after = bound(args.after, 'after', list, kinds)
  const before = bound(args.before, 'before', list, kinds)
  const backward = last !== undefined || (first === undefined && before !== undefined && after === undefined)
  return { limit: first ?? last ?? defaultPageSize, backward, after, before, list }
}

function size(value: number | null | undefined, name: 'first' | 'last'): number | undefined {
  if (value === null || value === undefined)
    return undefined
  if (!Number.isInteger(value) || value < 1 || value > largestPage)
    throw invalidField([name], 'BAD_USER_INPUT', `\`${name}\` must be from 1 to ${largestPage}.`)
  return value
}

const instant = z.iso.datetime({ offset: true })

const forms: Record<KeyKind, (key: string) => boolean> = {
  text: key => key.isWellFormed() && !key.includes('\0'),
  uuid: key => z.guid().safeParse(key).success,
  // As PostgreSQL writes one: a space for the T, an offset that may lack its minutes.
  timestamp: key => /^[12]/.test(key) && instant.safeParse(key.replace(' ', 'T').replace(/[+-]\d\d$/, '$&:00')).success,
  boolean: key => key === 'true' || key === 'false',
  integer: key => /^\d{1,18}$/.test(key),
  day: key => z.iso.date().safeParse(key).success,
}

/** The sort keys in a cursor of this list, or BAD_USER_INPUT at the argument's name. */
export function bound(cursor: string | null | undefined, name: 'after' | 'before', list: unknown, kinds: readonly KeyKind[]): readonly string[] | undefined {
  if (cursor === null || cursor === undefined)
    return undefined
  const keys = openCursor(cursor, list)
  if (!keys || keys.length !== kinds.length || !kinds.every((kind, place) => forms[kind](keys[place]!)))
    throw invalidField([name], 'BAD_USER_INPUT', `\`${name}\` is not a cursor of this list. Start again without it.`)
  return keys
}
