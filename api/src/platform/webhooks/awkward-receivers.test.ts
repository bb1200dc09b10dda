import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Receiver } from '../../../test/harness/webhook.ts'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { addStudent, deliveryLog, makeEndpoint, nextTold, quickly } from '../../../test/harness/webhook-endpoint.ts'
import { openReceiver } from '../../../test/harness/webhook.ts'

let homeroom: TestHomeroom
let school: SignedUp
let receiver: Receiver

beforeAll(async () => {
  // One try more, after an hour: what fails can be looked at in peace.
  homeroom = await openHomeroom({ config: { webhooks: { ...quickly, retrySeconds: [3_600] } } })
  school = await homeroom.openSchool('oakfield')
})
beforeEach(async () => { receiver = await openReceiver() })
afterEach(async () => {
  await receiver.stop()
  await sql('delete from platform.webhook_endpoint')
})
afterAll(() => homeroom?.stop())

const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)

/** How the first try of the test's change ended, or of its second one. */
async function firstTry(change = 1) {
  await expect.poll(async () => {
    const log = await deliveryLog(school.client)
    return log.length === change && log[0]!.attemptCount
  }, { interval: 20 }).toBe(1)
  const { state, attempts } = (await deliveryLog(school.client))[0]!
  return { state, ...attempts[0]! }
}
const endpointOf = async (id: string) => (await school.client.ask<{ webhookEndpoint: Record<string, unknown> }>('query ($id: ID!) { webhookEndpoint(id: $id) { enabled disabledReason failingSince deliveredAt waiting } }', { id })).webhookEndpoint

test('where an answer points is not where anybody goes', async () => {
  const elsewhere = await openReceiver()
  receiver.answer(response => response.writeHead(307, { location: elsewhere.url }).end())
  await makeEndpoint(school.client, receiver.url)
  await addStudent(school.client, 'Elsewhere')
  expect(await firstTry()).toMatchObject({ state: 'WAITING', status: 307, error: null })
  expect(elsewhere.told).toEqual([])
  await elsewhere.stop()
})

test('one that hangs holds up no other school meanwhile', async () => {
  const riverside = await homeroom.openSchool('riverside')
  const quick = await openReceiver()
  receiver.answer(() => {})
  await makeEndpoint(school.client, receiver.url)
  await makeEndpoint(riverside.client, quick.url)
  // Far more than there are places: all of them hang.
  for (let at = 0; at < 30; at++)
    await addStudent(school.client, `Hanging ${at}`)
  await nextTold(receiver, 0)
  for (let at = 0; at < 5; at++) {
    await addStudent(riverside.client, `Quick ${at}`)
    await nextTold(quick, at)
  }
  // They hang still: nobody has waited for one of them.
  expect((await deliveryLog(school.client)).map(({ attemptCount }) => attemptCount)).toEqual(Array.from({ length: 30 }).fill(0))
  await quick.stop()
})

test('one that hangs is left after its time', async () => {
  const impatient = await openHomeroom({ config: { webhooks: { ...quickly, retrySeconds: [3_600], timeoutSeconds: 1 } } })
  onTestFinished(() => impatient.stop())
  const { client } = await impatient.openSchool('hanging')
  receiver.answer(() => {})
  await makeEndpoint(client, receiver.url)
  for (let at = 0; at < 30; at++)
    await addStudent(client, `Hanging ${at}`)
  await expect.poll(async () => (await deliveryLog(client)).filter(({ attemptCount }) => attemptCount > 0).length).toBeGreaterThan(0)
  const tried = (await deliveryLog(client)).filter(({ attemptCount }) => attemptCount > 0)
  expect(tried[0]!.attempts[0]).toMatchObject({ status: null, error: 'No answer within 1 s.', answer: null })
  expect(tried[0]!.attempts[0]!.durationMs).toBeGreaterThanOrEqual(950)
  // It is left alone for a while, with most of what waits for it untried.
  expect(tried.length).toBeLessThanOrEqual(16)
  expect(await impatient.database.sql('select slow, held_until > now() as held from platform.webhook_endpoint where url = $1', [receiver.url])).toEqual([{ slow: true, held: true }])
})

test('of an answer no more than its start is read and kept, without what lets anybody in', async () => {
  await makeEndpoint(school.client, receiver.url)
  receiver.answer((response) => {
    response.writeHead(200)
    response.write(`ok\0 for ada@oakfield.example with whsec_c2VjcmV0 and Bearer abc.def, eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln ${'x'.repeat(2_000)}`)
    // It never ends by itself.
    const more = setInterval(() => response.write('y'.repeat(100_000)), 5)
    response.on('close', () => clearInterval(more))
  })
  await addStudent(school.client, 'Endless')
  const { state, status, answer } = await firstTry()
  expect({ state, status }).toEqual({ state: 'DELIVERED', status: 200 })
  expect(answer).toMatch(/^ok for … with whsec_… and Bearer …, … x+$/)
  expect(answer!.length).toBeLessThanOrEqual(1_024)
})

test.each([
  ['nobody listens', async () => receiver.stop(), 'The connection was refused.'],
  ['the connection is broken off', async () => receiver.answer(response => response.socket!.destroy()), 'The connection was broken off.'],
  ['it speaks another language', async () => receiver.answer(response => void response.socket!.end('SSH-2.0-OpenSSH_9.7\r\n')), 'The answer is not HTTP.'],
  ['its headers never end', async () => receiver.answer(response => response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end()), 'The answer has too many headers.'],
])('%s: said in plain words', async (_, prepare, error) => {
  await makeEndpoint(school.client, receiver.url)
  await prepare()
  await addStudent(school.client, 'Broken')
  expect(await firstTry()).toMatchObject({ state: 'WAITING', status: null, error })
  if (error.includes('refused'))
    receiver = await openReceiver()
})

