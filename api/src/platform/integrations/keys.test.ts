import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { TestKey } from '../../../test/harness/keys.ts'
import { once } from 'node:events'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'
import { withoutLooks } from '../../../test/harness/without-looks.ts'
import { mintToken } from './token.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom()
  ;[oakfield, riverside] = [await homeroom.openSchool('oakfield'), await homeroom.openSchool('riverside')]
})
afterAll(() => homeroom?.stop())

const students = '{ users(first: 1) { nodes { id } } }'
const who = '{ thisApiKey { id name scopes state lastUsedAt lastUsedAddress } }'
const ask = (token: string, document = who, headers: Record<string, string> = {}) => graphqlClient(homeroom.api.url, token).send(document, {}, headers)
const codes = async (answer: ReturnType<typeof ask>) => (await answer).errors?.map(({ extensions }) => extensions.code)
const revoke = (school: SignedUp, { id }: TestKey) => school.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { state revokedAt } }', { id })

describe('making a key', () => {
  test('it is shown once, kept as a hash, and listed without itself', async () => {
    const { token, id, prefix } = await makeKey(oakfield.client, ['roster.users:read'])
    expect(token).toMatch(/^hmr_live_/)
    const stored = JSON.stringify(await homeroom.database.sql('select * from platform.api_key'))
    expect(stored).toContain(prefix)
    expect(stored).not.toContain(token.slice(prefix.length + 1))
    const { apiKeys } = await oakfield.client.ask<{ apiKeys: { nodes: object[], totalCount: number } }>('{ apiKeys(first: 1) { totalCount nodes { id name prefix lastFour scopes addresses state createdBy { email } expiresAt lastUsedAt } } }')
    expect(apiKeys).toEqual({ totalCount: 1, nodes: [{ id, name: 'A timetable', prefix, lastFour: token.slice(-4), scopes: ['roster.users:read'], addresses: [], state: 'ACTIVE', createdBy: { email: oakfield.email }, expiresAt: null, lastUsedAt: null }] })
    expect(await riverside.client.ask('{ apiKeys { nodes { id } } }')).toEqual({ apiKeys: { nodes: [] } })
  })

  test('it has no scope unless told', async () => {
    const { client } = await makeKey(oakfield.client, [])
    expect((await client.send(students)).errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'roster.users:read' })
    expect(await client.ask('{ tenant { slug } thisApiKey { scopes } }')).toEqual({ tenant: { slug: 'oakfield' }, thisApiKey: { scopes: [] } })
  })

  test.each([
    ['a scope there is not', { scopes: ['roster.users:read', 'everything'] }, 'scopes.1', 'UNKNOWN_SCOPE'],
    ['a name that is blank', { name: ' ' }, 'name', 'REQUIRED'],
    ['an end that is past', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt', 'PAST'],
    ['an end nobody lives to see', { expiresAt: '2999-01-01T00:00:00Z' }, 'expiresAt', 'TOO_FAR'],
    ['a host for an address', { addresses: ['192.0.2.1', 'school.example'] }, 'addresses.1', 'INVALID_ADDRESS'],
  ])('%s is refused by name', async (_, input, path, code) => {
    const { errors } = await oakfield.client.send('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token } }', { input: { name: 'A', ...input } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: path.split('.'), code }] })
  })

  test('each step of its life is on the school\'s record', async () => {
    const key = await makeKey(riverside.client, ['roster.orgs:read'])
    const { rollApiKey } = await riverside.client.ask<{ rollApiKey: { key: { id: string }, token: string } }>('mutation ($id: ID!) { rollApiKey(input: { id: $id }) { token key { id } } }', { id: key.id })
    await revoke(riverside, { ...key, id: rollApiKey.key.id })
    const { auditEvents } = await riverside.client.ask<{ auditEvents: { nodes: { action: string, subjectId: string, actorName: string }[] } }>('{ auditEvents(first: 3) { nodes { action subjectId actorName } } }')
    expect(auditEvents.nodes.map(({ action, subjectId }) => [action, subjectId])).toEqual([['key.revoked', rollApiKey.key.id], ['key.rolled', key.id], ['key.created', key.id]])
    expect(auditEvents.nodes.every(({ actorName }) => actorName.includes(riverside.email))).toBe(true)
  })
})

