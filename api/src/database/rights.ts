import type pg from 'pg'
import { quoteIdentifier } from './schema-names.ts'

// What serving requests needs, named one by one: sign-up, sessions, limits, status, and `send`.
const requestGrants: Readonly<Record<string, string>> = {
  'platform.tenant': 'select, insert, update',
  'platform.preparation_attempt': 'select',
  'platform.preparation_step': 'select',
  'platform.account': 'select, insert',
  'platform.membership': 'select, insert',
  'platform.session': 'select, insert, update',
  'platform.idempotency_key': 'select, insert, delete',
  'platform.rate_limit': 'select, insert, update, delete',
  'pgboss.version': 'select',
  'pgboss.queue': 'select',
  'pgboss.job_common': 'select, insert',
}

/** Grants the request login its named rights on shared objects. Run with the migrations, never while preparing a tenant. */
export async function grantRequestRights(owner: pg.Client, requestLogin: string): Promise<void> {
  const request = quoteIdentifier(requestLogin)
  await owner.query([
    'begin',
    `grant usage on schema platform, pgboss to ${request}`,
    ...Object.entries(requestGrants).map(([table, rights]) => `grant ${rights} on ${table} to ${request}`),
    'commit',
  ].join(';\n'))
}
