import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { signedIn, signIn } from '../../../test/harness/sign-in.ts'

let homeroom: TestHomeroom

beforeAll(async () => { homeroom = await openHomeroom({ worker: false }) })
afterAll(() => homeroom?.stop())

interface Listed { id: string, current: boolean, address: string | null, userAgent: string | null, tenant: { slug: string } | null, createdAt: string, lastUsedAt: string }
const code = (answer: { errors?: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code ?? 'OK'
const list = async (client: GraphqlClient) => (await client.ask<{ sessions: Listed[] }>('{ sessions { id current address userAgent createdAt lastUsedAt tenant { slug } } }')).sessions
const end = (client: GraphqlClient, id: string) => client.send('mutation ($id: ID!) { endSession(id: $id) }', { id })
const ended = (tenantId: string) => homeroom.database.sql('select actor_kind, details from platform.audit_event where chain = $1 and action = \'session.ended\' order by sequence', [tenantId])

/** What is said to sockets of an account, from now on. */
async function listenTo(channel: string): Promise<string[]> {
  const heard: string[] = []
  const client = new pg.Client({ connectionString: homeroom.database.urls.listener })
  await client.connect()
  client.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await client.query(`listen ${channel}`)
  onTestFinished(() => client.end())
  return heard
}

test('a person sees where they are signed in, the last used first, and nobody else\'s', async () => {
  const { email, client } = await homeroom.signUp('oakfield')
  await homeroom.signUp('riverside')
  const phone = await signIn(homeroom.visitor, { email, password }, { 'user-agent': 'A phone' })
  const second = await signedIn(homeroom.visitor, { email, password })
  await homeroom.visitor.ask('{ viewer { id } }')
  const sessions = await list(client)
  expect(phone.data).toBeTruthy()
  expect(sessions).toHaveLength(3)
  expect(sessions.map(({ current }) => current)).toEqual([false, false, true])
  expect(sessions[1]).toMatchObject({ userAgent: 'A phone', address: expect.stringMatching(/127\.0\.0\.1$/) as string, tenant: { slug: 'oakfield' } })
  await homeroom.visitor.send('mutation { refreshSession { expiresAt } }', {}, { cookie: second.cookie })
  const [latest] = await list(client)
  expect(latest!.lastUsedAt > latest!.createdAt).toBe(true)
})

test('one of them can be ended: its token, its cookie and its sockets with it', async () => {
  const { email, client, tenantId } = await homeroom.signUp('ending')
  const other = await signedIn(homeroom.visitor, { email, password })
  const heard = await listenTo('access_changed')
  const { id } = (await list(client)).find(({ current }) => !current)!
  expect(code(await end(client, id))).toBe('OK')
  expect(code(await other.client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
  expect(code(await homeroom.visitor.send('mutation { refreshSession { expiresAt } }', {}, { cookie: other.cookie }))).toBe('UNAUTHENTICATED')
  expect((await list(client)).map(session => session.current)).toEqual([true])
  const [account] = await homeroom.database.sql<{ id: string }>('select id from platform.account where email = $1', [email])
  await expect.poll(() => heard, { interval: 20 }).toEqual([JSON.stringify({ accountId: account!.id })])
  expect(await ended(tenantId)).toEqual([{ actor_kind: 'member', details: { reason: 'ENDED', sessions: 1 } }])
})

test('another\'s session, one that has ended and one that never was answer alike', async () => {
  const { client } = await homeroom.signUp('mine')
  const theirs = await homeroom.signUp('theirs')
  const [foreign] = await list(theirs.client)
  const own = await signedIn(homeroom.visitor, { email: 'head@mine.example', password })
  const gone = (await list(client)).find(({ current }) => !current)!.id
  await end(client, gone)
  const answers = []
  for (const id of [foreign!.id, gone, randomUUID(), 'nonsense', '']) {
    const { data, errors, status } = await end(client, id)
    answers.push({ data, status, message: errors?.[0]?.message, code: errors?.[0]?.extensions.code })
  }
  expect(answers).toEqual(answers.map(() => ({ data: null, status: 404, message: 'The session was not found.', code: 'NOT_FOUND' })))
  expect(code(await theirs.client.send('{ viewer { id } }'))).toBe('OK')
  expect(code(await own.client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
})

test('all can be ended at once, this one and its cookie too', async () => {
  const { email, client, tenantId } = await homeroom.signUp('everywhere')
  const others = await Promise.all([signedIn(homeroom.visitor, { email, password }), signedIn(homeroom.visitor, { email, password })])
  const answer = await client.send('mutation { signOutEverywhere }')
  expect([answer.data, answer.headers.get('set-cookie')]).toEqual([{ signOutEverywhere: true }, expect.stringMatching(/^rt=;/)])
  for (const gone of [client, ...others.map(other => other.client)])
    expect(code(await gone.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
  expect(await ended(tenantId)).toEqual([{ actor_kind: 'member', details: { reason: 'EVERYWHERE', sessions: 3 } }])
})

test('signing out and a stolen refresh token are on record, too', async () => {
  const { email, client, tenantId } = await homeroom.signUp('recorded')
  await client.ask('mutation { signOut }')
  const { cookie } = await signedIn(homeroom.visitor, { email, password })
  await homeroom.visitor.send('mutation { refreshSession { expiresAt } }', {}, { cookie })
  await homeroom.database.sql('update platform.session set rotated_at = rotated_at - interval \'11 seconds\' where tenant_id = $1', [tenantId])
  expect(code(await homeroom.visitor.send('mutation { refreshSession { expiresAt } }', {}, { cookie }))).toBe('UNAUTHENTICATED')
  expect(await ended(tenantId)).toEqual([{ actor_kind: 'member', details: { reason: 'SIGN_OUT', sessions: 1 } }, { actor_kind: 'visitor', details: { reason: 'REUSE', sessions: 1 } }])
})

test('a visitor has none', async () => {
  for (const document of ['{ sessions { id } }', 'mutation { signOutEverywhere }', `mutation { endSession(id: "${randomUUID()}") }`])
    expect(code(await homeroom.visitor.send(document))).toBe('UNAUTHENTICATED')
})
