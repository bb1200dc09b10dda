import type { LocationQuery } from 'vue-router'

export const PAGE = 25

export interface ListState { search: string, by: string, descending: boolean, after?: string, before?: string }

const one = (value: LocationQuery[string] | undefined) => (typeof value === 'string' && value ? value : undefined)

/** A list's state as its address tells it: `?q=ada&sort=-given&after=…`. Unknown sorts fall back to the usual one. */
export function readList(query: LocationQuery, sorts: readonly string[]): ListState {
  const sort = one(query.sort) ?? ''
  const by = sort.replace(/^-/, '')
  const known = sorts.includes(by)
  return {
    search: one(query.q) ?? '',
    by: known ? by : sorts[0] ?? '',
    descending: known && sort.startsWith('-'),
    after: one(query.after),
    before: one(query.before),
  }
}

/** The address of a state. What is as usual is left out, so that a plain list has a plain address. */
export function writeList({ search, by, descending, after, before }: ListState, sorts: readonly string[]): Record<string, string> {
  const usual = by === (sorts[0] ?? '') && !descending
  return {
    ...(search && { q: search }),
    ...(!usual && { sort: (descending ? '-' : '') + by }),
    ...(after && { after }),
    ...(before && { before }),
  }
}

/** What the connection is asked: forwards from `after`, or backwards from `before`. */
export function pageOf({ after, before }: Pick<ListState, 'after' | 'before'>) {
  return before ? { last: PAGE, before } : { first: PAGE, after }
}
