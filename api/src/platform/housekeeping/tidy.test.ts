import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Config } from '../../config.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { holdLock, waits } from '../../../test/harness/process-holds.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { withClient } from '../../database/with-client.ts'
import { openJobWorker } from '../../jobs/queue.ts'
import { createLog } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { tidy } from './tidy.job.ts'
import { tidyUp } from './tidy.ts'

const keepDays: Config['keepDays'] = { deletedSchools: 30, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 100, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 }
let homeroom: TestHomeroom
let operator: GraphqlClient
let tenantId: string
let accountId: string

/** Half a day from now: nothing runs by itself meanwhile. */
const tidyAt = new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16)
const [tidyHour, tidyMinute] = tidyAt.split(':').map(Number)

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { keepDays, tidyAt } })
  const worker = await homeroom.startWorker()
  const superadmin = await openSuperadmin(homeroom)
  operator = superadmin.client
  accountId = superadmin.accountId
  tenantId = (await homeroom.openSchool('oakfield')).tenantId
  await worker.stop()
})
afterAll(() => homeroom?.stop())

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const never = new AbortController().signal
const run = (signal = never) => withClient(homeroom.database.urls.owner, owner => tidyUp(owner, keepDays, signal))
const nothing = { sessions: 0, accountTokens: 0, invitations: 0, idempotencyKeys: 0, attempts: 0, exports: 0, webhookEvents: 0, webhookDeliveries: 0, webhookEndpoints: 0, webhookSecrets: 0, heldMails: 0, apiRequests: 0, apiLimits: 0, apiKeys: 0, deprecatedUses: 0, rollouts: 0 }

test('an export stays, though it has expired, while a school is to be made from it', async () => {
  const [{ id }] = await sql<{ id: string }>(`insert into platform.school_export (id, tenant_id, tenant_name, slug, time_zone, locale, state, reason, expires_at, completed_at, size_bytes, sha256, row_counts)
    values (gen_random_uuid(), $1, 'Oakfield', 'oakfield', 'UTC', 'en', 'READY', 'for the test only', now() - interval '1 day', now() - interval '8 days', 1, '\\x00', '{}') returning id`, [tenantId]) as [{ id: string }]
  await sql(`insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, restored_from) values (gen_random_uuid(), 'again', 'again', 'Again', 'UTC', 'en', $1)`, [id])
  expect((await run()).exports).toBe(0)
  await sql('delete from platform.tenant where restored_from = $1', [id])
  expect((await run()).exports).toBe(1)
})

