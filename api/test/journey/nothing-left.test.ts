import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { GraphqlClient } from '../harness/client.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { schemaName } from '../../src/database/schema-names.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock, holds, sqlOf, waits } from '../harness/process-holds.ts'
import { signUpInput } from '../harness/sign-up.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient

beforeEach(async () => {
  homeroom = await openHomeroom({ worker: false, config: { keepDays: { deletedSchools: 0, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 } } })
  operator = (await openSuperadmin(homeroom)).client
})
afterEach(() => homeroom?.stop())

const reason = 'The school asked for it in writing.'
const ask = (document: string, id: string) => operator.ask(`mutation ($id: ID!) { ${document} }`, { id })
const signUp = async (slug: string) => (await homeroom.visitor.ask<{ createTenant: { tenant: { id: string } } }>('mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }', { input: { ...signUpInput(slug), idempotencyKey: `the-key-of-${slug}-school` } })).createTenant.tenant.id
const ended = async (tenantId: string) => (await homeroom.visitor.watch(tenantId)).at(-1)?.status

/** What there is of schools in the catalogue, in the queues and among the keys: each with the tenant it is for. */
function traces() {
  return homeroom.database.sql<{ kind: string, tenant: string }>(`
    select 'schema' as kind, nspname::text as tenant from pg_namespace where nspname ~ '^t_[0-9a-f]{32}$'
    union all select 'role', rolname::text from pg_roles where rolname in (select 't_' || replace(chain::text, '-', '') from platform.audit_event)
    union all select 'job ' || name || ' ' || state, 't_' || replace(data ->> 'tenantId', '-', '') from pgboss.job where data ? 'tenantId' and state < 'completed'
    union all select 'key', 't_' || replace(tenant_id::text, '-', '') from platform.idempotency_key
    order by 1, 2`)
}

const broken: SchoolMigration = { version: 99, name: 'broken', worksWith: 1, tables: [], statements: ['create table homework (id uuid primary key)', 'create index on homework (no_such_column)'] }

test('a retry leaves one school, and nothing of the tries before it', async () => {
  const worker = await homeroom.startWorker([...schoolMigrations, broken])
  const tenantId = await signUp('mended')
  const tenant = schemaName(tenantId)
  expect(await ended(tenantId)).toBe('FAILED')
  await expect.poll(traces).toEqual([{ kind: 'key', tenant }])
  await worker.stop()
  await ask('retryTenantPreparation(tenantId: $id) { status }', tenantId)
  await homeroom.startWorker()
  expect(await ended(tenantId)).toBe('READY')
  await expect.poll(traces).toEqual([{ kind: 'key', tenant }, { kind: 'role', tenant }, { kind: 'schema', tenant }])
})

test('a cancelled preparation leaves nothing, in line or in the middle', async () => {
  const inLine = await signUp('in-line')
  await ask('cancelTenantPreparation(tenantId: $id) { status }', inLine)
  const inTheMiddle = await signUp('in-the-middle')
  const { adminUrl } = homeroom.database
  const release = await holdLock(adminUrl, holds.tables)
  await homeroom.startWorker()
  await waits(sqlOf(adminUrl), { by: 'homeroom job worker', inStatement: 'create table' })
  await ask('cancelTenantPreparation(tenantId: $id) { status }', inTheMiddle)
  await release()
  for (const tenantId of [inLine, inTheMiddle])
    expect(await ended(tenantId)).toBe('FAILED')
  await expect.poll(traces).toEqual([inLine, inTheMiddle].map(schemaName).sort().map(tenant => ({ kind: 'key', tenant })))
})

test('a deleted school leaves nothing, and its key can be used again', async () => {
  await homeroom.startWorker()
  const tenantId = await signUp('deleted')
  expect(await ended(tenantId)).toBe('READY')
  expect((await traces()).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['key', 'role', 'schema']))
  await ask(`archiveTenant(tenantId: $id, reason: "${reason}") { id }`, tenantId)
  await ask(`deleteTenant(tenantId: $id, slug: "deleted", reason: "${reason}") { id }`, tenantId)
  await expect.poll(() => homeroom.database.sql('select 1 from platform.tenant')).toEqual([])
  expect(await traces()).toEqual([])
  // In whatever state, finished ones too.
  expect(await homeroom.database.sql('select name, state from pgboss.job t where strpos(t::text, $1) > 0', [tenantId])).toEqual([])
  expect(await signUp('deleted')).not.toBe(tenantId)
})

test('a school that is suspended in the middle of its preparation is finished or begun anew, never left half', async () => {
  const { adminUrl } = homeroom.database
  const tenantId = await signUp('paused')
  const tenant = schemaName(tenantId)
  const release = await holdLock(adminUrl, holds.tables)
  await homeroom.startWorker()
  await waits(sqlOf(adminUrl), { by: 'homeroom job worker', inStatement: 'create table' })
  await ask(`suspendTenant(tenantId: $id, reason: "${reason}") { id }`, tenantId)
  expect(await operator.send('mutation ($id: ID!, $reason: String!) { archiveTenant(tenantId: $id, reason: $reason) { id } }', { id: tenantId, reason })).toMatchObject({ errors: [{ extensions: { code: 'LIFECYCLE_CONFLICT', preparation: 'PREPARING' } }] })
  await release()
  expect(await ended(tenantId)).toBe('READY')
  await expect.poll(traces).toEqual([{ kind: 'key', tenant }, { kind: 'role', tenant }, { kind: 'schema', tenant }])
})
