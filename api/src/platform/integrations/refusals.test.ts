import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { TestKey } from '../../../test/harness/keys.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'
import { mintToken } from './token.ts'

let homeroom: TestHomeroom
let school: SignedUp
beforeAll(async () => {
  homeroom = await openHomeroom()
  school = await homeroom.openSchool('oakfield')
})
beforeEach(() => homeroom.database.sql('delete from platform.api_request'))
afterAll(() => homeroom?.stop())

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const who = '{ thisApiKey { id } }'
interface Refused { keyId: string, status: number, code: string, refusal: string | null, times: number, kind: string, operation: string, cost: number, requestId: string, address: string }
const logged = async ({ client }: SignedUp = school) => (await client.ask<{ apiRequests: { nodes: Refused[] } }>('{ apiRequests(first: 100, filter: { failed: true }) { nodes { keyId status code refusal times kind operation cost requestId address } } }')).apiRequests.nodes
const revoke = ({ id }: TestKey) => school.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id })
const expire = ({ id }: TestKey) => sql('update platform.api_key set expires_at = now() where id = $1', [id])
const count = async () => Object.fromEntries((await homeroom.api.metrics.apiKeysRefused.get()).values.map(({ labels, value }) => [labels.reason, value]))

test.each([
  ['revoked', {}, revoke, 401, 'UNAUTHENTICATED', 'REVOKED'],
  ['over', { expiresAt: new Date(Date.now() + 3_600_000).toISOString() }, expire, 401, 'UNAUTHENTICATED', 'EXPIRED'],
  ['shown from elsewhere', { addresses: ['192.0.2.0/24'] }, () => {}, 403, 'ADDRESS_NOT_ALLOWED', 'ADDRESS'],
] as const)('a key that is %s is in its school\'s log, with why', async (_, more, end, status, code, refusal) => {
  const key = await makeKey(school.client, [], more)
  await end(key)
  const { headers } = await graphqlClient(homeroom.api.url, key.token).send(who)
  await expect.poll(() => logged()).toEqual([{ keyId: key.id, status, code, refusal, times: 1, kind: 'none', operation: 'none', cost: 0, requestId: headers.get('x-request-id'), address: '127.0.0.1' }])
  expect((await sql<{ last_used_at: null }>('select last_used_at from platform.api_key where id = $1', [key.id]))[0]!.last_used_at).toBeNull()
})

test('so is one that names another school, one whose school is closed, and one at a socket', async () => {
  const key = await makeKey(school.client, [])
  const other = await homeroom.openSchool('riverside')
  expect((await graphqlClient(homeroom.api.url, key.token).send(who, {}, { 'x-tenant-id': other.tenantId })).status).toBe(403)
  await sql('update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1', [school.tenantId])
  expect((await graphqlClient(homeroom.api.url, key.token).send(who)).status).toBe(403)
  await sql('update platform.tenant set lifecycle = \'ACTIVE\' where id = $1', [school.tenantId])
  await revoke(key)
  await expect(key.client.subscribe('subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', { id: school.tenantId })).rejects.toThrow()
  await expect.poll(async () => (await logged()).map(row => [row.code, row.refusal])).toEqual([['UNAUTHENTICATED', 'REVOKED'], ['TENANT_SUSPENDED', 'SCHOOL_CLOSED'], ['TENANT_MISMATCH', null]])
  expect(await logged(other)).toEqual([])
})

test('who has a key but in part, or none, writes nothing anywhere, and is counted', async () => {
  const key = await makeKey(school.client, [])
  await revoke(key)
  const before = await count()
  const nobodys = mintToken()
  const guessed = mintToken()
  await sql('update platform.api_key set prefix = $1 where id = $2', [guessed.prefix, key.id])
  for (const token of [nobodys.token, guessed.token, `${key.token.slice(0, -1)}?`, 'hmr_live_x'])
    expect((await graphqlClient(homeroom.api.url, token).send(who)).status).toBe(401)
  // What could not be a token at all never came to be looked up.
  expect((await count()).unknown! - before.unknown!).toBe(3)
  await graphqlClient(homeroom.api.url, (await makeKey(school.client, [], { addresses: ['192.0.2.1'] })).token).send(who)
  await expect.poll(() => logged()).toHaveLength(1)
  expect(await count()).toEqual({ ...before, unknown: before.unknown! + 3, address: before.address! + 1 })
})

test('a flood of them is two rows, which say how many', async () => {
  const second = await homeroom.startApi()
  const key = await makeKey(school.client, [])
  await revoke(key)
  const knock = graphqlClient(second.url, key.token)
  for (let round = 0; round < 10; round++)
    expect((await Promise.all(Array.from({ length: 30 }, () => knock.send(who)))).every(({ status }) => status === 401)).toBe(true)
  await second.stop()
  const rows = await logged()
  expect(rows.map(({ times, refusal }) => [times, refusal])).toEqual([[299, 'REVOKED'], [1, 'REVOKED']])
})
