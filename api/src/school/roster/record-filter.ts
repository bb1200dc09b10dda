import type { RawBuilder, SqlBool } from 'kysely'
import type { RecordStatus } from './roster.words.ts'
import { sql } from 'kysely'
import { invalidField } from '../../shared/errors.ts'
import { typeable } from './search.ts'

/** What every list of records can be asked for, in OneRoster's words. */
export interface RecordFilter {
  readonly status?: RecordStatus | null
  readonly updatedSince?: Date | null
  readonly sourcedIds?: readonly string[] | null
}

const mostSourcedIds = 100

/** The records of a table that the filter lets through: those in use, unless it says otherwise or asks what has changed. */
export function recordCondition(table: string, { status, updatedSince, sourcedIds }: RecordFilter = {}): RawBuilder<SqlBool> {
  const conditions: RawBuilder<SqlBool>[] = []
  const wanted = status ?? (updatedSince ? undefined : 'active')
  if (wanted)
    conditions.push(sql`${sql.ref(`${table}.status`)} = ${wanted}`)
  if (updatedSince)
    conditions.push(sql`${sql.ref(`${table}.date_last_modified`)} >= ${updatedSince}`)
  if (sourcedIds) {
    if (sourcedIds.length > mostSourcedIds)
      throw invalidField(['filter', 'sourcedIds'], 'TOO_LONG', `Ask for at most ${mostSourcedIds} at a time.`)
    conditions.push(sql`${sql.ref(`${table}.sourced_id`)} = any(${sourcedIds.map(id => typeable(id, 'sourcedIds'))}::text[])`)
  }
  return conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`
}

/** What a cursor is signed for: a choice that is left out is the same as one that is null. */
export function filterKey(filter: object | null | undefined): unknown {
  return Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined).sort(([a], [b]) => a < b ? -1 : 1)
}