test('removes what is older than its period, and nothing that is younger', async () => {
  await run()
  const insert = async (statement: string, values: unknown[]) => void await sql(statement, values)
  for (const [label, expires, revoked] of [['ran out', 31, null], ['ran out lately', 29, null], ['ended', -20, 31], ['ended lately', -20, 29], ['open', -20, null]] as const) {
    await insert(`insert into platform.session (id, account_id, refresh_hash, expires_at, revoked_at, revoked_reason, user_agent)
      values (gen_random_uuid(), $1, '\\x00', now() - $2 * interval '1 day', now() - $3 * interval '1 day', case when $3::int is not null then 'SIGN_OUT' end, $4)`, [accountId, expires, revoked, `test: ${label}`])
  }
  for (const [label, expires, used] of [['r', 31, null], ['l', 29, null], ['u', 10, 31], ['v', 10, 29]] as const) {
    await insert(`insert into platform.account_token (id, account_id, kind, token_hash, expires_at, used_at)
      values (gen_random_uuid(), $1, 'PASSWORD_RESET', $4, now() - $2 * interval '1 day', now() - $3 * interval '1 day')`, [accountId, expires, used, Buffer.from(label)])
  }
  for (const [email, expires, accepted, revoked] of [['out@x', 91, null, null], ['lately@x', 89, null, null], ['joined@x', 50, 91, null], ['back@x', 50, null, 91], ['young@x', 50, 89, null], ['open@x', -5, null, null]] as const) {
    await insert(`insert into platform.invitation (id, tenant_id, email, role, expires_at, accepted_at, revoked_at)
      values (gen_random_uuid(), $1, $2, 'TEACHER', now() - $3 * interval '1 day', now() - $4 * interval '1 day', now() - $5 * interval '1 day')`, [tenantId, email, expires, accepted, revoked])
  }
  for (const [key, hours] of [['old', 25], ['new', 23]] as const)
    await insert(`insert into platform.idempotency_key (key_hash, input_hash, tenant_id, created_at) values ($1, '\\x00', $2, now() - $3 * interval '1 hour')`, [Buffer.from(key), tenantId, hours])
  // Two cycles: what an earlier one left goes by age, the last one stays.
  await sql('update platform.tenant set preparation_cycle = 3 where id = $1', [tenantId])
  for (const [cycle, days] of [[1, 366], [2, 364], [3, 366]] as const) {
    await insert(`insert into platform.preparation_attempt (tenant_id, cycle, number, outcome, ended_at) values ($1, $2, 7, 'FAILED', now() - $3 * interval '1 day')`, [tenantId, cycle, days])
    await insert(`insert into platform.preparation_step (attempt_id, position, name) select id, 0, 'create-role' from platform.preparation_attempt where tenant_id = $1 and cycle = $2 and number = 7`, [tenantId, cycle])
  }
  for (const [name, state, expires, completed] of [['ran out', 'READY', 0.1, 8], ['there', 'READY', -1, 6], ['failed', 'FAILED', null, 8], ['failed lately', 'FAILED', null, 6], ['queued', 'QUEUED', null, null]] as const) {
    await insert(`with made as (
        insert into platform.school_export (id, tenant_id, tenant_name, slug, time_zone, locale, state, reason, expires_at, completed_at, size_bytes, sha256, row_counts)
        values (gen_random_uuid(), $1, $2, 'x', 'UTC', 'en', $3, 'for the test only', now() - $4 * interval '1 day', now() - $5 * interval '1 day', 1, '\\x00', '{}') returning id)
      insert into platform.school_export_part select id, 0, '\\x00' from made`, [tenantId, name, state, expires, completed])
  }
  await sql(`insert into platform.api_key (id, tenant_id, prefix, last_four, token_hash, name) values (gen_random_uuid(), $1, 'hmr_live_000000000000', '0000', sha256(''), 'a key')`, [tenantId])
  for (const days of [31, 29]) {
    await insert(`insert into platform.api_request (tenant_id, key_id, at, kind, operation, status, cost, duration_ms, request_id, address) select tenant_id, id, now() - $1::int * interval '1 day', 'query', 'users', 200, 1, 1, $1::text, '192.0.2.1' from platform.api_key`, [days])
    await insert(`insert into platform.api_limit (id, tenant_id, key_id, points, reason, expires_at) select gen_random_uuid(), tenant_id, case when $1::int = 31 then id end, 1, $1::text, now() - $1::int * interval '1 day' from platform.api_key`, [days])
  }
  await sql('delete from platform.rollout')
  for (const [version, days] of [[1001, 101], [1002, 99], [1003, null]] as const) {
    await insert(`insert into platform.rollout (id, target_version, state, canaries, parallel, failure_budget, ended_at)
      values (gen_random_uuid(), $1, case when $2::int is null then 'PAUSED' else 'DONE' end, 0, 1, 0, now() - $2 * interval '1 day')`, [version, days])
  }
  for (const [url, deleted] of [['there', null], ['removed', 1]] as const) {
    await insert(`insert into platform.webhook_endpoint (id, tenant_id, url, enabled, disabled_reason, disabled_at, deleted_at)
      values (gen_random_uuid(), $1, $2, $3::int is null, case when $3 is not null then 'BY_HAND' end, case when $3 is not null then now() end, now() - $3 * interval '1 second')`, [tenantId, url, deleted])
  }
  for (const seconds of [1, -60, null])
    await insert(`insert into platform.webhook_secret (id, endpoint_id, sealed, expires_at) select gen_random_uuid(), id, '\\x00', now() - $1 * interval '1 second' from platform.webhook_endpoint where url = 'there'`, [seconds])
  for (const [type, days] of [['old', 31], ['young', 29]] as const) {
    await insert(`with event as (
        insert into platform.webhook_event (id, tenant_id, type, at, body) values (gen_random_uuid(), $1, $2, now() - $3 * interval '1 day', '{}') returning id)
      insert into platform.webhook_delivery (id, tenant_id, endpoint_id, event_id, type, next_attempt_at)
      select gen_random_uuid(), $1, e.id, event.id, $2, now() from event, platform.webhook_endpoint e`, [tenantId, type, days])
  }
  for (const [subject, days] of [['old', 31], ['young', 29]] as const)
    await insert(`insert into platform.held_mail (id, tenant_id, kind, recipient, subject, paragraphs, at) values (gen_random_uuid(), $1, 'INVITATION', 'x@y', $2, '{}', now() - $3 * interval '1 day')`, [tenantId, subject, days])
  const audit = await sql('select count(*) from platform.audit_event')

  expect(await run()).toEqual({ sessions: 2, accountTokens: 2, invitations: 3, idempotencyKeys: 1, attempts: 1, exports: 2, webhookEvents: 1, webhookDeliveries: 1, webhookEndpoints: 1, webhookSecrets: 1, heldMails: 1, apiRequests: 1, apiLimits: 1, apiKeys: 0, deprecatedUses: 0, rollouts: 1 })

  const left = async (statement: string) => (await sql<{ name: string }>(statement)).map(({ name }) => name)
  expect(await left(`select substr(user_agent, 7) as name from platform.session where user_agent like 'test: %' order by 1`)).toEqual(['ended lately', 'open', 'ran out lately'])
  expect(await left(`select convert_from(token_hash, 'utf8') as name from platform.account_token where length(token_hash) = 1 order by 1`)).toEqual(['l', 'v'])
  expect(await left(`select email as name from platform.invitation where email like '%@x' order by 1`)).toEqual(['lately@x', 'open@x', 'young@x'])
  expect(await left(`select convert_from(key_hash, 'utf8') as name from platform.idempotency_key where length(key_hash) = 3`)).toEqual(['new'])
  expect(await left(`select cycle::text as name from platform.preparation_attempt a join platform.preparation_step s on s.attempt_id = a.id where number = 7 order by 1`)).toEqual(['2', '3'])
  expect(await left(`select tenant_name as name from platform.school_export e join platform.school_export_part p on p.export_id = e.id order by 1`)).toEqual(['failed lately', 'queued', 'there'])
  expect(await left(`select request_id as name from platform.api_request union all select reason from platform.api_limit`)).toEqual(['29', '29'])
  expect(await left(`select target_version::text as name from platform.rollout order by 1`)).toEqual(['1002', '1003'])
  expect(await left(`select d.type || ' to ' || e.url as name from platform.webhook_delivery d join platform.webhook_endpoint e on e.id = d.endpoint_id`)).toEqual(['young to there'])
  expect(await left(`select subject as name from platform.held_mail`)).toEqual(['young'])
  expect(await left(`select (expires_at is null)::text as name from platform.webhook_secret order by 1`)).toEqual(['false', 'true'])
  expect(await sql('select count(*) from platform.audit_event')).toEqual(audit)
  expect(await run()).toEqual(nothing)
  await sql('delete from platform.rollout')
})

