import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { TestSuperadmin } from '../../../test/harness/superadmin.ts'
import type { Receiver, Told } from '../../../test/harness/webhook.ts'
import type { JobWorker } from '../../jobs/queue.ts'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readAlertRules } from '../../../test/harness/alert-rules.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { holdLock } from '../../../test/harness/process-holds.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { openReceiver } from '../../../test/harness/webhook.ts'
import { openJobWorker } from '../../jobs/queue.ts'
import { createLog } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { rules } from './conditions.ts'
import { measureFleet } from './fleet-metrics.ts'
import { lookForAlerts } from './watch.ts'
import { startWebhookWorker } from './webhook.worker.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const log = createLog('silent')
const metrics = createMetrics()
let homeroom: TestHomeroom
let operator: TestSuperadmin
let receiver: Receiver
let jobs: JobWorker
let uncarried = 0

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  operator = await openSuperadmin(homeroom)
  receiver = await openReceiver()
  jobs = await openJobWorker(homeroom.database.urls.owner, 4, log, metrics)
  await startWebhookWorker({ jobs, webhook: { url: receiver.url, secret }, metrics, log })
})
beforeEach(() => { uncarried = 0 })
afterEach(async () => {
  receiver.answer(response => response.writeHead(204).end())
  await sql('delete from platform.alert')
  await sql('delete from pgboss.job')
  await sql('delete from platform.rollout')
})
afterAll(async () => {
  await jobs?.stop(5_000)
  await receiver?.stop()
  await homeroom?.stop()
})

const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
/** As if this release's schools had it: newer than any that a worker here knows. */
const supportedVersion = 1_000
const look = (tell = true) => lookForAlerts({ ownerUrl: homeroom.database.urls.owner, jobs, tell, supportedVersion, oldestUncarriedSeconds: () => uncarried, log })
const alerts = async () => (await operator.client.ask<{ alerts: { name: string, severity: string, summary: string, since: string }[] }>('{ alerts { name severity summary since } }')).alerts

/** The next thing that the receiver is told, after `told`. */
async function next(told = receiver.told.length): Promise<Told> {
  await expect.poll(() => receiver.told.length, { timeout: 30_000, interval: 25 }).toBeGreaterThan(told)
  return receiver.told[told]!
}
const dataOf = ({ body }: Told) => JSON.parse(body) as { type: string, timestamp: string, data: Record<string, string> }
const jobState = async () => (await sql<{ state: string, retry_count: number, output: object | null }>('select state, retry_count, output from pgboss.job where name = \'alert-webhook\' order by created_on desc limit 1'))[0]
/** Its next try is now. */
async function hurry() {
  await expect.poll(async () => (await jobState())?.state, { interval: 25 }).toBe('retry')
  await sql('update pgboss.job set start_after = now()')
}

test('what should not be so is kept, shown to the operator, told when it begins, and told when it ends', async () => {
  uncarried = 1_000
  const told = receiver.told.length
  await look()
  const [alert] = await alerts()
  expect(alert).toEqual({ name: 'AuditNotCarried', severity: 'WARNING', summary: 'What schools did has not reached the audit record for 17 minutes.', since: expect.any(String) as string })
  const begun = await next(told)
  expect(dataOf(begun)).toEqual({ type: 'alert.firing', timestamp: expect.any(String) as string, data: { ...alert, severity: 'warning' } })

  // It lasts: seen again, its words follow, and nobody is told.
  uncarried = 2_000
  await look()
  expect(await alerts()).toEqual([{ ...alert, summary: 'What schools did has not reached the audit record for 33 minutes.' }])

  uncarried = 0
  await look()
  expect(await alerts()).toEqual([])
  expect(dataOf(await next(told + 1))).toMatchObject({ type: 'alert.resolved', data: { name: 'AuditNotCarried', since: alert!.since } })
  expect(receiver.told).toHaveLength(told + 2)
})

