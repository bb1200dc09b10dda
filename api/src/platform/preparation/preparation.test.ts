import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { GraphqlClient, WatchedStatus } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { schoolMigrations } from '../../../migrations/school/index.ts'
import { graphqlClient } from '../../../test/harness/client.ts'
import { until } from '../../../test/harness/embedded-owners.ts'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { holdLock } from '../../../test/harness/process-holds.ts'
import { openJobWorker } from '../../jobs/queue.ts'
import { createLog } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { reconcile } from './reconcile.ts'

let homeroom: TestHomeroom

beforeEach(async () => { homeroom = await openHomeroom({ worker: false }) })
afterEach(() => homeroom?.stop())

const schemaOf = (tenantId: string) => `t_${tenantId.replaceAll('-', '')}`
const retry = 'mutation ($tenantId: ID!) { retryTenantPreparation(tenantId: $tenantId) { status attempt sequence error { code } } }'

/** Schemas and roles that exist, against tenants that are READY: both must be one and the same. */
async function leftovers(): Promise<string[]> {
  const rows = await homeroom.database.sql<{ what: string }>(`
    with ready as (select 't_' || replace(id::text, '-', '') as name from platform.tenant where preparation_status = 'READY'),
      schemas as (select nspname::text as name from pg_namespace where nspname ~ '^t_[0-9a-f]{32}$'),
      roles as (select rolname::text as name from pg_roles join pg_shdepend on refobjid = pg_roles.oid and dbid = (select oid from pg_database where datname = current_database()) where rolname ~ '^t_' group by 1)
    select 'orphan schema ' || name as what from schemas where name not in (select name from ready)
    union all select 'orphan role ' || name from roles where name not in (select name from ready)
    union all select 'missing schema ' || name from ready where name not in (select name from schemas)
    union all select 'missing role ' || name from ready where name not in (select name from roles)`)
  return rows.map(row => row.what)
}

const shape = (statuses: WatchedStatus[]) => statuses.map(({ status, step }) => step ?? status)

test('a watcher sees every step on the way to READY, each with a larger sequence', async () => {
  const { tenantId } = await homeroom.signUp('oakfield')
  const watching = homeroom.visitor.watch(tenantId)
  await homeroom.startWorker()
  const statuses = await watching
  expect(statuses.at(-1)).toMatchObject({ status: 'READY', step: null, completedSteps: 6, totalSteps: 6, attempt: 1, error: null })
  const sequences = statuses.map(({ sequence }) => sequence)
  expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b))
  // Changes in between may be skipped, but what is shown is shown in order.
  const order = ['PENDING', 'PREPARING', 'create-role', 'create-schema', 'create-tables', 'seed-school', 'seed-school-year', 'seed-courses', 'READY']
  const places = shape(statuses).map(name => order.indexOf(name))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(places).not.toContain(-1)
  expect(await homeroom.database.sql('select name, rolled_back, ended_at is not null as ended from platform.preparation_step order by position')).toEqual(
    order.slice(2, -1).map(name => ({ name, rolled_back: false, ended: true })),
  )
  expect(await leftovers()).toEqual([])
  const { tenantPreparationStatus: { steps } } = await homeroom.visitor.ask<{ tenantPreparationStatus: { steps: { name: string, startedAt: string, completedAt: string }[] } }>(`{ tenantPreparationStatus(tenantId: "${tenantId}") { steps { name startedAt completedAt } } }`)
  expect(steps.map(({ name }) => name)).toEqual(order.slice(2, -1))
  expect(steps.every(({ startedAt, completedAt }) => startedAt <= completedAt)).toBe(true)
})

test('whoever comes late gets the current state, and the stream ends', async () => {
  await homeroom.startWorker()
  const { tenantId } = await homeroom.openSchool('oakfield')
  expect(shape(await homeroom.visitor.watch(tenantId))).toEqual(['READY'])
})

test('the public status says what the contract says and no more', async () => {
  const { tenantId } = await homeroom.signUp('oakfield')
  const fields = 'tenantId status step completedSteps totalSteps attempt maxAttempts error { code message } startedAt completedAt sequence'
  expect(await homeroom.visitor.ask(`{ tenantPreparationStatus(tenantId: "${tenantId}") { ${fields} } }`)).toEqual({
    tenantPreparationStatus: { tenantId, status: 'PENDING', step: null, completedSteps: 0, totalSteps: 6, attempt: 0, maxAttempts: 3, error: null, startedAt: null, completedAt: null, sequence: 1 },
  })
})

