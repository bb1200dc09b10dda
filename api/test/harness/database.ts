import type { LoginUrls } from '../../src/database/logins.ts'
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { loginOf, makeLogins } from '../../src/database/logins.ts'
import { quoteIdentifier } from '../../src/database/schema-names.ts'
import { withClient } from '../../src/database/with-client.ts'
import { loginUrls } from './login-urls.ts'

export interface TestDatabase {
  /** The superuser's URL of this database. */
  readonly adminUrl: string
  readonly urls: Required<LoginUrls>
  /** Any statement, as superuser. */
  sql: <Row = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>
  drop: () => Promise<void>
}

/**
 * A database of its own: the migrated platform without a tenant, copied from the template. `patient`: a request may wait for
 * as long as a test holds what it waits for, which on a busy machine is longer than a request ought to.
 */
export async function openTestDatabase({ patient = false } = {}): Promise<TestDatabase> {
  const server = inject('adminUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await once(server, `create database ${name} template homeroom_template strategy file_copy`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const urls = loginUrls(url.href)
  // Rights on the database itself are not part of what is copied. The logins are shared: one file at a time repairs them.
  await withClient(server, async (client) => {
    await client.query('select pg_advisory_lock(hashtext(\'test logins\'))')
    await makeLogins(url.href, urls)
    for (const setting of patient ? ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] : [])
      await client.query(`alter role ${quoteIdentifier(loginOf(urls.request).name)} in database ${name} set ${setting} = '120s'`)
  })
  const pool = new pg.Pool({ connectionString: url.href, max: 2 })
  pool.on('error', () => {})
  return {
    adminUrl: url.href,
    urls,
    sql: async <Row>(text: string, values?: unknown[]) => (await pool.query(text, values)).rows as Row[],
    async drop() {
      const roles = await pool.query('select rolname from pg_roles join pg_namespace on nspname = rolname')
      await pool.end()
      await once(server, `drop database ${name} with (force)`)
      for (const { rolname } of roles.rows)
        await once(server, `drop role "${rolname}"`)
    },
  }
}

async function once(url: string, statement: string): Promise<void> {
  await withClient(url, client => client.query(statement))
}
