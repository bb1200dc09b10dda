import type { SeedSql } from '../../shared/seed.ts'

/** Tables whose tombstones go, what refers to others first. A person's and a class's rows take theirs along (on delete cascade). */
const purged = ['enrollment', 'role', 'demographics', 'class', 'course', '"user"'] as const
const expired = `status = 'tobedeleted' and date_last_modified < now() - make_interval(secs => $1::float8 * 86400)`
/** A course stays for as long as a class is on record that takes it. */
const old = (table: typeof purged[number], schema = '') => table === 'course' ? `${expired} and not exists (select from ${schema}class where course_id = course.id)` : expired
const answered = `created_at < now() - interval '24 hours'`

/** Removes what a school no longer keeps, as owner, with search_path set to the school's schema. */
export const rosterPurge = {
  /** Whether there is anything to remove from this schema; `$1` is how many days tombstones are kept. */
  due: (schema: string): string => [...purged.map(table => `exists (select from ${schema}.${table} where ${old(table, `${schema}.`)})`), `exists (select from ${schema}.idempotency_key where ${answered})`].join(' or '),

  /** In the transaction of `sql`. Writers of the school wait for it: what is restored at that moment is not removed. */
  async run(sql: SeedSql, days: number): Promise<{ tombstones: number, answers: number }> {
    await sql.query('select from change_counter for update')
    const { rows: [last] } = await sql.query(`select max(changed) as changed from (${purged.map(table => `select changed from ${table} where ${old(table)}`).join(' union all ')}) as gone`, [days])
    // Accounts elsewhere go by the username: nobody else ever gets it.
    await sql.query(`insert into retired_username select sha256(convert_to(lower(username), 'UTF8')) from "user" where ${expired} on conflict do nothing`, [days])
    let tombstones = 0
    for (const table of purged) {
      const { rows: [gone] } = await sql.query(`with gone as (delete from ${table} where ${old(table)} returning 1) select count(*)::int as count from gone`, [days])
      tombstones += gone!.count as number
    }
    // Who follows the school's changes from before the last of them has to begin again.
    if (last?.changed !== null)
      await sql.query('update change_counter set purged = greatest(purged, $1)', [last!.changed])
    const { rows: [answers] } = await sql.query(`with gone as (delete from idempotency_key where ${answered} returning 1) select count(*)::int as count from gone`)
    return { tombstones, answers: answers!.count as number }
  },
}