test('unknown and malformed ids are NOT_FOUND alike; a member who names another school gets TENANT_MISMATCH, over HTTP and socket', async () => {
  const oakfield = await homeroom.signUp('oakfield')
  const riverside = await homeroom.signUp('riverside')
  const query = 'query ($tenantId: ID) { tenantPreparationStatus(tenantId: $tenantId) { status } }'
  for (const tenantId of [crypto.randomUUID(), 'nonsense', '%']) {
    expect((await homeroom.visitor.send(query, { tenantId })).errors?.[0]).toMatchObject({ message: 'Tenant was not found.', extensions: { code: 'NOT_FOUND' } })
    await expect(homeroom.visitor.watch(tenantId)).rejects.toThrow('NOT_FOUND')
  }
  expect((await oakfield.client.send(query, { tenantId: riverside.tenantId })).errors?.[0]?.extensions.code).toBe('TENANT_MISMATCH')
  await expect(oakfield.client.watch(riverside.tenantId)).rejects.toThrow('TENANT_MISMATCH')
  expect((await homeroom.visitor.send(query, {})).status).toBe(401)
  expect(await oakfield.client.ask(query, {})).toEqual({ tenantPreparationStatus: { status: 'PENDING' } })
})

test('another API process delivers what any worker does, also after its listener was cut off', async () => {
  const other = await homeroom.startApi()
  const { tenantId } = await homeroom.signUp('oakfield')
  const pending = Promise.withResolvers<void>()
  const watching = graphqlClient(other.url).watch(tenantId, () => pending.resolve())
  await pending.promise
  await homeroom.database.sql('select pg_terminate_backend(pid) from pg_stat_activity where application_name = \'homeroom events\' and datname = current_database()')
  await homeroom.startWorker()
  expect((await watching).at(-1)).toMatchObject({ status: 'READY' })
})

test('without a worker a school stays PENDING, and becomes ready when one starts', async () => {
  const { tenantId, client } = await homeroom.signUp('oakfield')
  expect((await client.send('{ dashboard { studentCount } }')).errors?.[0]?.extensions).toMatchObject({ code: 'TENANT_NOT_READY', status: 'PENDING' })
  await homeroom.startWorker()
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'READY' })
  expect(await client.ask('{ dashboard { studentCount schoolYear { children { title } } } }')).toMatchObject({ dashboard: { studentCount: 0, schoolYear: { children: [{}, {}] } } })
})

test('a broken migration ends in FAILED after its attempts, leaves nothing behind, and Retry brings it to READY once mended', async () => {
  const broken: SchoolMigration = { version: 99, name: 'broken', worksWith: 1, tables: [], statements: ['create table homework (id uuid primary key)', 'create index on homework (no_such_column)'] }
  const worker = await homeroom.startWorker([...schoolMigrations, broken])
  const { tenantId, client } = await homeroom.signUp('oakfield')
  const statuses = await homeroom.visitor.watch(tenantId)
  const last = statuses.at(-1)!
  expect(last).toMatchObject({ status: 'FAILED', step: null, completedSteps: 0, attempt: 3, error: { code: 'STEP_FAILED' } })
  expect(last.error?.message).not.toMatch(/homework|column|t_|sql/i)
  expect(Math.max(...statuses.map(({ attempt }) => attempt))).toBe(3)
  expect(await leftovers()).toEqual([])
  const { tenantPreparationStatus: { steps } } = await homeroom.visitor.ask<{ tenantPreparationStatus: { steps: { name: string, completedAt: string | null, rolledBack: boolean }[] } }>(`{ tenantPreparationStatus(tenantId: "${tenantId}") { steps { name completedAt rolledBack } } }`)
  expect(steps.map(({ name, completedAt, rolledBack }) => [name, completedAt !== null, rolledBack])).toEqual([['create-role', true, true], ['create-schema', true, true], ['create-tables', false, true]])
  const attempts = await homeroom.database.sql<{ outcome: string, error_detail: string, rolled_back: boolean }>(`
    select a.number, a.outcome, a.error_detail, bool_and(s.rolled_back) as rolled_back from platform.preparation_attempt a
    join platform.preparation_step s on s.attempt_id = a.id group by a.id order by a.number`)
  expect(attempts).toMatchObject([1, 2, 3].map(number => ({ number, outcome: 'FAILED', rolled_back: true })))
  expect(attempts[0]?.error_detail).toContain('no_such_column') // the full cause is kept for the operator

  await worker.stop()
  await homeroom.startWorker()
  const retried = await client.ask<{ retryTenantPreparation: { sequence: number } }>(retry, { tenantId })
  expect(retried).toMatchObject({ retryTenantPreparation: { status: 'PENDING', attempt: 0, error: null } })
  expect(retried.retryTenantPreparation.sequence).toBeGreaterThan(last.sequence)
  expect(await client.ask('{ auditEvents(filter: { action: "tenant.preparationRetried" }) { nodes { subjectId actorKind } } }')).toEqual({ auditEvents: { nodes: [{ subjectId: tenantId, actorKind: 'MEMBER' }] } })
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'READY', attempt: 1 })
  expect(await leftovers()).toEqual([])
})

test('something that has the school\'s name already makes it FAIL by that name; it is never adopted', async () => {
  const { tenantId, client } = await homeroom.signUp('oakfield')
  await homeroom.database.sql(`create schema ${schemaOf(tenantId)}`)
  await homeroom.startWorker()
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'FAILED', error: { code: 'OBJECT_EXISTS' } })
  await homeroom.database.sql(`drop schema ${schemaOf(tenantId)}`)
  await client.ask(retry, { tenantId })
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'READY' })
  // A school of its own, and none to try things out in.
  expect(await client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })
})

