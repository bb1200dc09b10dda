import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { TestKey } from '../../../test/harness/keys.ts'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'
import { withoutLooks } from '../../../test/harness/without-looks.ts'
import { newSecretKey } from '../../shared/seal.ts'
import { ExplorerTokens } from './explorer-token.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
beforeAll(async () => {
  homeroom = await openHomeroom()
  ;[oakfield, riverside] = [await homeroom.openSchool('oakfield'), await homeroom.openSchool('riverside')]
})
afterAll(() => homeroom?.stop())

interface Access { token: string, expiresAt: string, key: { id: string, prefix: string } }
const document = 'mutation ($id: ID!, $writing: Boolean) { exploreWithApiKey(id: $id, writing: $writing) { token expiresAt key { id prefix } } }'
async function explore(admin: GraphqlClient, id: string, writing = false) {
  const { exploreWithApiKey } = await admin.ask<{ exploreWithApiKey: Access }>(document, { id, writing })
  return { ...exploreWithApiKey, client: admin.as(exploreWithApiKey.token) }
}
async function refusal(asked: ReturnType<GraphqlClient['send']>) {
  const { status, errors } = await asked
  return [status, errors?.[0]?.extensions.code]
}
const students = '{ users(first: 1) { nodes { id } } }'
const add = 'mutation { addStudent(input: { givenName: "Ada", familyName: "Lovelace" }) { id } }'
const revoke = (admin: GraphqlClient, { id }: Pick<TestKey, 'id'>) => admin.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { state } }', { id })

describe('what an admin may ask as a key', () => {
  test('what the key may, from anywhere, and nothing of what the admin may beside', async () => {
    const key = await makeKey(oakfield.client, ['roster.users:read'], { addresses: ['192.0.2.1'] })
    const { client, expiresAt, key: shown } = await explore(oakfield.client, key.id, true)
    expect(shown).toEqual({ id: key.id, prefix: key.prefix })
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 900_000)).toBeLessThan(60_000)
    expect(await client.ask('{ thisApiKey { id } tenant { slug } }')).toEqual({ thisApiKey: { id: key.id }, tenant: { slug: 'oakfield' } })
    expect((await client.send(students)).status).toBe(200)
    const { errors } = await client.send('{ classes { totalCount } }')
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'roster.classes:read' })
    expect((await client.send(add)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'roster.users:write' })
    for (const asked of ['{ members { role } }', '{ apiKeys { totalCount } }', '{ viewer { email } }', '{ auditEvents { nodes { id } } }', `mutation { exploreWithApiKey(id: "${key.id}") { token } }`])
      expect(await refusal(client.send(asked))).toEqual([403, 'FORBIDDEN'])
    expect(await refusal(client.send('{ __schema { queryType { name } } }'))).not.toEqual([200, undefined])
  })

  test('it reads until it is asked to write, and what it writes is the admin\'s doing', async () => {
    const key = await makeKey(oakfield.client, ['roster.users:write'])
    const reading = await explore(oakfield.client, key.id)
    expect((await reading.client.send(students)).status).toBe(200)
    expect((await reading.client.send(add)).errors?.[0]).toMatchObject({ message: expect.stringContaining('allow writing first') as string, extensions: { code: 'FORBIDDEN' } })
    const writing = await explore(oakfield.client, key.id, true)
    const { addStudent } = await writing.client.ask<{ addStudent: { id: string } }>(add)
    const event = async () => (await homeroom.database.sql<{ actor_kind: string, actor_name: string }>('select actor_kind, actor_name from platform.audit_event where subject_id = $1', [addStudent.id]))[0]
    await expect.poll(event).toEqual({ actor_kind: 'member', actor_name: expect.stringContaining(oakfield.email) as string })
    const { auditEvents } = await oakfield.client.ask<{ auditEvents: { nodes: object[] } }>('{ auditEvents(first: 2, filter: { action: "key.explored" }) { nodes { actorName subjectId details } } }')
    expect(auditEvents.nodes).toEqual([true, false].map(writing => ({ actorName: expect.stringContaining(oakfield.email) as string, subjectId: key.id, details: { prefix: key.prefix, writing, until: expect.any(String) as string } })))
  })

  test('the key\'s request log says that it was the explorer, and its last use is the program\'s', async () => {
    const key = await makeKey(oakfield.client, [])
    const { client } = await explore(oakfield.client, key.id)
    await client.ask('query Tried { thisApiKey { id } }')
    await key.client.ask('query Used { thisApiKey { id } }')
    const rows = async () => (await oakfield.client.ask<{ apiRequests: { nodes: object[] } }>('query ($id: ID!) { apiRequests(first: 10, filter: { keyId: $id }) { nodes { operationName fromExplorer } } }', { id: key.id })).apiRequests.nodes
    await expect.poll(rows).toEqual([{ operationName: 'Used', fromExplorer: false }, { operationName: 'Tried', fromExplorer: true }])
    const alone = await makeKey(oakfield.client, [])
    await (await explore(oakfield.client, alone.id)).client.ask('{ thisApiKey { id } }')
    // Uses are written when a process ends, at the latest.
    const second = await homeroom.startApi()
    await graphqlClient(second.url, (await explore(oakfield.client, alone.id)).token).ask('{ thisApiKey { id } }')
    await second.stop()
    expect(await homeroom.database.sql('select last_used_at from platform.api_key where id = $1', [alone.id])).toEqual([{ last_used_at: null }])
  })
})

