import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { TestKey } from '../../../test/harness/keys.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { logSink } from '../../../test/harness/canaries.ts'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

const log = logSink()
let homeroom: TestHomeroom
let school: SignedUp
let operator: Awaited<ReturnType<typeof openSuperadmin>>
let schools = 0

beforeAll(async () => {
  homeroom = await openHomeroom({ config: { rateLimits: true, logLevel: 'error' }, logTo: log })
  operator = await openSuperadmin(homeroom)
})
beforeEach(async () => {
  schools += 1
  school = await homeroom.openSchool(`school-${schools}`)
})
afterAll(() => homeroom?.stop())

const cheap = '{ thisApiKey { name } }'
/** 100 rows of 11 values each, and the rows. */
const dear = '{ users(first: 100) { nodes { id sourcedId username givenName familyName middleName email phone identifier grades enabledUser } } }'
const adjust = (input: Record<string, unknown>) => operator.client.send('mutation ($input: AdjustRateLimitInput!) { adjustRateLimit(input: $input) { limit adjustment { reason } } }', { input: { tenantId: school.tenantId, reason: 'They asked for it', expiresAt: new Date(Date.now() + 3_600_000).toISOString(), ...input } })
const send = ({ token }: TestKey, document = cheap, url = homeroom.api.url) => graphqlClient(url, token).send(document)

/** Sends until it is refused; how many were answered. */
async function exhaust(key: TestKey): Promise<number> {
  for (let answered = 0; answered < 1_000; answered++) {
    if ((await send(key)).status === 429)
      return answered
  }
  throw new Error('It was never refused.')
}

test('where points cannot be counted nothing runs, and the log says why', async () => {
  const key = await makeKey(school.client, ['roster.users:read'])
  await homeroom.database.sql('alter table platform.api_points rename to no_points')
  const { errors } = await send(key).finally(() => homeroom.database.sql('alter table platform.no_points rename to api_points'))
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }])
  expect(log.lines.map(line => JSON.parse(line) as object)).toMatchObject([{ requestId: errors![0]!.extensions.requestId, err: { code: '42P01' } }])
  expect((await send(key)).errors).toBeUndefined()
})