describe('using a key', () => {
  test('what it changes is done in its name', async () => {
    const { client, id, prefix } = await makeKey(oakfield.client, ['roster.users:write'])
    const { addStudent } = await client.ask<{ addStudent: { id: string } }>('mutation { addStudent(input: { givenName: "Ada", familyName: "Lovelace" }) { id } }')
    const event = async () => (await homeroom.database.sql<{ actor_kind: string, actor_id: string, actor_name: string }>('select actor_kind, actor_id, actor_name from platform.audit_event where subject_id = $1', [addStudent.id]))[0]
    await expect.poll(event).toEqual({ actor_kind: 'integrator', actor_id: id, actor_name: `A timetable <${prefix}>` })
  })

  test('the school follows from the key, and from nothing that disagrees', async () => {
    const { token } = await makeKey(oakfield.client, ['roster.users:read'])
    expect(await codes(ask(token, students, { 'x-tenant-id': riverside.tenantId }))).toEqual(['TENANT_MISMATCH'])
    expect(await codes(ask(token, students, { 'x-tenant-id': oakfield.tenantId }))).toBeUndefined()
    expect(await codes(ask(token, `{ tenantPreparationStatus(tenantId: "${riverside.tenantId}") { status } }`))).toEqual(['TENANT_MISMATCH'])
    // A superadmin's words open nothing for a key.
    expect(await codes(ask(token, students, { 'x-tenant-id': riverside.tenantId, 'x-access-reason': 'We would like to look', 'x-access-mode': 'write' }))).toEqual(['TENANT_MISMATCH'])
  })

  test('wrong, mistyped, revoked, expired and foreign keys are 401 alike, before any resolver', async () => {
    const [revoked, expired, good] = [await makeKey(oakfield.client, []), await makeKey(oakfield.client, [], { expiresAt: new Date(Date.now() + 60_000).toISOString() }), await makeKey(oakfield.client, [])]
    await revoke(oakfield, revoked)
    await homeroom.database.sql('update platform.api_key set expires_at = now() where id = $1', [expired.id])
    const other = mintToken()
    const forged = mintToken()
    await homeroom.database.sql('update platform.api_key set prefix = $1 where id = $2', [forged.prefix, (await makeKey(riverside.client, [])).id])
    const said = new Set<string>()
    for (const token of [revoked.token, expired.token, other.token, forged.token, `${good.token.slice(0, -1)}${good.token.endsWith('0') ? '1' : '0'}`, good.token.toLowerCase(), 'hmr_live_', 'hmr_live_x']) {
      // Also what a visitor may ask.
      const { status, headers, data, errors } = await ask(token, '{ slugAvailability(slug: "elsewhere") { available } }')
      const { 'x-request-id': _, date: __, ...rest } = Object.fromEntries(headers)
      said.add(JSON.stringify([status, rest, data, errors?.map(({ message, extensions: { code } }) => [message, code])]))
    }
    expect([...said]).toEqual([expect.stringMatching(/^\[401,.*UNAUTHENTICATED/)])
    expect((await ask(good.token)).status).toBe(200)
  })

  test('from an address that is not on its list it opens nothing', async () => {
    const { token } = await makeKey(oakfield.client, [], { addresses: ['192.0.2.0/24'] })
    const { status, errors } = await ask(token)
    expect([status, errors?.[0]?.extensions]).toMatchObject([403, { code: 'ADDRESS_NOT_ALLOWED', address: '127.0.0.1' }])
    const { token: local } = await makeKey(oakfield.client, [], { addresses: ['192.0.2.0/24', '127.0.0.0/8', '::1'] })
    expect((await ask(local)).status).toBe(200)
  })

  test('when and from where it was last used is written down, once a minute', async () => {
    const { token, client, id } = await makeKey(oakfield.client, [])
    await client.ask(who)
    const lastUse = async () => (await homeroom.database.sql<{ last_used_at: Date | null, last_used_address: string | null }>('select last_used_at, last_used_address from platform.api_key where id = $1', [id]))[0]!
    await expect.poll(lastUse, { interval: 200 }).toEqual({ last_used_at: expect.any(Date) as Date, last_used_address: '127.0.0.1' })
    const { last_used_at: first } = await lastUse()
    // Another process knows nothing of what this one has written.
    const second = await homeroom.startApi()
    await graphqlClient(second.url, token).ask(who)
    await second.stop()
    expect((await lastUse()).last_used_at).toEqual(first)
  })
})

describe('the end of a key', () => {
  /** A socket of the key on a process of its own, which nobody tells anything but the database. */
  async function openSocket(url: string, { token }: TestKey) {
    const opened = Promise.withResolvers<WebSocket>()
    const client = createClient({ url: `${url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false, onNonLazyError: () => {}, connectionParams: { authorization: `Bearer ${token}` }, on: { connected: socket => opened.resolve(socket as WebSocket), closed: opened.reject } })
    const socket = await opened.promise
    return { closed: once(socket, 'close').then(([code]) => code as number), dispose: client.dispose }
  }

  test.each([
    ['revoked', (key: TestKey) => revoke(oakfield, key)],
    ['rolled without an overlap', ({ id }: TestKey) => oakfield.client.ask('mutation ($id: ID!) { rollApiKey(input: { id: $id }) { token } }', { id })],
  ])('%s: refused and its sockets closed as soon as it is told, on every process', async (_, finish) => {
    const [first, second] = await withoutLooks(async () => [await homeroom.startApi(), await homeroom.startApi()] as const)
    const key = await makeKey(oakfield.client, [])
    const sockets = [await openSocket(first.url, key), await openSocket(second.url, key)]
    const bystander = await openSocket(second.url, await makeKey(oakfield.client, []))
    await finish(key)
    for (const { closed } of sockets)
      expect(await closed).toBe(4403)
    for (const url of [first.url, second.url])
      expect((await graphqlClient(url, key.token).send(who)).status).toBe(401)
    expect(await Promise.race([bystander.closed, Promise.resolve('open')])).toBe('open')
    await bystander.dispose()
    await first.stop()
    await second.stop()
  })

  test('the school is closed: refused at once, and its sockets are closed', async () => {
    const school = await homeroom.openSchool('mill-lane')
    const key = await makeKey(school.client, [])
    const other = await withoutLooks(() => homeroom.startApi())
    for (const [lifecycle, status, code] of [['SUSPENDED', 403, 'TENANT_SUSPENDED'], ['ARCHIVED', 401, 'UNAUTHENTICATED'], ['DELETING', 401, 'UNAUTHENTICATED']] as const) {
      await homeroom.database.sql('update platform.tenant set lifecycle = \'ACTIVE\' where id = $1', [school.tenantId])
      const { closed } = await openSocket(other.url, key)
      await homeroom.database.sql('with closed as (update platform.tenant set lifecycle = $1 where id = $2 returning id) select pg_notify(\'access_changed\', json_build_object(\'tenantId\', id)::text) from closed', [lifecycle, school.tenantId])
      const answer = await ask(key.token)
      expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([status, code])
      expect(await closed).toBe(4403)
    }
    await other.stop()
  })

  test('a rolled key works until the time that was chosen, beside the one in its place', async () => {
    const key = await makeKey(oakfield.client, ['roster.users:read'], { expiresAt: new Date(Date.now() + 86_400_000).toISOString(), addresses: ['127.0.0.0/8', '::1'] })
    const worksUntil = new Date(Date.now() + 3_600_000).toISOString()
    const roll = (id: string, until: string) => oakfield.client.send<{ rollApiKey: { token: string, key: { id: string, name: string, scopes: string[], addresses: string[], expiresAt: string } } }>('mutation ($input: RollApiKeyInput!) { rollApiKey(input: $input) { token key { id name scopes addresses expiresAt } } }', { input: { id, worksUntil: until } })
    const { data } = await roll(key.id, worksUntil)
    const { token, key: fresh } = data!.rollApiKey
    expect(fresh).toMatchObject({ name: 'A timetable', scopes: ['roster.users:read'], addresses: ['127.0.0.0/8', '::1'] })
    // As long as the old one was made for.
    expect(Math.abs(Date.parse(fresh.expiresAt) - Date.now() - 86_400_000)).toBeLessThan(60_000)
    expect(await Promise.all([ask(key.token, students), ask(token, students)].map(async answer => (await answer).status))).toEqual([200, 200])
    const { apiKeys } = await oakfield.client.ask<{ apiKeys: { nodes: { id: string, expiresAt: string, replacedBy: string | null }[] } }>('{ apiKeys(first: 100) { nodes { id expiresAt replacedBy } } }')
    expect(apiKeys.nodes.find(({ id }) => id === key.id)).toEqual({ id: key.id, expiresAt: worksUntil, replacedBy: fresh.id })
    expect((await roll(key.id, worksUntil)).errors?.[0]?.extensions.code).toBe('KEY_ROLLED')
    expect((await roll(fresh.id, new Date(Date.now() + 31 * 86_400_000).toISOString())).errors?.[0]?.extensions).toMatchObject({ fields: [{ path: ['worksUntil'], code: 'TOO_FAR' }] })
    // A day before the old one's own end: rolling makes no key live longer.
    const { data: again } = await roll(fresh.id, new Date(Date.now() + 20 * 86_400_000).toISOString())
    expect(again).not.toBeNull()
    const [{ kept }] = await homeroom.database.sql<{ kept: boolean }>('select expires_at = $2 as kept from platform.api_key where id = $1', [fresh.id, fresh.expiresAt]) as [{ kept: boolean }]
    expect(kept).toBe(true)
  })

  test('twice is once', async () => {
    const key = await makeKey(oakfield.client, [])
    const both = await Promise.all([1, 2].map(() => oakfield.client.send('mutation ($id: ID!) { revokeApiKey(id: $id) { state } }', { id: key.id })))
    expect(both.map(({ data, errors }) => data?.revokeApiKey ?? errors?.[0]?.extensions.code)).toEqual(expect.arrayContaining([{ state: 'REVOKED' }, 'KEY_ENDED']))
  })
})
