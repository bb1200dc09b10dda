import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { withClient } from '../../database/with-client.ts'
import { openJobWorker } from '../../jobs/queue.ts'
import { createLog } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient

beforeAll(async () => {
  homeroom = await openHomeroom()
  operator = (await openSuperadmin(homeroom)).client
})
afterAll(() => homeroom?.stop())

interface Planted { queue: string, state: string, data?: object, key?: string, policy?: string, output?: object, startAfter?: string, retryCount?: number }

/** A job as the queues hold it; the dates are such that nothing touches it by itself. */
async function plant({ queue, state, data = {}, key = randomUUID(), policy = 'exclusive', output, startAfter = '1 hour', retryCount = 0 }: Planted): Promise<string> {
  const [row] = await homeroom.database.sql<{ id: string }>(`
    insert into pgboss.job (name, state, data, singleton_key, policy, output, start_after, retry_count, retry_limit, started_on, completed_on)
    values ($1, $2::pgboss.job_state, $3, $4, $5, $6, now() + $7::interval, $8, 2, case when $2 <> 'created' then now() end, case when $2::pgboss.job_state >= 'completed' then now() end) returning id`, [queue, state, data, key, policy, output ?? null, startAfter, retryCount])
  return row!.id
}

const stateOf = async (id: string) => (await homeroom.database.sql<{ state: string }>('select state from pgboss.job where id = $1', [id]))[0]?.state
const stateBecomes = (id: string, state: string) => expect.poll(() => stateOf(id), { interval: 25 }).toBe(state)
async function order(action: 'retryJob' | 'cancelJob', queue: string, id: string) {
  const { data, errors } = await operator.send<Record<string, boolean>>(`mutation ($queue: String!, $id: ID!) { ${action}(queue: $queue, id: $id) }`, { queue, id })
  return errors ? errors[0]! : data![action]
}
const recorded = (id: string) => homeroom.database.sql('select chain::text, action, actor_kind, details from platform.audit_event where subject_id = $1', [id])
const platform = '00000000-0000-0000-0000-000000000000'

interface Jobs { jobs: { totalCount: number, nodes: Record<string, unknown>[], pageInfo: { hasNextPage: boolean, endCursor: string } } }
const list = `query ($first: Int, $after: String, $filter: JobFilter) { jobs(first: $first, after: $after, filter: $filter) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes { id queue state tenantId attempt attempts data error createdAt startedAt completedAt nextAttemptAt } } }`

test('lists jobs by queue, state and tenant, page by page, and shows ids only', async () => {
  const tenantId = randomUUID()
  const data = { tenantId, kind: 'INVITATION', email: 'ada@people.example', secret: 'hush' }
  const failed = await plant({ queue: 'alert-webhook', state: 'failed', data, retryCount: 2, output: { message: 'no answer from ada@people.example\nat hush' } })
  const retrying = await plant({ queue: 'alert-webhook', state: 'retry', data, output: { message: 'busy' } })
  const waiting = await plant({ queue: 'alert-webhook', state: 'created', data })
  await plant({ queue: 'alert-webhook', state: 'created', data: { tenantId: randomUUID() } })

  const found: Record<string, unknown>[] = []
  let after: string | undefined
  do {
    const { jobs } = await operator.ask<Jobs>(list, { first: 1, after, filter: { queue: 'alert-webhook', tenantId } })
    expect(jobs.totalCount).toBe(3)
    found.push(...jobs.nodes)
    after = jobs.pageInfo.hasNextPage ? jobs.pageInfo.endCursor : undefined
  } while (after)
  const shown = { queue: 'alert-webhook', tenantId, attempts: 3, data: { tenantId, kind: 'INVITATION', email: '…', secret: '…' } }
  const instant = expect.any(String) as string
  expect(found).toEqual([
    { ...shown, id: waiting, state: 'WAITING', attempt: 0, error: null, createdAt: instant, startedAt: null, completedAt: null, nextAttemptAt: instant },
    { ...shown, id: retrying, state: 'RETRYING', attempt: 1, error: 'busy', createdAt: instant, startedAt: instant, completedAt: null, nextAttemptAt: instant },
    { ...shown, id: failed, state: 'FAILED', attempt: 3, error: 'no answer from …', createdAt: instant, startedAt: instant, completedAt: instant, nextAttemptAt: null },
  ])
  expect((await operator.ask<Jobs>(list, { filter: { state: 'FAILED', tenantId: tenantId.toUpperCase() } })).jobs.nodes.map(({ id }) => id)).toEqual([failed])

  const { jobQueues } = await operator.ask<{ jobQueues: Record<string, unknown>[] }>('{ jobQueues { name waiting active retrying failed completed cancelled oldestWaitingSeconds } }')
  expect(jobQueues.map(({ name }) => name)).toEqual(['alert-webhook', 'export-failed', 'export-school', 'job-order', 'preparation-failed', 'prepare-tenant', 'send-mail', 'send-slow-webhooks', 'send-webhooks', 'tidy'].sort().filter(name => jobQueues.some(queue => queue.name === name)))
  expect(jobQueues.find(({ name }) => name === 'alert-webhook')).toEqual({ name: 'alert-webhook', waiting: 2, active: 0, retrying: 1, failed: 1, completed: 0, cancelled: 0, oldestWaitingSeconds: null })
  await homeroom.database.sql('delete from pgboss.job where name = \'alert-webhook\'')
})