function plantSessions(count: number) {
  return sql(`insert into platform.session (id, account_id, refresh_hash, expires_at)
  select gen_random_uuid(), $1, '\\x00', now() - interval '40 days' from generate_series(1, $2)`, [accountId, count])
}

test('a key that ended long ago goes with what it used, but not while the log still names it; the record of it stays', async () => {
  await run()
  const key = async (name: string, ended: { expires?: number, revoked?: number }, replacedBy: string | null = null) => (await sql<{ id: string }>(`
    insert into platform.api_key (id, tenant_id, prefix, last_four, token_hash, name, expires_at, revoked_at, replaced_by)
    values (gen_random_uuid(), $1, 'hmr_live_' || substr(md5($2), 1, 12), '0000', sha256(''), 'tidied: ' || $2, now() - $3 * interval '1 day', now() - $4 * interval '1 day', $5) returning id`, [tenantId, name, ended.expires ?? null, ended.revoked ?? null, replacedBy]))[0]!.id
  const used = (id: string, days: number, member: string) => sql('insert into platform.api_deprecated_use (key_id, member, tenant_id, uses, first_used_at, last_used_at) values ($1, $3, $4, 1, now() - $2 * interval \'1 day\', now() - $2 * interval \'1 day\')', [id, days, member, tenantId])
  const gone = await key('revoked', { revoked: 366, expires: -30 })
  await used(gone, 400, 'Class.title')
  await key('ran out', { expires: 366 })
  await key('ran out, in its place one that is gone', { expires: 364 }, gone)
  await key('revoked lately', { revoked: 364, expires: 300 })
  const works = await key('works', { expires: -1 })
  await used(works, 366, 'Class.title')
  await used(works, 364, 'Class.code')
  const named = await key('still knocked with', { revoked: 800 })
  await sql(`insert into platform.api_request (tenant_id, key_id, at, kind, operation, status, code, refusal, times, cost, duration_ms, request_id, address) values ($1, $2, now(), 'none', 'none', 401, 'UNAUTHENTICATED', 'REVOKED', 7, 0, 0, 'r', '192.0.2.1')`, [tenantId, named])
  const left = async () => (await sql<{ name: string }>('select substr(name, 9) as name from platform.api_key where name like \'tidied: %\' order by 1')).map(({ name }) => name)
  const audit = () => sql('select count(*)::int as events from platform.audit_event')
  const before = await audit()
  expect(await run()).toEqual({ ...nothing, apiKeys: 2, deprecatedUses: 1 })
  expect(await left()).toEqual(['ran out, in its place one that is gone', 'revoked lately', 'still knocked with', 'works'])
  expect(await sql('select member from platform.api_deprecated_use')).toEqual([{ member: 'Class.code' }])
  await sql('update platform.api_request set at = now() - interval \'31 days\' where key_id = $1', [named])
  expect(await run()).toEqual({ ...nothing, apiRequests: 1, apiKeys: 1 })
  expect(await left()).not.toContain('still knocked with')
  expect(await audit()).toEqual(before)
  await sql('delete from platform.api_key where name like \'tidied: %\'')
})

