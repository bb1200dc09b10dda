import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { signedIn } from '../../../test/harness/sign-in.ts'
import { makeEndpoint } from '../../../test/harness/webhook-endpoint.ts'
import { loadConfig } from '../../config.ts'
import { judge } from './retries.ts'

let homeroom: TestHomeroom
let school: SignedUp
const url = 'http://127.0.0.1:1/told'

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { webhooks: { ...loadConfig({}).webhooks, allowPrivate: true } } })
  school = await homeroom.signUp('oakfield')
})
afterEach(() => sql('delete from platform.webhook_endpoint'))
afterAll(() => homeroom?.stop())

const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const create = (input: object) => school.client.send('mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } } }', { input })
const update = (id: string, input: object) => school.client.send<{ updateWebhookEndpoint: object }>('mutation ($id: ID!, $input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(id: $id, input: $input) { url description eventTypes enabled disabledReason } }', { id, input })

test('a secret is shown once, and lies sealed in the database', async () => {
  const { id, secret } = await makeEndpoint(school.client, url)
  expect(secret).toMatch(/^whsec_[\w+/]{43}=$/)
  const [row] = await sql<{ all: string, sealed: Buffer }>('select s::text as all, sealed from platform.webhook_secret s where endpoint_id = $1', [id])
  expect(row!.sealed.includes(Buffer.from(secret.slice(6), 'base64'))).toBe(false)
  expect(row!.all).not.toContain(secret.slice(6))
  const { data } = await school.client.send('query ($id: ID!) { webhookEndpoint(id: $id) { url eventTypes enabled disabledReason waiting previousSecretUntil } webhookEndpoints { totalCount } }', { id })
  expect(data).toEqual({ webhookEndpoint: { url, eventTypes: null, enabled: true, disabledReason: null, waiting: 0, previousSecretUntil: null }, webhookEndpoints: { totalCount: 1 } })
})

test('a school has ten at the most, however many are made at once', async () => {
  const codes = (await Promise.all(Array.from({ length: 13 }, () => create({ url })))).map(({ errors }) => errors?.[0]?.extensions.code ?? 'made')
  expect(codes.filter(code => code === 'made')).toHaveLength(10)
  expect(codes.filter(code => code === 'WEBHOOK_LIMIT')).toHaveLength(3)
})

test('a bad input names its field, and stores nothing', async () => {
  const refused = async (input: object) => (await create(input)).errors?.[0]?.extensions.fields
  expect(await refused({ url: 'ftp://x' })).toMatchObject([{ path: ['url'], code: 'URL_NOT_HTTPS' }])
  expect(await refused({ url, eventTypes: ['class.created', 'cat.fed'] })).toMatchObject([{ path: ['eventTypes', '1'] }])
  expect(await refused({ url, eventTypes: ['webhook.test'] })).toMatchObject([{ path: ['eventTypes', '0'] }])
  expect(await refused({ url, eventTypes: [] })).toMatchObject([{ path: ['eventTypes'], code: 'REQUIRED' }])
  expect(await refused({ url, description: 'x'.repeat(201) })).toMatchObject([{ path: ['description'], code: 'TOO_LONG' }])
  expect(await sql('select 1 from platform.webhook_endpoint')).toEqual([])
})

test('what is left out of a change stays, and all of it is on record', async () => {
  const { id } = await makeEndpoint(school.client, url, ['class.created'])
  const changed = async (input: object) => (await update(id, input)).data?.updateWebhookEndpoint
  expect(await changed({ description: 'Library' })).toEqual({ url, description: 'Library', eventTypes: ['class.created'], enabled: true, disabledReason: null })
  expect(await changed({ eventTypes: null })).toMatchObject({ description: 'Library', eventTypes: null })
  expect(await changed({ enabled: false })).toMatchObject({ enabled: false, disabledReason: 'BY_HAND' })
  expect(await changed({ url: 'http://127.0.0.1:2/', enabled: true })).toMatchObject({ url: 'http://127.0.0.1:2/', enabled: true, disabledReason: null })
  await school.client.ask('mutation ($id: ID!) { rotateWebhookSecret(id: $id) { secret } }', { id })
  await school.client.ask('mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) }', { id })
  expect(await sql('select action from platform.audit_event where subject_id = $1 order by sequence', [id])).toEqual(['created', 'updated', 'updated', 'disabled', 'updated', 'enabled', 'secretRotated', 'deleted'].map(done => ({ action: `webhookEndpoint.${done}` })))
  // Gone for its school at once, its secrets for everybody.
  expect((await update(id, {})).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
  expect(await sql('select 1 from platform.webhook_secret where endpoint_id = $1', [id])).toEqual([])
})

test('where private addresses are not allowed, the API refuses them', async () => {
  const strict = await homeroom.startApi({ webhooks: loadConfig({}).webhooks })
  const { client } = await signedIn(graphqlClient(strict.url), { email: school.email, password })
  const { errors } = await client.send('mutation { createWebhookEndpoint(input: { url: "https://169.254.169.254/latest/meta-data" }) { secret } }')
  expect(errors).toMatchObject([{ extensions: { code: 'URL_PRIVATE', fields: [{ path: ['url'] }] } }])
})

test('waits between tries are those of the plan, give or take 15 %, and end', () => {
  const plan = loadConfig({}).webhooks
  const failed = { status: 500, error: null, answer: null, retryAfter: null, durationMs: 1 }
  for (const [at, seconds] of plan.retrySeconds.entries()) {
    const { state, wait } = judge(plan, failed, at + 1)
    expect(state).toBe('WAITING')
    expect(Math.abs(wait! - seconds)).toBeLessThanOrEqual(seconds * 0.15 + 0.001)
  }
  expect(judge(plan, failed, 10)).toEqual({ state: 'FAILED', wait: null })
  expect(judge(plan, { ...failed, retryAfter: 120 }, 1).wait).toBe(120)
  expect(new Set(Array.from({ length: 20 }, () => judge(plan, failed, 5).wait)).size).toBeGreaterThan(5)
})
