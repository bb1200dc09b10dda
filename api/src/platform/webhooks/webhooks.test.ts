import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Receiver } from '../../../test/harness/webhook.ts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { addStudent, deliveryLog, makeEndpoint, nextTold, quickly, verified } from '../../../test/harness/webhook-endpoint.ts'
import { openReceiver } from '../../../test/harness/webhook.ts'
import { openOwnerPool } from '../../database/owner-pool.ts'
import { schemaName } from '../../database/schema-names.ts'
import { sendWave } from './wave.ts'
import { openSecretSeal } from './webhook-secret.ts'

let homeroom: TestHomeroom
let school: SignedUp
let receiver: Receiver

beforeAll(async () => {
  homeroom = await openHomeroom({ config: { webhooks: quickly } })
  school = await homeroom.openSchool('oakfield')
})
beforeEach(async () => { receiver = await openReceiver() })
afterEach(async () => {
  await receiver.stop()
  await sql('delete from platform.webhook_endpoint')
})
afterAll(() => homeroom?.stop())

const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const outcome = (state: string, filter = {}) => expect.poll(async () => (await deliveryLog(school.client, filter))[0]?.state, { interval: 25 }).toBe(state)

test('a change is told in a signed event that names the record and holds nothing of it', async () => {
  const { id: endpointId, secret } = await makeEndpoint(school.client, receiver.url)
  const id = await addStudent(school.client, 'Lovelace')
  const told = await nextTold(receiver, 0)
  const event = verified(told, secret)
  expect(event).toMatchObject({ type: 'student.created', tenantId: school.tenantId, timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string, data: { id, version: 1 } })
  expect(Object.keys(event).sort()).toEqual(['data', 'tenantId', 'timestamp', 'type'])
  expect(Object.keys(event.data)).toEqual(['id', 'version', 'changed'])
  expect(() => verified(told, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toThrow('No matching signature found')
  await outcome('DELIVERED')
  const [delivery] = await deliveryLog(school.client)
  expect(delivery).toMatchObject({ eventId: told.headers['webhook-id'], eventType: 'student.created', attemptCount: 1, status: 204, error: null, body: event, attempts: [{ number: 1, status: 204, error: null, answer: null, url: receiver.url }] })
  expect(await sql('select attended_at is not null as attended, delivered_at is not null as delivered, failing_since, slow from platform.webhook_endpoint where id = $1', [endpointId])).toEqual([{ attended: true, delivered: true, failing_since: null, slow: false }])
})

test('an endpoint is told what it has chosen, and no other school\'s', async () => {
  const riverside = await homeroom.openSchool('riverside')
  const elsewhere = await openReceiver()
  await makeEndpoint(riverside.client, elsewhere.url)
  await makeEndpoint(school.client, receiver.url, ['teacher.created', 'class.created'])
  // Another of the same school hears all of it.
  const curious = await openReceiver()
  await makeEndpoint(school.client, curious.url)
  await addStudent(school.client, 'Hopper')
  const { addTeacher: { id } } = await school.client.ask<{ addTeacher: { id: string } }>('mutation { addTeacher(input: { givenName: "Emmy", familyName: "Noether" }) { id } }')
  const { body } = await nextTold(receiver, 0)
  expect(JSON.parse(body)).toMatchObject({ type: 'teacher.created', data: { id } })
  expect(await sql('select type, count(*)::int from platform.webhook_event where tenant_id = $1 and at > now() - interval \'1 minute\' and type <> \'student.created\' group by 1', [school.tenantId])).toEqual([{ type: 'teacher.created', count: 1 }])
  expect(receiver.told).toHaveLength(1)
  expect(elsewhere.told).toEqual([])
  await nextTold(curious, 1)
  expect(receiver.told).toHaveLength(1)
  await elsewhere.stop()
  await curious.stop()
})

test('a change that is rolled back is told to nobody, and one that is carried twice is told once', async () => {
  await makeEndpoint(school.client, receiver.url)
  const taken = { givenName: 'Ada', familyName: 'Twice', identifier: 'taken' }
  const add = 'mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }'
  await school.client.ask(add, { input: taken })
  const first = verifiedId((await nextTold(receiver, 0)).body)
  expect((await school.client.send(add, { input: taken })).errors?.[0]?.extensions.code).toBe('IDENTIFIER_TAKEN')
  // As after a crash between the two planes: the row is still there when its events have been entered.
  const [event] = await sql<{ id: string }>('select id from platform.webhook_event where body like $1', [`%${first}%`])
  await sql(`insert into ${schemaName(school.tenantId)}.outbox (id, actor_kind, action, subject_type, subject_id, details) values ($1, 'system', 'user.created', 'user', $2, '{"role": "student"}')`, [event!.id, first])
  const last = await addStudent(school.client, 'After')
  expect(verifiedId((await nextTold(receiver, 1)).body)).toBe(last)
  await expect.poll(() => sql(`select 1 from ${schemaName(school.tenantId)}.outbox`)).toEqual([])
  await outcome('DELIVERED')
  expect(receiver.told).toHaveLength(2)
})
const verifiedId = (body: string) => (JSON.parse(body) as { data: { id: string } }).data.id

test('a receiver that fails is told again, with the same id and a signature of now, until it takes it', async () => {
  const { secret } = await makeEndpoint(school.client, receiver.url)
  let fails = 2
  receiver.answer(response => response.writeHead(fails-- > 0 ? 500 : 200).end('thanks'))
  await addStudent(school.client, 'Again')
  const [first, second, third] = [await nextTold(receiver, 0), await nextTold(receiver, 1), await nextTold(receiver, 2)]
  expect([second, third].map(({ body, headers }) => [body, headers['webhook-id']])).toEqual(Array.from({ length: 2 }, () => [first.body, first.headers['webhook-id']]))
  expect([first, second, third].map(told => verified(told, secret).type)).toEqual(Array.from({ length: 3 }).fill('student.created'))
  await outcome('DELIVERED')
  const [delivery] = await deliveryLog(school.client)
  expect(delivery!.attempts.map(({ number, status, answer }) => [number, status, answer])).toEqual([[3, 200, 'thanks'], [2, 500, 'thanks'], [1, 500, 'thanks']])
})

test('after its last try a delivery is given up, and can be sent again: by itself, or all of a time that failed', async () => {
  const { id } = await makeEndpoint(school.client, receiver.url)
  const since = new Date(Date.now() - 1_000).toISOString()
  receiver.answer(response => response.writeHead(503).end())
  await addStudent(school.client, 'Never')
  await outcome('FAILED')
  expect((await deliveryLog(school.client))[0]).toMatchObject({ attemptCount: 10, status: 503, error: null })
  const [failed] = await deliveryLog(school.client)
  receiver.answer(response => response.writeHead(204).end())

  await school.client.ask('mutation ($id: ID!) { replayWebhook(deliveryId: $id) { state } }', { id: failed!.id })
  await outcome('DELIVERED')
  expect((await nextTold(receiver, 10)).headers['webhook-id']).toBe(failed!.eventId)

  const replay = async (input: object) => (await school.client.ask<{ replayWebhooks: number }>('mutation ($id: ID!, $input: ReplayWebhooksInput!) { replayWebhooks(endpointId: $id, input: $input) }', { id, input })).replayWebhooks
  expect(await replay({ since })).toBe(0)
  expect(await replay({ since, until: since, all: true }).catch(String)).toContain('ENDS_BEFORE_START')
  expect(await replay({ since, all: true })).toBe(1)
  expect((await nextTold(receiver, 11)).headers['webhook-id']).toBe(failed!.eventId)
  await outcome('DELIVERED')
  const { auditEvents } = await school.client.ask<{ auditEvents: { nodes: { action: string }[] } }>('{ auditEvents(first: 2) { nodes { action details } } }')
  expect(auditEvents.nodes.map(({ action }) => action)).toEqual(['webhookEndpoint.replayed', 'webhookEndpoint.replayed'])
})

test('for a while after a rotation events carry a signature with each secret; then with the new one alone', async () => {
  const { id, secret: old } = await makeEndpoint(school.client, receiver.url)
  const rotate = async (overlapHours?: number) => (await school.client.ask<{ rotateWebhookSecret: { secret: string, endpoint: { previousSecretUntil: string | null } } }>(
    'mutation ($id: ID!, $overlapHours: Int) { rotateWebhookSecret(id: $id, overlapHours: $overlapHours) { secret endpoint { previousSecretUntil } } }',
    { id, overlapHours },
  )).rotateWebhookSecret
  const { secret, endpoint } = await rotate()
  expect(Date.parse(endpoint.previousSecretUntil!) - Date.now()).toBeGreaterThan(23 * 3_600_000)
  await addStudent(school.client, 'Both')
  const both = await nextTold(receiver, 0)
  expect([verified(both, old), verified(both, secret)].map(({ type }) => type)).toEqual(['student.created', 'student.created'])

  const last = await rotate(0)
  expect(last.endpoint.previousSecretUntil).toBeNull()
  await addStudent(school.client, 'New')
  const one = await nextTold(receiver, 1)
  expect(verified(one, last.secret).type).toBe('student.created')
  for (const before of [old, secret])
    expect(() => verified(one, before)).toThrow('No matching signature found')
})

test('a test event is sent to one endpoint, whatever it has chosen', async () => {
  const { id, secret } = await makeEndpoint(school.client, receiver.url, ['class.created'])
  const other = await openReceiver()
  await makeEndpoint(school.client, other.url)
  await school.client.ask('mutation ($id: ID!) { sendTestWebhook(endpointId: $id) { state } }', { id })
  expect(verified(await nextTold(receiver, 0), secret).type).toBe('webhook.test')
  expect(other.told).toEqual([])
  await other.stop()
})

test('a school that is suspended is told nothing until it is open again', async () => {
  await makeEndpoint(school.client, receiver.url)
  receiver.answer(response => response.writeHead(500).end())
  await addStudent(school.client, 'Before')
  await nextTold(receiver, 0)
  const setLifecycle = async (lifecycle: string) => {
    await sql('update platform.tenant set lifecycle = $1 where id = $2', [lifecycle, school.tenantId])
    await sql('select pg_notify(\'tenant_changed\', $1)', [JSON.stringify({ tenantId: school.tenantId })])
  }
  await setLifecycle('SUSPENDED')
  // What is on its way ends; then every job finds nothing to do, and none is left.
  await expect.poll(() => sql('select 1 from pgboss.job where name like \'send-%webhooks\' and state < \'completed\''), { interval: 50 }).toEqual([])
  const told = receiver.told.length
  expect((await sql('select 1 from platform.webhook_delivery where state = \'WAITING\' and tenant_id = $1', [school.tenantId]))).toHaveLength(1)
  // Whoever is called all the same sends nothing either.
  await sql('update platform.webhook_delivery set next_attempt_at = now() where state = \'WAITING\'')
  await sql('update platform.webhook_endpoint set held_until = null')
  const { ask, close } = openOwnerPool({ ownerUrl: homeroom.database.urls.owner, name: 'test', max: 1, lost: () => {} })
  const post = { send: () => Promise.reject(new Error('sent')), close: async () => {} }
  const [{ id }] = await sql<{ id: string }>('select id from platform.webhook_endpoint') as [{ id: string }]
  expect(await sendWave({ ask, post, seal: openSecretSeal('another key altogether'), plan: quickly, counted: () => {} }, id, new AbortController().signal)).toBeUndefined()
  await close()
  receiver.answer(response => response.writeHead(204).end())
  await setLifecycle('ACTIVE')
  await nextTold(receiver, told)
  await outcome('DELIVERED')
  expect(receiver.told).toHaveLength(told + 1)
})

test('an endpoint that is made while its school is prepared is told when it is ready', async () => {
  const slow = await openHomeroom({ worker: false, config: { webhooks: quickly } })
  const { client, tenantId } = await slow.signUp('lakeview')
  const { secret } = await makeEndpoint(client, receiver.url)
  await slow.startWorker()
  expect(verified(await nextTold(receiver, 0), secret)).toMatchObject({ type: 'tenant.ready', tenantId, data: { id: tenantId } })
  await slow.stop()
})
