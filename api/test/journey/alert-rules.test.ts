import type { Reading } from '../harness/alert-rules.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { readFileSync } from 'node:fs'
import { defineEntity, p } from '@mikro-orm/core'
import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { schemaName } from '../../src/database/schema-names.ts'
import { openSchools } from '../../src/database/school-db.ts'
import { driversLock } from '../../src/database/tenant-lock.ts'
import { createLog } from '../../src/shared/log.ts'
import { firing, readAlertRules, secondsOf } from '../harness/alert-rules.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock } from '../harness/process-holds.ts'
import { metricsToken, scrape } from '../harness/scrape.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

const Org = defineEntity({ name: 'Org', tableName: 'org', properties: { id: p.uuid().primary() } })
const rules = readAlertRules()
const shown = new Set<string>()
let homeroom: TestHomeroom

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { process: 'worker', workerPort: 0, metricsToken } })
})
afterAll(() => homeroom?.stop())

const sql = (text: string, values?: unknown[]) => homeroom.database.sql(text, values)

/**
 * Reads `/metrics` before and while something is the case, and asks the rule as Prometheus would. The readings are real;
 * the clock between them is not: the second is made twice, and said to be as far from the first as the rule waits.
 */
async function shows(name: string, url: () => string, cause: () => Promise<unknown>, labels: Record<string, string> = {}) {
  const rule = rules.find(({ alert }) => alert === name)!
  const waits = secondsOf(rule.for ?? '0s')
  const before: Reading = { at: 0, scrape: await scrape(url()) }
  expect(firing(rule, [before, { ...before, at: waits }]), `${name}, before`).toEqual([])
  await cause()
  const begins = 20
  await expect.poll(async () => {
    const during = await scrape(url())
    return firing(rule, [before, { at: begins, scrape: during }, { at: begins + waits, scrape: during }])
  }, { interval: 100, message: name }).toEqual([labels])
  // Not at once, where it is to wait.
  if (waits > 0)
    expect(firing(rule, [before, { at: begins, scrape: await scrape(url()) }])).toEqual([])
  shown.add(name)
}

/** What the figures kept for five seconds said is old by then. */
const apart = () => homeroom.startApi()

test('schools whose migration is broken: PreparationsFailing, and DeadLetters for the jobs', async () => {
  const broken = { version: 99, name: 'broken', worksWith: 1, tables: [], statements: ['create index on homework (no_such_column)'] }
  const worker = await homeroom.startWorker([...schoolMigrations, broken])
  const fails = async (slug: string) => {
    const { tenantId } = await homeroom.signUp(slug)
    expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'FAILED' })
  }
  await shows('PreparationsFailing', () => worker.url!, () => fails('broken'))
  await sql('delete from pgboss.job')
  const api = await apart()
  await shows('DeadLetters', () => api.url, () => fails('broken-too'), { queue: 'prepare-tenant' })
  await worker.stop()
  await sql('delete from pgboss.job')
})

test('a job that no worker takes: QueueStuck, and PreparationSlow for the school behind it', async () => {
  for (const [name, labels] of [['QueueStuck', { queue: 'prepare-tenant' }], ['PreparationSlow', {}]] as const) {
    const api = await apart()
    await sql('delete from pgboss.job')
    await shows(name, () => api.url, async () => {
      await homeroom.signUp(name.toLowerCase())
      await sql('delete from pgboss.job where name <> \'prepare-tenant\'')
      await sql('update pgboss.job set created_on = created_on - interval \'3 minutes\', start_after = start_after - interval \'3 minutes\'')
    }, labels)
  }
  await sql('delete from pgboss.job')
})