describe('who may, and with which key', () => {
  test('another school\'s key, and one there is not, answer alike', async () => {
    const foreign = await makeKey(riverside.client, [])
    const said = await Promise.all([foreign.id, randomUUID(), 'nonsense'].map(async (id) => {
      const { status, errors } = await oakfield.client.send(document, { id })
      return [status, errors?.[0]?.message, errors?.[0]?.extensions.code]
    }))
    expect(new Set(said.map(each => JSON.stringify(each)))).toEqual(new Set([JSON.stringify([404, 'The key was not found.', 'NOT_FOUND'])]))
  })

  test('a token opens its school alone', async () => {
    const { client } = await explore(oakfield.client, (await makeKey(oakfield.client, ['roster.users:read'])).id)
    expect(await refusal(client.send(students, {}, { 'x-tenant-id': riverside.tenantId }))).toEqual([403, 'TENANT_MISMATCH'])
  })

  test('a key that has ended is refused by name', async () => {
    const key = await makeKey(oakfield.client, [])
    await revoke(oakfield.client, key)
    expect(await refusal(oakfield.client.send(document, { id: key.id }))).toEqual([409, 'KEY_ENDED'])
  })

  test('nobody makes a token but us, and none lasts longer than it says or than its key', async () => {
    const key = await makeKey(oakfield.client, [], { expiresAt: new Date(Date.now() + 60_000).toISOString() })
    const { token, expiresAt } = await explore(oakfield.client, key.id)
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 60_000)
    const [{ session_id: sessionId }] = await homeroom.database.sql<{ session_id: string }>('select id as session_id from platform.session where tenant_id = $1', [oakfield.tenantId]) as [{ session_id: string }]
    const forged = new ExplorerTokens(newSecretKey()).sign({ keyId: key.id, sessionId, writing: true, expiresAt: new Date(Date.now() + 60_000) })
    for (const bad of [forged, `${token.slice(0, -3)}xxx`, 'hmr_explorer_', `hmr_explorer_${'A'.repeat(300)}`, token.toLowerCase()])
      expect(await refusal(oakfield.client.as(bad).send('{ thisApiKey { id } }'))).toEqual([401, 'UNAUTHENTICATED'])
    const tokens = new ExplorerTokens(newSecretKey())
    const over = tokens.sign({ keyId: key.id, sessionId, writing: false, expiresAt: new Date(Date.now() - 1) })
    expect(tokens.read(over)).toBeUndefined()
  })
})

describe('the end of it', () => {
  let schools = 0
  /** A subscription's socket, on a process that nobody tells anything but the database. */
  async function openSocket(url: string, token: string) {
    const opened = Promise.withResolvers<WebSocket>()
    createClient({ url: `${url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false, onNonLazyError: () => {}, connectionParams: { authorization: `Bearer ${token}` }, on: { connected: socket => opened.resolve(socket as WebSocket), closed: opened.reject } })
    const socket = await opened.promise
    return { closed: once(socket, 'close').then(([code]) => code as number) }
  }

  test.each<[string, (school: SignedUp, key: TestKey) => Promise<unknown>]>([
    ['the key is revoked', async ({ client }, key) => revoke(client, key)],
    ['the admin signs out', ({ client }) => client.ask('mutation { signOut }')],
    ['the admin has another role', ({ tenantId }) => homeroom.database.sql('with changed as (update platform.membership set role = \'OFFICE\' where tenant_id = $1 returning account_id) select pg_notify(\'access_changed\', json_build_object(\'accountId\', account_id)::text) from changed', [tenantId])],
    ['the school is suspended', ({ tenantId }) => homeroom.database.sql('with closed as (update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1 returning id) select pg_notify(\'access_changed\', json_build_object(\'tenantId\', id)::text) from closed', [tenantId])],
  ])('%s: the next request is refused, and the socket closed as soon as it is told', async (_, finish) => {
    const second = await withoutLooks(() => homeroom.startApi())
    const school = await homeroom.openSchool(`ends-${schools++}`)
    const key = await makeKey(school.client, ['roster.users:read'])
    const { token, client } = await explore(school.client, key.id)
    expect((await client.send(students)).status).toBe(200)
    const { closed } = await openSocket(second.url, token)
    await finish(school, key)
    expect(await closed).toBe(4403)
    expect(await refusal(client.send(students))).toEqual([401, 'UNAUTHENTICATED'])
    await second.stop()
  })
})
