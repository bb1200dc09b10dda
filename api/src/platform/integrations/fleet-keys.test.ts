import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'
import { statementsDuring } from '../../../test/harness/statements.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
let operator: GraphqlClient
beforeAll(async () => {
  // The worker, which asks by itself, is gone before statements are counted.
  homeroom = await openHomeroom({ worker: false, config: { rateLimits: true } })
  const worker = await homeroom.startWorker()
  ;[oakfield, riverside] = [await homeroom.openSchool('oakfield'), await homeroom.openSchool('riverside')]
  await worker.stop()
  operator = (await openSuperadmin(homeroom)).client
})
afterAll(() => homeroom?.stop())

const nobody = '6ff0e5b1-1c2d-4000-8000-00000000beef'

test('the operator sees the keys of one school, what they may spend, and what they spent', async () => {
  const [first, second] = [await makeKey(oakfield.client, ['roster.users:read']), await makeKey(oakfield.client, [])]
  const foreign = await makeKey(riverside.client, [])
  await oakfield.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id: second.id })
  await operator.ask('mutation ($input: AdjustRateLimitInput!) { adjustRateLimit(input: $input) { limit } }', { input: { tenantId: oakfield.tenantId, points: 9_000, reason: 'The first import', expiresAt: new Date(Date.now() + 3_600_000).toISOString() } })
  await operator.ask('mutation ($input: AdjustRateLimitInput!) { adjustRateLimit(input: $input) { limit } }', { input: { tenantId: oakfield.tenantId, keyId: first.id, points: 50, reason: 'Too loud', expiresAt: new Date(Date.now() + 3_600_000).toISOString() } })
  await first.client.ask('{ thisApiKey { id } }')
  await first.client.ask('{ users(first: 100) { nodes { id familyName givenName } } }')
  await foreign.client.ask('{ thisApiKey { id } }')
  const look = (filter: object = {}) => operator.ask<{ fleetApiKeys: { totalCount: number, nodes: { id: string }[] }, fleetRateLimit: object }>(`query ($id: ID!, $filter: ApiKeyFilter) {
    fleetApiKeys(tenantId: $id, first: 10, filter: $filter) { totalCount nodes { id name createdBy { email } createdAddress state tenant { slug } bucket { limit adjustment { reason } } } }
    fleetRateLimit(tenantId: $id) { limit adjustment { reason } }
  }`, { id: oakfield.tenantId, filter })
  expect(await look()).toEqual({
    fleetApiKeys: {
      totalCount: 2,
      nodes: [
        { id: second.id, name: 'A timetable', createdBy: { email: oakfield.email }, createdAddress: '127.0.0.1', state: 'REVOKED', tenant: { slug: 'oakfield' }, bucket: { limit: 3_000, adjustment: null } },
        { id: first.id, name: 'A timetable', createdBy: { email: oakfield.email }, createdAddress: '127.0.0.1', state: 'ACTIVE', tenant: { slug: 'oakfield' }, bucket: { limit: 50, adjustment: { reason: 'Too loud' } } },
      ],
    },
    fleetRateLimit: { limit: 9_000, adjustment: { reason: 'The first import' } },
  })
  expect((await look({ state: 'ACTIVE' })).fleetApiKeys.nodes.map(({ id }) => id)).toEqual([first.id])

  const spent = async () => (await operator.ask<{ fleetPointsUsed: { at: string, points: number, requests: number }[] }>('query ($id: ID!) { fleetPointsUsed(tenantId: $id) { at points requests } }', { id: oakfield.tenantId })).fleetPointsUsed
  const sum = (minutes: { points: number, requests: number }[]) => [minutes.reduce((all, { points }) => all + points, 0), minutes.reduce((all, { requests }) => all + requests, 0)]
  await expect.poll(async () => sum(await spent())).toEqual([6, 2])
  await homeroom.database.sql('update platform.api_request set at = at - interval \'61 minutes\' where cost = 1')
  const minutes = await spent()
  expect([minutes.length, sum(minutes)]).toEqual([60, [5, 1]])
  expect(minutes.every(({ at }, place) => place === 0 || Date.parse(at) - Date.parse(minutes[place - 1]!.at) === 60_000)).toBe(true)
})

test.each(['fleetApiKeys(tenantId: $id) { totalCount }', 'fleetRateLimit(tenantId: $id) { limit }', 'fleetPointsUsed(tenantId: $id) { points }'])('of a school there is not: %s', async (field) => {
  for (const id of [nobody, 'nonsense'])
    expect((await operator.send(`query ($id: ID!) { ${field} }`, { id })).errors?.[0]?.extensions.code).toBe('TENANT_NOT_FOUND')
})

test('keys of many schools are told with their schools, buckets and uses in as many statements as one', async () => {
  const keys = await Promise.all(Array.from({ length: 6 }, (_, place) => makeKey([oakfield, riverside][place % 2]!.client, [])))
  await Promise.all(keys.map(({ id }, place) => homeroom.database.sql('update platform.api_key set prefix = $1 where id = $2', [`hmr_live_LEAKED00000${place}`, id])))
  // Who is asking, and what is written down meanwhile: uses of keys.
  const elsewhere = /totp_confirmed_at|^\s*update|insert into platform\.api_request/
  const asked = async (prefix: string) => {
    let slugs: string[] = []
    const texts = await statementsDuring(async () => {
      const { findApiKeys } = await operator.ask<{ findApiKeys: { tenant: { slug: string } }[] }>('query ($prefix: String!) { findApiKeys(prefix: $prefix) { tenant { id name slug } bucket { limit } deprecatedUses { member } } }', { prefix })
      slugs = findApiKeys.map(({ tenant }) => tenant.slug).sort()
    })
    return { slugs, statements: texts.filter(text => /api_key|api_limit|api_points|api_deprecated|tenant/.test(text) && !elsewhere.test(text)).length }
  }
  const [one, many] = [await asked('hmr_live_LEAKED000000'), await asked('hmr_live_LEAKED00000')]
  expect([one.slugs.length, many.slugs]).toEqual([1, ['oakfield', 'oakfield', 'oakfield', 'riverside', 'riverside', 'riverside']])
  expect([one.statements, many.statements]).toEqual([5, 5])
})