test('a statement for another school: QueryMismatch', async () => {
  const { api, database } = homeroom
  const schools = await openSchools({ nodes: { main: database.urls.request }, poolSize: 1, entities: [Org], metrics: api.metrics, log: createLog('silent') })
  await shows('QueryMismatch', () => api.url, async () => {
    const tenant = { id: '6ff0e5b1-0000-4000-8000-000000000001', node: 'main' }
    const foreign = CompiledQuery.raw(`select * from ${schemaName('6ff0e5b1-0000-4000-8000-000000000002')}.org`)
    await expect(schools.withTenant(tenant, db => db.rows().executeQuery(foreign))).rejects.toThrow('refused before it was sent')
  })
  await schools.close()
})

test('a missing migration: NotReady', async () => {
  await shows('NotReady', () => homeroom.api.url, () => sql('delete from platform.platform_migration where name = \'0003-operations\''), { check: 'schema' })
  await sql('insert into platform.platform_migration (name) values (\'0003-operations\')')
})

test('a process that is gone: TargetDown', async () => {
  const api = await apart()
  await shows('TargetDown', () => api.url, () => api.stop(), { job: 'homeroom' })
})

test('more requests than connections: PoolExhausted', async () => {
  const api = await homeroom.startApi({ poolSize: 2 })
  let waiting: Promise<unknown>[] = []
  const over = new AbortController()
  const release = await (async () => {
    let letGo = async () => {}
    await shows('PoolExhausted', () => api.url, async () => {
      letGo = await holdLock(homeroom.database.adminUrl, 'lock table platform.tenant')
      // Each waits for the lock until it is given up; for as long as they are looked at there are more.
      waiting = Array.from({ length: 6 }, async () => {
        while (!over.signal.aborted)
          await fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: '{ slugAvailability(slug: "waiting") { available } }' }) })
      })
    }, { pool: 'platform' })
    return letGo
  })()
  over.abort()
  await release()
  await Promise.all(waiting)
})

test('a listener that may not come back: ListenerDown', async () => {
  // From this database: the login itself is every test's.
  const { username, pathname } = new URL(homeroom.database.urls.listener)
  await shows('ListenerDown', () => homeroom.api.url, async () => {
    await sql(`revoke connect on database "${pathname.slice(1)}" from "${username}"`)
    await sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = \'homeroom events\'')
  })
  await sql(`grant connect on database "${pathname.slice(1)}" to "${username}"`)
})

test('a school of an older version: SchoolsBehind; a roll-out that gave up: RolloutStopped', async () => {
  const worker = await homeroom.startWorker()
  const { tenantId } = await homeroom.openSchool('old')
  await worker.stop()
  const behind = await apart()
  await shows('SchoolsBehind', () => behind.url, () => sql('update platform.tenant set schema_version = 1 where id = $1', [tenantId]))
  const stopped = await apart()
  await shows('RolloutStopped', () => stopped.url, () => sql(`insert into platform.rollout (id, target_version, state, stopped_reason, canaries, parallel, failure_budget, ended_at)
    values (gen_random_uuid(), 2, 'STOPPED', 'CANARY_FAILED', 1, 1, 0, now())`))
  await sql('delete from platform.rollout')
  await sql('update platform.tenant set schema_version = $2 where id = $1', [tenantId, schoolMigrations.length])
})

test('a roll-out that no worker drives: RolloutNotDriven, and not while one does; a school that should be gone: DeletionOverdue', async () => {
  const { tenantId } = await homeroom.signUp('overdue')
  const undriven = await apart()
  await shows('RolloutNotDriven', () => undriven.url, () => sql(`insert into platform.rollout (id, target_version, canaries, parallel, failure_budget, started_at) values (gen_random_uuid(), 99, 1, 1, 0, now() - interval '1 hour')`))
  const release = await holdLock(homeroom.database.adminUrl, `select pg_advisory_lock(${driversLock})`)
  const driven = await apart()
  await expect.poll(async () => (await scrape(driven.url)).get('rollout_undriven_seconds')?.[0]?.value).toBe(0)
  await release()
  await sql('delete from platform.rollout')
  const overdue = await apart()
  await shows('DeletionOverdue', () => overdue.url, () => sql(`update platform.tenant set lifecycle = 'DELETING', delete_after = now() - interval '1 hour' where id = $1`, [tenantId]))
  await sql('update platform.tenant set lifecycle = \'ACTIVE\', delete_after = null where id = $1', [tenantId])
})

