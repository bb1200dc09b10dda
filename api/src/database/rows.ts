import { sql } from 'kysely'

/** The right side of `column = any(ids)`: one parameter, however many ids. */
export function anyOf(ids: readonly string[]) {
  return sql<string>`any(${ids}::uuid[])`
}

/** One row a key, in the order of the keys, as a loader wants them. */
export function byKey<Row>(keys: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string): (Row | undefined)[] {
  const found = new Map(rows.map(row => [keyOf(row), row]))
  return keys.map(key => found.get(key))
}

/** The rows of each key, in the order they came. */
export function listByKey<Row>(keys: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const lists = Map.groupBy(rows, keyOf)
  return keys.map(key => lists.get(key) ?? [])
}

/** A moment as a driver gives it, text or not; null stays null. */
export function instant(given: Date | string | null): Date | null {
  return given === null ? null : new Date(given)
}