test('when somebody last looked is told, that nothing may be taken for all is well', async () => {
  const lookedAt = async () => (await operator.client.ask<{ alertsLookedAt: string | null }>('{ alertsLookedAt }')).alertsLookedAt
  await sql('delete from platform.alert_look')
  expect(await lookedAt()).toBeNull()
  await look(false)
  const first = Date.parse((await lookedAt())!)
  expect(Math.abs(Date.now() - first)).toBeLessThan(10_000)
  await look(false)
  expect(Date.parse((await lookedAt())!)).toBeGreaterThan(first)
})

test('each condition of the database, and none of a healthy one', async () => {
  await look(false)
  expect(await alerts()).toEqual([])
  const { tenantId } = await homeroom.signUp('troubled')
  await sql(`update pgboss.job set created_on = created_on - interval '3 minutes', start_after = start_after - interval '3 minutes' where name = 'prepare-tenant'`)
  await sql(`insert into pgboss.job (name, state, completed_on) values ('send-mail', 'failed', now() - interval '50 minutes'), ('send-mail', 'failed', now() - interval '70 minutes')`)
  await look(false)
  expect((await alerts()).map(({ name, severity, summary }) => [name, severity, summary.replace(/\d{2,} s/, '… s')])).toEqual([
    ['QueueStuck', 'CRITICAL', 'Jobs are not taken: prepare-tenant for … s.'],
    ['DeadLetters', 'WARNING', 'Jobs were given up within the last hour: 1 of send-mail.'],
    ['PreparationSlow', 'WARNING', 'A school has been waiting to be ready for … s.'],
  ])
  await sql('delete from pgboss.job')
  await sql(`update platform.tenant set preparation_status = 'FAILED', preparation_error_code = 'STEP_FAILED', preparation_completed_at = now() where id = $1`, [tenantId])
  await sql(`insert into platform.rollout (id, target_version, state, stopped_reason, canaries, parallel, failure_budget, ended_at) values (gen_random_uuid(), 2, 'STOPPED', 'CANARY_FAILED', 1, 1, 0, now())`)
  await look(false)
  expect((await alerts()).map(({ name }) => name)).toEqual(['PreparationsFailing', 'RolloutStopped'])
  await sql('delete from platform.rollout')
  await sql(`update platform.tenant set preparation_status = 'READY', preparation_error_code = null, schema_version = 1 where id = $1`, [tenantId])
  await look(false)
  expect((await alerts()).map(({ name, summary }) => [name, summary])).toEqual([['SchoolsBehind', '1 school stayed on an older version, and no roll-out is running.']])
  await sql(`update platform.tenant set preparation_status = 'READY', schema_version = $2, lifecycle = 'DELETING', delete_after = now() - interval '20 minutes' where id = $1`, [tenantId, supportedVersion])
  await sql(`insert into platform.rollout (id, target_version, canaries, parallel, failure_budget, started_at) values (gen_random_uuid(), 2, 1, 1, 0, now() - interval '10 minutes')`)
  await look(false)
  expect((await alerts()).map(({ name, summary }) => [name, summary])).toEqual([
    ['DeletionOverdue', 'A school should have been deleted 20 minutes ago.'],
    ['RolloutNotDriven', 'The roll-out is to go on, and no worker has driven it for 10 minutes.'],
  ])
  const [{ id }] = await sql<{ id: string }>('select id from platform.rollout') as [{ id: string }]
  // Resumed a moment ago, it is not yet to be wondered at.
  await operator.client.ask('mutation ($id: ID!) { pauseRollout(id: $id) { state } resumeRollout(id: $id) { state } }', { id })
  await sql(`update platform.tenant set lifecycle = 'ACTIVE', delete_after = null where id = $1`, [tenantId])
  await look(false)
  expect(await alerts()).toEqual([])
})

