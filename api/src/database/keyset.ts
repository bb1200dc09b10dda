import type { RawBuilder, SelectQueryBuilder } from 'kysely'
import type { KeyKind, PageInfo, PageRequest } from '../shared/page.ts'
import { sql } from 'kysely'
import { sealCursor } from '../shared/cursor.ts'

/** A column or expression a list is sorted by, and what it holds. Never null: keys are compared as one row. */
export interface SortKey {
  readonly expression: RawBuilder<unknown>
  readonly kind: KeyKind
}

export type Direction = 'asc' | 'desc'

/** One page of a list, in the list's order, with the cursor of each row. */
export class Page<Row> {
  constructor(
    readonly nodes: readonly Row[],
    private readonly keys: readonly (readonly string[])[],
    private readonly request: PageRequest,
    private readonly more: boolean,
    /** How many rows the whole list has: a statement of its own, so only for those who ask. */
    readonly count: () => Promise<number>,
  ) {}

  get edges(): readonly { cursor: string, node: Row }[] {
    return this.nodes.map((node, place) => ({ cursor: this.#cursor(place), node }))
  }

  get pageInfo(): PageInfo {
    const { backward, after, before } = this.request
    const empty = this.nodes.length === 0
    return {
      hasNextPage: backward ? before !== undefined : this.more,
      hasPreviousPage: backward ? this.more : after !== undefined,
      startCursor: empty ? null : this.#cursor(0),
      endCursor: empty ? null : this.#cursor(this.nodes.length - 1),
    }
  }

  /** The same page with each row as `make` has it. */
  map<Other>(make: (row: Row) => Other): Page<Other> {
    return new Page(this.nodes.map(make), this.keys, this.request, this.more, this.count)
  }

  #cursor(place: number): string {
    return sealCursor(this.request.list, this.keys[place]!)
  }
}

/**
 * Reads one page of `query` by its sort keys, the last of which must be unique: no offset, so a page costs the same
 * anywhere in the list, and rows that come or go elsewhere do not shift it. One statement.
 */
export async function readKeyset<DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
  order: { readonly keys: readonly SortKey[], readonly direction: Direction },
  request: PageRequest,
): Promise<Page<Row>> {
  const { limit, backward, after, before } = request
  const keys = sql.join(order.keys.map(key => key.expression))
  const beyond = (bound: readonly string[], side: Direction) =>
    sql<boolean>`(${keys}) ${sql.raw(side === 'asc' ? '>' : '<')} (${sql.join(bound)})`
  const opposite: Direction = order.direction === 'asc' ? 'desc' : 'asc'
  const reading = backward ? opposite : order.direction

  let page = query.select(sql`array[${sql.join(order.keys.map(key => sql`(${key.expression})::text`))}]`.as('sortKeys'))
  if (after)
    page = page.where(beyond(after, order.direction))
  if (before)
    page = page.where(beyond(before, opposite))
  for (const key of order.keys)
    page = page.orderBy(key.expression, reading)
  // One row more than asked for tells whether there is another page.
  const rows = await page.limit(limit + 1).$castTo<Row & { sortKeys: string[] }>().execute()
  const more = rows.length > limit
  const kept = rows.slice(0, limit)
  if (backward)
    kept.reverse()
  return new Page<Row>(kept, kept.map(row => row.sortKeys), request, more, async () => {
    const { count } = await query.clearSelect().select(sql`count(*)::int`.as('count')).$castTo<{ count: number }>().executeTakeFirstOrThrow()
    return count
  })
}