test('removes by the thousand, passes over what somebody holds, and goes on where it was interrupted', async () => {
  await plantSessions(2_500)
  // Interrupted after the first statement, as a worker that is killed is.
  const interrupt = new AbortController()
  await expect(withClient(homeroom.database.urls.owner, owner => tidyUp(Object.assign(Object.create(owner) as typeof owner, {
    async query(text: string, values: unknown[]) {
      const result = await owner.query(text, values)
      interrupt.abort()
      return result
    },
  }), keepDays, interrupt.signal))).rejects.toThrow()
  expect(await sql('select count(*)::int as left from platform.session where expires_at < now() - interval \'30 days\'')).toEqual([{ left: 1_500 }])

  await withClient(homeroom.database.adminUrl, async (somebody) => {
    await somebody.query('begin')
    await somebody.query('select 1 from platform.session where expires_at < now() - interval \'30 days\' limit 1 for update')
    expect(await run()).toEqual({ ...nothing, sessions: 1_499 })
    await somebody.query('rollback')
  })
  expect(await run()).toEqual({ ...nothing, sessions: 1 })
})

test('every night at its time, once however many workers there are, and recorded', async () => {
  expect(await sql('select name, cron, timezone, options ->> \'missed\' as missed from pgboss.schedule')).toEqual([{ name: 'tidy', cron: `${tidyMinute} ${tidyHour} * * *`, timezone: 'UTC', missed: 'once' }])

  // A run may take longer than any other transaction may wait.
  const { username } = new URL(homeroom.database.urls.owner)
  await sql(`alter role ${username} in database ${new URL(homeroom.database.adminUrl).pathname.slice(1)} set idle_in_transaction_session_timeout = '3s'`)
  await Promise.all([homeroom.startWorker(), homeroom.startWorker()])
  await plantSessions(3)
  const release = await holdLock(homeroom.database.adminUrl, 'lock table platform.account_token in access exclusive mode', () => {})
  // As the schedule sends it, while another run waits or is at work.
  const jobs = await openJobWorker(homeroom.database.urls.owner, 2, createLog('silent'), createMetrics())
  const sent = await withClient(homeroom.database.adminUrl, async (owner) => {
    await owner.query('begin')
    const db = { executeSql: (text: string, values?: unknown[]) => owner.query(text, values) }
    const both = [await jobs.send(tidy, {}, '', db), await jobs.send(tidy, {}, '', db)]
    await owner.query('commit')
    return both
  })
  expect(sent).toEqual([true, false])
  await waits(homeroom.database.sql, { by: 'homeroom housekeeping' })
  await sql('select pg_sleep(4)')
  await release()
  await jobs.stop(1_000)
  const runs = () => sql<{ details: object }>('select actor_kind, subject_type, details from platform.audit_event where action = \'housekeeping.done\'')
  await expect.poll(runs, { interval: 25 }).toHaveLength(1)
  expect(await runs()).toEqual([{ actor_kind: 'system', subject_type: 'platform', details: { ...nothing, sessions: 3, tombstones: 0, answers: 0 } }])
  const { auditEvents } = await operator.ask<{ auditEvents: { nodes: { action: string }[] } }>('{ auditEvents(first: 1) { nodes { action } } }')
  expect(auditEvents.nodes).toEqual([{ action: 'housekeeping.done' }])
})
