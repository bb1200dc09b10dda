import type { TestDatabase } from './database.ts'

/** Changes where nobody writes: when a session or key was last used and from where, how often somebody may still try, what keys asked for. */
const restless = ['last_used_at', 'last_used_address']
const leftOut = new Set(['platform.rate_limit', 'platform.api_request'])

/** A digest of every table of these schemas, and of the jobs that wait: two that are equal mean that nothing was written. */
export async function fingerprint(sql: TestDatabase['sql'], schemas: readonly string[]): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }>(`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = any($1)
    union all select 'pgboss.job' order by 1`, [[...schemas, 'platform']])
  const digests = tables.filter(({ name }) => !leftOut.has(name))
    .map(({ name }) => `select '${name}' as name, md5(coalesce(string_agg(row, ',' order by row), '')) as digest from (select (to_jsonb(t) - array['${restless.join('\', \'')}'])::text as row from ${name} t) rows`)
  const rows = await sql<{ name: string, digest: string }>(digests.join(' union all '))
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]))
}