test('only a FAILED preparation of one\'s own school can be retried, by its ADMIN, and once', async () => {
  const { tenantId, client } = await homeroom.signUp('oakfield')
  const other = await homeroom.signUp('riverside')
  const code = async (caller: typeof client) => (await caller.send(retry, { tenantId })).errors?.[0]?.extensions.code
  expect(await code(client)).toBe('CONFLICT')
  expect(await code(homeroom.visitor)).toBe('UNAUTHENTICATED')
  expect(await code(other.client)).toBe('TENANT_MISMATCH')
  await homeroom.database.sql('update platform.membership set role = \'OFFICE\' where tenant_id = $1', [tenantId])
  expect(await code(client)).toBe('FORBIDDEN')
  await homeroom.database.sql('update platform.membership set role = \'ADMIN\' where tenant_id = $1', [tenantId])
  await homeroom.database.sql('delete from pgboss.job')
  await homeroom.database.sql('update platform.tenant set preparation_status = \'FAILED\', preparation_error_code = \'STEP_FAILED\' where id = $1', [tenantId])
  const answers = await Promise.all(Array.from({ length: 5 }, () => code(client)))
  expect(answers.filter(answer => answer === undefined)).toHaveLength(1)
  expect(answers.filter(answer => answer === 'CONFLICT')).toHaveLength(4)
  expect(await homeroom.database.sql('select 1 from pgboss.job where data ->> \'tenantId\' = $1', [tenantId])).toHaveLength(1)
})

test('a tenant that lost its job is found and prepared', async () => {
  const { tenantId } = await homeroom.signUp('oakfield')
  await homeroom.database.sql('delete from pgboss.job')
  await homeroom.database.sql('update platform.tenant set created_at = now() - interval \'1 minute\'')
  await homeroom.startWorker()
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'READY' })
})

test('reconcilers of two workers that meet give a lost tenant one job, of the cycle it is in', async () => {
  const { tenantId } = await homeroom.signUp('oakfield')
  const { adminUrl, urls, sql } = homeroom.database
  await sql('delete from pgboss.job')
  await sql('update platform.tenant set created_at = now() - interval \'1 minute\'')
  const log = createLog('silent')
  const workers = [await openJobWorker(urls.owner, 2, log, createMetrics()), await openJobWorker(urls.owner, 2, log, createMetrics())]
  const release = await holdLock(adminUrl, 'select from platform.tenant for update')
  const waiting = async () => (await sql('select 1 from pg_stat_activity where datname = current_database() and application_name = \'homeroom reconciler\' and wait_event_type = \'Lock\'')).length
  let settled = 0
  const rounds = workers.map(jobs => reconcile({ ownerUrl: urls.owner, jobs, log }).finally(() => { settled += 1 }))
  await until('both to have come as far as they can', async () => settled + await waiting() === 2)
  await release()
  await Promise.all(rounds)
  expect(await sql('select t.preparation_cycle as cycle, j.data from platform.tenant t join pgboss.job j on j.data ->> \'tenantId\' = t.id::text')).toEqual([{ cycle: 2, data: { tenantId, cycle: 2 } }])
  await Promise.all(workers.map(jobs => jobs.stop(0)))
})

test('nobody spends another school\'s retries', async () => {
  const api = await homeroom.startApi({ rateLimits: true })
  const oakfield = await homeroom.signUp('oakfield')
  const riverside = await homeroom.signUp('riverside')
  const limited = async ({ email }: typeof oakfield) => {
    const visitor = graphqlClient(api.url)
    const { signIn } = await visitor.ask<{ signIn: { accessToken: string } }>('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email, password } })
    return visitor.as(signIn.accessToken)
  }
  const code = async (caller: GraphqlClient) => (await caller.send(retry, { tenantId: oakfield.tenantId })).errors?.[0]?.extensions.code
  const [own, other] = [await limited(oakfield), await limited(riverside)]
  for (let tries = 0; tries < 11; tries += 1)
    expect(await code(other)).toBe('TENANT_MISMATCH')
  for (let tries = 0; tries < 10; tries += 1)
    expect(await code(own)).toBe('CONFLICT')
  expect(await code(own)).toBe('RATE_LIMITED')
})

test('a job whose tenant is ready, gone or in a later cycle changes nothing', async () => {
  await homeroom.startWorker()
  const { tenantId } = await homeroom.openSchool('oakfield')
  const before = await homeroom.database.sql('select * from platform.tenant')
  const jobs = [{ tenantId, cycle: 1 }, { tenantId, cycle: 7 }, { tenantId: crypto.randomUUID(), cycle: 1 }]
  for (const data of jobs)
    await homeroom.database.sql(`insert into pgboss.job (name, data, policy, singleton_key) values ('prepare-tenant', $1, 'exclusive', gen_random_uuid())`, [data])
  await homeroom.openSchool('afterwards') // the queue is taken in order
  expect(await homeroom.database.sql('select * from platform.tenant where slug = \'oakfield\'')).toEqual(before)
  expect(await leftovers()).toEqual([])
})