test('the signature is good, for this body and for now; a receiver can tell a repetition', async () => {
  uncarried = 1_000
  const told = receiver.told.length
  receiver.answer(response => response.writeHead(500).end())
  await look()
  const first = await next(told)
  const webhook = new Webhook(secret)
  const headers = first.headers as Record<string, string>
  expect(webhook.verify(first.body, headers)).toEqual(dataOf(first))
  expect(() => webhook.verify(first.body.replace('firing', 'resolved'), headers)).toThrow('No matching signature found')
  expect(() => new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`).verify(first.body, headers)).toThrow('No matching signature found')
  // Told again later, as it was: too old. With a newer time: not what was signed.
  const aged = String(Number(headers['webhook-timestamp']) - 3_600)
  expect(() => webhook.verify(first.body, { ...headers, 'webhook-timestamp': aged })).toThrow('timestamp too old')
  expect(() => webhook.verify(first.body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 60) })).toThrow('No matching signature found')
  receiver.answer(response => response.writeHead(204).end())
  await hurry()
  const second = await next(told + 1)
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
  expect(second.body).toBe(first.body)
  expect(webhook.verify(second.body, second.headers as Record<string, string>)).toBeTruthy()
})

test('a receiver that fails twice is told a third time', async () => {
  uncarried = 1_000
  const told = receiver.told.length
  let fails = 2
  receiver.answer(response => response.writeHead(fails-- > 0 ? 503 : 200).end('whatever it says'))
  await look()
  await next(told)
  await hurry()
  await next(told + 1)
  await hurry()
  await next(told + 2)
  await expect.poll(async () => (await jobState())?.state).toBe('completed')
  expect(await jobState()).toMatchObject({ retry_count: 2 })
  expect(receiver.told).toHaveLength(told + 3)
})

test('a receiver that never answers is left after five seconds, and one that points elsewhere is not followed', async () => {
  uncarried = 1_000
  const told = receiver.told.length
  receiver.answer(() => {})
  const startedAt = performance.now()
  await look()
  await next(told)
  await expect.poll(async () => (await jobState())?.state, { interval: 50 }).toBe('retry')
  expect(performance.now() - startedAt).toBeGreaterThan(4_500)
  expect(performance.now() - startedAt).toBeLessThan(30_000)
  expect(JSON.stringify((await jobState())?.output)).toContain('no answer within 5 s')

  receiver.answer(response => response.writeHead(302, { location: '/elsewhere' }).end())
  await hurry()
  await next(told + 1)
  await expect.poll(async () => (await jobState())?.retry_count, { interval: 25 }).toBe(1)
  await expect.poll(async () => JSON.stringify((await jobState())?.output), { interval: 25 }).toContain('status 302')
  expect(receiver.told.map(({ path }) => path)).not.toContain('/elsewhere')
  expect(receiver.told).toHaveLength(told + 2)
})

test('of two workers that look at once, one tells', async () => {
  uncarried = 1_000
  const told = receiver.told.length
  // The first is held up in the middle of its look.
  const release = await holdLock(homeroom.database.adminUrl, 'lock table platform.alert')
  const first = look()
  await expect.poll(async () => (await sql('select 1 from pg_stat_activity where application_name = \'homeroom alerts\' and wait_event_type = \'Lock\' and datname = current_database()')).length).toBe(1)
  await look()
  await release()
  await first
  await next(told)
  expect(await sql('select 1 from pgboss.job where name = \'alert-webhook\'')).toHaveLength(1)
})

test('while nobody is to be told, nothing is queued', async () => {
  uncarried = 1_000
  await look(false)
  expect(await alerts()).toHaveLength(1)
  expect(await sql('select 1 from pgboss.job where name = \'alert-webhook\'')).toEqual([])
})

test('a worker looks by itself as soon as it runs', async () => {
  await sql(`insert into pgboss.job (name, state, completed_on) values ('send-mail', 'failed', now())`)
  const worker = await homeroom.startWorker()
  await expect.poll(async () => (await alerts()).map(({ name }) => name)).toEqual(['DeadLetters'])
  await worker.stop()
})

test('what a worker looks for has the names and severities that Prometheus\' rules have', () => {
  const severities = new Map(readAlertRules().map(({ alert, labels }) => [alert, labels.severity]))
  expect(rules.map(({ name }) => [name, severities.get(name)])).toEqual(rules.map(({ name, severity }) => [name, severity]))
})

test('who reads the metrics does not wait for a database that never answers', async () => {
  const shown = createMetrics('api')
  measureFleet(shown, () => new Promise(() => {}))
  const text = await shown.registry.metrics()
  expect(text).toContain('fleet_readable 0\n')
  expect(text).not.toMatch(/^jobs\{/m)
})