test('each answer says what it cost, and what is left', async () => {
  const key = await makeKey(school.client, ['roster.users:read'])
  const raw = await fetch(`${homeroom.api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', 'authorization': `Bearer ${key.token}` }, body: JSON.stringify({ query: dear }) })
  const { extensions: { cost } } = await raw.json() as { extensions: { cost: { requested: number, remaining: number, limit: number, resetAt: string } } }
  expect(cost).toEqual({ requested: 13, remaining: 2_987, limit: 3_000, resetAt: expect.any(String) as string })
  expect(Date.parse(cost.resetAt) - Date.now()).toBeGreaterThan(50_000)
  expect(raw.headers.get('ratelimit-policy')).toBe('"key";q=3000;w=60;qu="points", "school";q=6000;w=60;qu="points"')
  expect(raw.headers.get('ratelimit')).toMatch(/^"key";r=2987;t=\d\d, "school";r=5987;t=\d\d$/)
  // Errors cost too, and say so; people pay nothing.
  expect((await send(key, '{ user(id: "6ff0e5b1-0000-4000-8000-00000000dead") { id } }')).headers.get('ratelimit')).toMatch(/^"key";r=2986;/)
  expect((await school.client.send('{ dashboard { studentCount } }')).headers.get('ratelimit')).toBeNull()
})

test('a key that has spent its points is told when to come back, and slows nobody else', async () => {
  const [noisy, quiet] = [await makeKey(school.client, []), await makeKey(school.client, [])]
  await adjust({ keyId: noisy.id, points: 40 })
  expect(await exhaust(noisy)).toBe(40)
  const { status, headers, errors } = await send(noisy)
  expect([status, errors?.[0]?.extensions]).toMatchObject([429, { code: 'RATE_LIMITED', of: 'key', requested: 1, remaining: 0, retryAfter: expect.any(Number) as number }])
  expect(Number(headers.get('retry-after'))).toBe(errors![0]!.extensions.retryAfter)
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60)
  // While one goes on knocking, the other is answered as ever, and the school has paid for what was answered alone.
  const flood = Array.from({ length: 200 }, () => send(noisy))
  expect((await Promise.all(Array.from({ length: 20 }, () => send(quiet)))).map(answer => answer.status)).toEqual(Array.from({ length: 20 }).fill(200))
  expect((await Promise.all(flood)).every(answer => answer.status === 429)).toBe(true)
  expect((await send(quiet)).headers.get('ratelimit')).toMatch(/"school";r=5939;/)
})

test('processes share a bucket, and together never spend more than it holds', async () => {
  const key = await makeKey(school.client, [])
  await adjust({ keyId: key.id, points: 100 })
  const second = await homeroom.startApi()
  const answers = await Promise.all(Array.from({ length: 300 }, (_, place) => send(key, cheap, place % 2 ? second.url : homeroom.api.url)))
  const good = answers.filter(answer => answer.status === 200).length
  expect(good).toBeLessThanOrEqual(100)
  // What a process holds and does not need is at most one lease.
  expect(good).toBeGreaterThanOrEqual(90)
  expect(answers.filter(answer => answer.status !== 200).every(answer => answer.errors?.[0]?.extensions.code === 'RATE_LIMITED')).toBe(true)
  await second.stop()
})

test('the keys of a school share its bucket', async () => {
  const [one, other] = [await makeKey(school.client, []), await makeKey(school.client, [])]
  await adjust({ points: 30 })
  expect(await exhaust(one)).toBe(30)
  expect((await send(other)).errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', of: 'school' })
  const elsewhere = await homeroom.openSchool(`elsewhere-${schools}`)
  expect((await send(await makeKey(elsewhere.client, []))).status).toBe(200)
})

test('the operator gives more for a while, with a reason; it holds within seconds, and its end too', async () => {
  const key = await makeKey(school.client, [])
  await adjust({ keyId: key.id, points: 5 })
  await exhaust(key)
  expect((await adjust({ keyId: key.id, points: 50, reason: 'The first import' })).data).toEqual({ adjustRateLimit: { limit: 50, adjustment: { reason: 'The first import' } } })
  await expect.poll(async () => (await send(key)).status, { interval: 500 }).toBe(200)
  const { apiKeys } = await school.client.ask<{ apiKeys: { nodes: object[] } }>('{ apiKeys { nodes { bucket { limit windowSeconds adjustment { reason } } } } rateLimit { key { limit } school { limit } } }')
  expect(apiKeys.nodes).toEqual([{ bucket: { limit: 50, windowSeconds: 60, adjustment: { reason: 'The first import' } } }])
  await homeroom.database.sql('update platform.api_limit set expires_at = now() where key_id = $1', [key.id])
  expect(await key.client.ask('{ rateLimit { key { limit adjustment { reason } } school { limit } } }')).toEqual({ rateLimit: { key: { limit: 3_000, adjustment: null }, school: { limit: 6_000 } } })
  const restored = await operator.client.send('mutation ($tenantId: ID!, $keyId: ID) { restoreRateLimit(tenantId: $tenantId, keyId: $keyId) { limit } }', { tenantId: school.tenantId, keyId: key.id })
  expect(restored.data).toEqual({ restoreRateLimit: { limit: 3_000 } })
  const { auditEvents } = await school.client.ask<{ auditEvents: { nodes: { action: string, details: { reason?: string } }[] } }>('{ auditEvents(first: 3) { nodes { action details } } }')
  expect(auditEvents.nodes.map(({ action, details }) => [action, details.reason])).toEqual([['limit.restored', undefined], ['limit.adjusted', 'The first import'], ['limit.adjusted', 'They asked for it']])
  // A key of another school is nobody's here.
  const other = await makeKey((await homeroom.openSchool(`other-${schools}`)).client, [])
  expect((await adjust({ keyId: other.id, points: 5 })).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
  expect((await adjust({ points: 5, expiresAt: '2020-01-01T00:00:00Z' })).errors?.[0]?.extensions).toMatchObject({ fields: [{ path: ['expiresAt'], code: 'PAST' }] })
})

test('a subscription costs its key too, and where limits are off nothing does', async () => {
  const key = await makeKey(school.client, [])
  await adjust({ keyId: key.id, points: 1 })
  expect(await key.client.subscribe('subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', { id: school.tenantId })).toHaveLength(1)
  await expect(key.client.subscribe('subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', { id: school.tenantId })).rejects.toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })
  const unlimited = await homeroom.startApi({ rateLimits: false })
  const { status, headers } = await send(key, cheap, unlimited.url)
  expect([status, headers.get('ratelimit')]).toEqual([200, null])
  await unlimited.stop()
})