test('an outbox that cannot be emptied: AuditNotCarried', async () => {
  const first = await homeroom.startWorker()
  const { tenantId } = await homeroom.openSchool('untold')
  let worker = first
  let release = async () => {}
  await shows('AuditNotCarried', () => worker.url!, async () => {
    await first.stop()
    const outbox = `${schemaName(tenantId)}.outbox`
    await sql(`insert into ${outbox} (at, actor_kind, action, subject_type) values (now() - interval '1 hour', 'system', 'class.created', 'class')`)
    release = await holdLock(homeroom.database.adminUrl, `lock table ${outbox} in share row exclusive mode`)
    worker = await homeroom.startWorker()
  })
  await release()
  await expect.poll(async () => (await scrape(worker.url!)).get('audit_oldest_uncarried_seconds')?.[0]?.value, { timeout: 30_000 }).toBe(0)
  await worker.stop()
})

test('an endpoint that waits for a worker: WebhooksNotSent', async () => {
  const { tenantId } = await homeroom.signUp('waiting')
  const api = await apart()
  await shows('WebhooksNotSent', () => api.url, async () => {
    await sql(`with endpoint as (
        insert into platform.webhook_endpoint (id, tenant_id, url) values (gen_random_uuid(), $1, 'https://hooks.example') returning id
      ), event as (
        insert into platform.webhook_event (id, tenant_id, type, at, body) values (gen_random_uuid(), $1, 'webhook.test', now(), '{}') returning id
      ) insert into platform.webhook_delivery (id, tenant_id, endpoint_id, event_id, type, next_attempt_at)
        select gen_random_uuid(), $1, endpoint.id, event.id, 'webhook.test', now() - interval '11 minutes' from endpoint, event`, [tenantId])
  })
  // Who is left alone for a while does not wait.
  await sql(`update platform.webhook_endpoint set held_until = now() + interval '1 minute'`)
  const other = await apart()
  await expect.poll(async () => (await scrape(other.url)).get('webhook_oldest_unsent_seconds')).toEqual([{ labels: {}, value: 0 }])
  await sql('delete from platform.webhook_endpoint')
})

test('an error of ours: InternalErrors', async () => {
  const { client } = await openSuperadmin(homeroom)
  await client.ask('{ alerts { name } }')
  await sql('alter table platform.alert rename column summary to said')
  await shows('InternalErrors', () => homeroom.api.url, async () => {
    expect((await client.send('{ alerts { name } }')).errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }])
  }, { operation: 'alerts' })
  await sql('alter table platform.alert rename column said to summary')
})

test('a database that does not tell: FleetUnreadable, and the rest is answered in time', async () => {
  const api = await apart()
  let release = async () => {}
  await shows('FleetUnreadable', () => api.url, async () => {
    release = await holdLock(homeroom.database.adminUrl, 'lock table platform.tenant')
  })
  const startedAt = performance.now()
  const now = await scrape(api.url)
  // As long as Prometheus waits, if nobody tells it otherwise.
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect(now.get('tenants')).toBeUndefined()
  expect(now.get('listener_connected')).toEqual([{ labels: {}, value: 1 }])
  await release()
})

test('every rule has been shown to fire and leads to its runbook', () => {
  expect([...shown].sort()).toEqual(rules.map(({ alert }) => alert).sort())
  const runbooks = readFileSync(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8')
  expect(Array.from(runbooks.matchAll(/^## (\w+)$/gm), ([, name]) => name)).toEqual(rules.map(({ alert }) => alert))
  for (const { alert, annotations } of rules)
    expect(annotations.runbook_url).toBe(`docs/runbooks.md#${alert.toLowerCase()}`)
})