test('410 Gone switches an endpoint off at once: what waits is given up, and its school\'s admins get a mail', async () => {
  const { id } = await makeEndpoint(school.client, receiver.url)
  receiver.answer(response => response.writeHead(410).end())
  await addStudent(school.client, 'Gone')
  await expect.poll(async () => endpointOf(id), { interval: 20 }).toMatchObject({ enabled: false, disabledReason: 'GONE', waiting: 0 })
  const mail = await homeroom.mailbox.next(school.email, /switched off/)
  expect(mail.text).toContain('answered that it is gone for good (410)')
  expect(mail.link).toContain('/developer/webhooks')
  const { auditEvents } = await school.client.ask<{ auditEvents: { nodes: object[] } }>('{ auditEvents(first: 1, filter: { action: "webhookEndpoint.disabled" }) { nodes { actorKind details subjectId } } }')
  expect(auditEvents.nodes).toEqual([{ actorKind: 'SYSTEM', details: { reason: 'GONE' }, subjectId: id }])

  // What happens meanwhile it is not told; switched on, it is told what happens from then on, and what failed on demand.
  await addStudent(school.client, 'Meanwhile')
  expect((await school.client.send('mutation ($id: ID!) { sendTestWebhook(endpointId: $id) { id } }', { id })).errors?.[0]?.extensions.code).toBe('WEBHOOK_DISABLED')
  receiver.answer(response => response.writeHead(204).end())
  const told = receiver.told.length
  await school.client.ask('mutation ($id: ID!) { updateWebhookEndpoint(id: $id, input: { enabled: true }) { enabled } }', { id })
  expect(await endpointOf(id)).toMatchObject({ enabled: true, disabledReason: null, failingSince: null })
  expect((await school.client.ask<{ replayWebhooks: number }>('mutation ($id: ID!) { replayWebhooks(endpointId: $id, input: { since: "2026-01-01T00:00:00Z" }) }', { id })).replayWebhooks).toBe(1)
  await nextTold(receiver, told)
})

test('an endpoint that has taken nothing for days is switched off, with a mail; a success in between begins anew', async () => {
  const { id } = await makeEndpoint(school.client, receiver.url)
  const failedFor = (days: number) => sql('update platform.webhook_endpoint set failing_since = now() - $2 * interval \'1 day\' where id = $1', [id, days])
  receiver.answer(response => response.writeHead(500).end())
  await addStudent(school.client, 'First')
  await expect.poll(async () => (await endpointOf(id)).failingSince).not.toBeNull()
  await failedFor(4.9)
  await addStudent(school.client, 'Not yet')
  expect(await firstTry(2)).toMatchObject({ status: 500 })
  expect(await endpointOf(id)).toMatchObject({ enabled: true })

  receiver.answer(response => response.writeHead(200).end())
  await addStudent(school.client, 'Well')
  expect(await firstTry(3)).toMatchObject({ state: 'DELIVERED' })
  await expect.poll(async () => endpointOf(id)).toMatchObject({ failingSince: null, deliveredAt: expect.any(String) as string })

  receiver.answer(response => response.writeHead(500).end())
  await failedFor(5.1)
  await addStudent(school.client, 'Last')
  await expect.poll(async () => endpointOf(id)).toMatchObject({ enabled: false, disabledReason: 'FAILING', waiting: 0 })
  expect((await homeroom.mailbox.next(school.email, /switched off/)).text).toContain('has taken nothing since')
})

test('what is told while an endpoint is switched off does not wait for it', async () => {
  const { id } = await makeEndpoint(school.client, receiver.url)
  const switching = new pg.Client({ connectionString: homeroom.database.adminUrl })
  onTestFinished(() => switching.end())
  await switching.connect()
  await switching.query('begin')
  await switching.query('update platform.webhook_endpoint set enabled = false, disabled_reason = \'BY_HAND\', disabled_at = now() where id = $1', [id])
  const student = await addStudent(school.client, 'Late')
  await waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom audit courier' })
  await switching.query('commit')
  await expect.poll(() => sql('select 1 from platform.audit_event where subject_id = $1', [student])).toHaveLength(1)
  expect(await endpointOf(id)).toMatchObject({ enabled: false, waiting: 0 })
})

test('one that asks for time is given it, up to an hour', async () => {
  const { id } = await makeEndpoint(school.client, receiver.url)
  receiver.answer(response => response.writeHead(429, { 'retry-after': '1200' }).end())
  await addStudent(school.client, 'Busy')
  await firstTry()
  const held = async () => Number((await sql<{ seconds: string }>('select extract(epoch from held_until - now()) as seconds from platform.webhook_endpoint where id = $1', [id]))[0]!.seconds)
  expect(await held()).toBeGreaterThan(1_190)
  expect(await held()).toBeLessThan(1_201)
  await sql('update platform.webhook_endpoint set held_until = null')
  receiver.answer(response => response.writeHead(503, { 'retry-after': new Date(Date.now() + 86_400_000).toUTCString() }).end())
  await addStudent(school.client, 'Busier')
  await firstTry(2)
  expect(await held()).toBeGreaterThan(3_500)
  expect(await held()).toBeLessThan(3_601)
})