test('a mail that was given up is mailed when its job is retried', async () => {
  const { accountId, email } = await openSuperadmin(homeroom, 'Ada Late')
  const id = await plant({ queue: 'send-mail', state: 'failed', policy: 'short', data: { kind: 'PASSWORD_CHANGED', id: accountId }, retryCount: 2, startAfter: '-1 hour' })
  const arrives = homeroom.mailbox.next(email, /Your password was changed/)
  expect(await order('retryJob', 'send-mail', id)).toBe(true)
  expect((await arrives).to).toContain(email)
  await stateBecomes(id, 'completed')
  expect(await recorded(id)).toEqual([{ chain: platform, action: 'job.retried', actor_kind: 'superadmin', details: { queue: 'send-mail' } }])
})

test('a job that waits is cancelled, and recorded with the school it names', async () => {
  const { tenantId } = await homeroom.openSchool('oakfield')
  for (const state of ['created', 'retry']) {
    const id = await plant({ queue: 'send-mail', policy: 'short', state, data: { tenantId, kind: 'INVITATION', id: randomUUID() } })
    expect(await order('cancelJob', 'send-mail', id.toUpperCase())).toBe(true)
    await stateBecomes(id, 'cancelled')
    expect(await recorded(id)).toEqual([{ chain: tenantId, action: 'job.cancelled', actor_kind: 'superadmin', details: { queue: 'send-mail' } }])
  }
})

test.each([
  ['retryJob', { queue: 'send-mail', state: 'completed' }, { code: 'CONFLICT', reason: 'STATE', state: 'COMPLETED' }],
  ['retryJob', { queue: 'send-mail', state: 'created' }, { code: 'CONFLICT', state: 'WAITING' }],
  ['cancelJob', { queue: 'send-mail', state: 'failed' }, { code: 'CONFLICT', state: 'FAILED' }],
  ['cancelJob', { queue: 'send-mail', state: 'active' }, { code: 'CONFLICT', state: 'ACTIVE' }],
  ['retryJob', { queue: 'prepare-tenant', state: 'failed' }, { code: 'CONFLICT', reason: 'ELSEWHERE' }],
  ['cancelJob', { queue: 'prepare-tenant', state: 'created' }, { code: 'CONFLICT' }],
  ['cancelJob', { queue: 'preparation-failed', state: 'created' }, { code: 'CONFLICT' }],
  ['cancelJob', { queue: '__pgboss__send-it', state: 'created' }, { code: 'NOT_FOUND' }],
] as const)('%s refuses %j', async (action, job, extensions) => {
  const id = await plant({ ...job, policy: 'standard' })
  expect(await order(action, job.queue, id)).toMatchObject({ extensions })
  expect(await stateOf(id)).toBe(job.state)
  expect(await recorded(id)).toEqual([])
  await homeroom.database.sql('delete from pgboss.job where id = $1', [id])
})

test('an unknown job is not found, in whatever queue', async () => {
  for (const [queue, id] of [['send-mail', randomUUID()], ['no-such-queue', randomUUID()], ['send-mail', 'nonsense']] as const)
    expect(await order('retryJob', queue, id)).toMatchObject({ extensions: { code: 'NOT_FOUND' } })
})

test('of two jobs for the same thing the one given up stays so, here and in the worker', async () => {
  const failed = await plant({ queue: 'alert-webhook', state: 'failed', key: 'the same' })
  await plant({ queue: 'alert-webhook', state: 'created', key: 'the same' })
  expect(await order('retryJob', 'alert-webhook', failed)).toMatchObject({ extensions: { code: 'CONFLICT', reason: 'TAKEN' } })

  // Where the API saw nothing of it yet.
  const jobs = await openJobWorker(homeroom.database.urls.owner, 2, createLog('silent'), createMetrics())
  const change = (action: 'retry' | 'cancel', id: string) => withClient(homeroom.database.urls.owner, owner =>
    jobs.change(action, 'alert-webhook', id, { executeSql: (text: string, values?: unknown[]) => owner.query(text, values) }))
  expect(await change('retry', failed)).toBe(false)
  expect(await change('cancel', failed)).toBe(false)
  expect(await stateOf(failed)).toBe('failed')
  const other = await plant({ queue: 'alert-webhook', state: 'failed', key: 'another' })
  expect(await change('retry', other)).toBe(true)
  expect(await stateOf(other)).toBe('retry')
  await jobs.stop(1_000)
})
