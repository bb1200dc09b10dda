import type pg from 'pg'
import type { SeedSql } from '../../shared/seed.ts'
import { quoteIdentifier, schemaName } from '../../database/schema-names.ts'

/** What a school no longer keeps, as the rooms of its plane know it. */
export interface SchoolPurge {
  /** A condition on a schema: whether there is anything to remove. `$1` is how many days tombstones are kept. */
  readonly due: (schema: string) => string
  /** Removes it, in a transaction in which search_path is the school's schema. */
  readonly run: (sql: SeedSql, days: number) => Promise<{ tombstones: number, answers: number }>
}

/** Schools asked about in one statement. */
const sweepSize = 200
/** It is busy, has just been deleted, or is of an older version: the next night will do. */
const forLater = new Set(['55P03', '42P01', '42703', '3F000', '40P01'])

/** Removes what schools no longer keep, as owner: each in a transaction of its own, which waits for nobody for long. */
export async function tidySchools(owner: pg.Client, purge: SchoolPurge, days: number, signal: AbortSignal): Promise<{ tombstones: number, answers: number }> {
  const tidied = { tombstones: 0, answers: 0 }
  for (const id of await schoolsWithMore(owner, purge, days)) {
    signal.throwIfAborted()
    try {
      await owner.query(`begin; set local lock_timeout = '2s'; set local search_path = ${quoteIdentifier(schemaName(id))}`)
      const { tombstones, answers } = await purge.run(owner, days)
      await owner.query('commit')
      tidied.tombstones += tombstones
      tidied.answers += answers
    }
    catch (error) {
      await owner.query('rollback')
      if (!forLater.has((error as { code?: string }).code ?? ''))
        throw error
    }
  }
  return tidied
}

/** Every ready school that has something to remove, found by the catalogue: one that is being made or deleted has no counter, or has none any more. */
async function schoolsWithMore(owner: pg.Client, purge: SchoolPurge, days: number): Promise<string[]> {
  const { rows } = await owner.query<{ id: string }>(`
    select t.id from platform.tenant t join pg_class c on c.relname = 'change_counter' and c.relnamespace = to_regnamespace('t_' || replace(t.id::text, '-', ''))
    where t.preparation_status = 'READY' order by t.id`)
  const found: string[] = []
  for (let from = 0; from < rows.length; from += sweepSize) {
    const questions = rows.slice(from, from + sweepSize).map(({ id }) => `select '${id}' as id where ${purge.due(quoteIdentifier(schemaName(id)))}`)
    found.push(...(await owner.query<{ id: string }>(questions.join(' union all '), [days])).rows.map(({ id }) => id))
  }
  return found
}
