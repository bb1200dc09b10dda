import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import type { TestKey } from '../harness/keys.ts'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { mintToken } from '../../src/platform/integrations/room.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { everyScope, makeKey } from '../harness/keys.ts'
import { knock, refusalCode } from '../harness/knock.ts'
import { openSocket } from '../harness/raw-socket.ts'
import { statementsDuring, statementsOfBoth } from '../harness/statements.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
let key: TestKey
let foreign: TestKey
let base: string

beforeAll(async () => {
  // The worker, which asks by itself, is gone before statements are compared.
  homeroom = await openHomeroom({ worker: false })
  const worker = await homeroom.startWorker()
  ;[oakfield, riverside] = [await homeroom.openSchool('oakfield'), await homeroom.openSchool('riverside')]
  await worker.stop()
  ;[key, foreign] = [await makeKey(oakfield.client, everyScope), await makeKey(riverside.client, everyScope)]
  base = homeroom.api.url
})
afterAll(() => homeroom?.stop())

const json = ['content-type', 'application/json']
const bearer = (token: string) => ['authorization', `Bearer ${token}`]
const post = (headers: string[], body: unknown, url = base) => knock(url, { name: '', headers: [...json, ...headers], body: typeof body === 'string' ? body : JSON.stringify(body) })
const whose = { query: '{ tenant { slug } }' }
const students = async () => (await homeroom.database.sql<{ count: number }>(`select count(*)::int from "t_${oakfield.tenantId.replaceAll('-', '')}"."user"`))[0]!.count

describe('a token that is not the key is refused after the same work', () => {
  /** With the right form and checksum, so that the database is asked. */
  const wrong: [string, () => Promise<string> | string][] = [
    ['a prefix that nobody has', () => mintToken().token],
    ['the prefix of a key, and another secret', () => withPrefixOf(key)],
    ['the prefix of another school\'s key', () => withPrefixOf(foreign)],
    ['a key that was revoked', async () => {
      const { id, token } = await makeKey(oakfield.client, [])
      await oakfield.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id })
      return token
    }],
    ['a key that has ended', async () => {
      const { id, token } = await makeKey(riverside.client, [])
      await homeroom.database.sql('update platform.api_key set expires_at = now() where id = $1', [id])
      return token
    }],
  ]
  /** A token nobody was given, whose prefix is that of a key. */
  async function withPrefixOf({ id }: TestKey): Promise<string> {
    const { token, prefix } = mintToken()
    await homeroom.database.sql('update platform.api_key set prefix = $1 where id = $2', [prefix, id])
    return token
  }

  test('the same statements, and one comparison of all 32 bytes, whatever was wrong', async () => {
    const compare = vi.spyOn(crypto, 'timingSafeEqual')
    syncBuiltinESMExports()
    const nobodys = mintToken().token
    for (const [what, make] of wrong) {
      const token = await make()
      const ask = (token: string) => async () => expect((await post(bearer(token), whose)).status).toBe(401)
      const [expected, found] = await statementsOfBoth(ask(nobodys), ask(token))
      expect([what, found]).toEqual([what, expected])
      expect(found.filter(text => text.includes('k.token_hash'))).toHaveLength(1)
      compare.mockClear()
      await ask(token)()
      expect([what, compare.mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])]).toEqual([what, [[32, 32]]])
    }
    compare.mockRestore()
    syncBuiltinESMExports()
    ;[key, foreign] = [await makeKey(oakfield.client, everyScope), await makeKey(riverside.client, everyScope)]
  })

  test('what cannot be a key is not looked for', async () => {
    const typo = key.token.slice(0, -1) + (key.token.endsWith('0') ? '1' : '0')
    for (const token of [typo, key.token.slice(0, 30), 'hmr_live_', `${key.token}${'x'.repeat(8_000)}`, key.token.toUpperCase(), key.token.replace('live', 'test')])
      expect((await statementsDuring(async () => expect((await post(bearer(token), whose)).status).toBe(401))).filter(text => text.includes('k.token_hash'))).toEqual([])
  })

  test.each([
    ['in another alphabet', `hmr_live_${'é'.repeat(12)}_${'ü'.repeat(38)}`],
    ['with half-width letters', '\uFF48mr_live_x'],
    ['behind a blank', ' hmr_live_x'],
    ['with a comma and another', 'hmr_live_x, Bearer hmr_live_y'],
    ['with U+0000', 'hmr_live_x%00'],
    ['of ten thousand characters', 'x'.repeat(10_000)],
  ])('%s', async (_, token) => {
    const heard = await post(['authorization', Buffer.from(`Bearer ${token}`).toString('latin1')], whose)
    expect([heard.status, refusalCode(heard)]).toEqual([401, 'UNAUTHENTICATED'])
  })
})

describe('a key opens its own school, and only where it is shown as one', () => {
  test.each<[string, () => string[], string]>([
    ['in the address', () => [], `/graphql?access_token=`],
    ['in a header of another name', () => ['x-api-key', key.token], '/graphql'],
    ['as a name and password', () => ['authorization', `Basic ${Buffer.from(`${key.token}:`).toString('base64')}`], '/graphql'],
    ['in a cookie', () => ['cookie', `rt=${key.token}; authorization=${key.token}`], '/graphql'],
  ])('%s it is nothing', async (_, headers, path) => {
    const heard = await knock(base, { name: '', path: path.endsWith('=') ? path + key.token : path, headers: [...json, ...headers()], body: JSON.stringify(whose) })
    expect([heard.status, refusalCode(heard)]).toEqual([401, 'UNAUTHENTICATED'])
  })

  test('beside somebody\'s cookie the key counts, and the cookie is not used', async () => {
    const signIn = await post([], { query: 'mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) { accessToken } }', variables: { email: riverside.email, password } })
    const cookie = signIn.headers['set-cookie']![0]!.split(';', 1)[0]!
    expect(JSON.parse((await post([...bearer(key.token), 'cookie', cookie], whose)).body)).toMatchObject({ data: { tenant: { slug: 'oakfield' } } })
    for (const query of ['mutation { refreshSession { accessToken } }', 'mutation { signOut }', '{ viewer { email } }']) {
      const heard = await post([...bearer(key.token), 'cookie', cookie], { query })
      expect([heard.status, refusalCode(heard), heard.headers['set-cookie']]).toEqual([403, 'FORBIDDEN', undefined])
    }
    // The cookie is as good as it was.
    expect((await post(['cookie', cookie], { query: 'mutation { refreshSession { accessToken } }' })).status).toBe(200)
  })

  test('two tokens are none, in whatever order', async () => {
    for (const pair of [[key.token, foreign.token], [foreign.token, key.token], [key.token, key.token]])
      expect((await post(pair.flatMap(bearer), whose)).status).toBe(401)
  })

  test('a batch, a form, a page and a changed address are refused, and nothing is written', async () => {
    const add = { query: 'mutation { addStudent(input: { givenName: "A", familyName: "Forged" }) { id } }' }
    const before = await students()
    const asked = [
      await post(bearer(key.token), [add, add]),
      await knock(base, { name: '', method: 'GET', path: `/graphql?query=${encodeURIComponent(add.query)}`, headers: [...json, ...bearer(key.token)] }),
      await knock(base, { name: '', headers: ['content-type', 'text/plain', ...bearer(key.token)], body: JSON.stringify(add) }),
      await knock(base, { name: '', headers: ['content-type', 'application/x-www-form-urlencoded', ...bearer(key.token)], body: `query=${encodeURIComponent(add.query)}` }),
      await knock(base, { name: '', path: `/graphql?query=${encodeURIComponent(add.query)}`, headers: [...json, ...bearer(key.token)], body: '{}' }),
      await post([...bearer(key.token), 'x-http-method-override', 'GET', 'x-tenant-id', riverside.tenantId], add),
    ]
    expect(asked.map(({ status }) => status).filter(status => status < 400 || status >= 500)).toEqual([])
    expect(await students()).toBe(before)
  })
})

describe('the address list', () => {
  const at = async (url: string, token: string, address: string) => {
    const heard = await post([...bearer(token), 'x-forwarded-for', address, 'x-real-ip', address, 'forwarded', `for=${address}`], whose, url)
    return heard.status === 200 ? 'let in' : refusalCode(heard)
  }

  test('an address that somebody claims is none; one that a proxy saw is, and only the nearest', async () => {
    const { token } = await makeKey(oakfield.client, [], { addresses: ['192.0.2.7', '2001:db8::/64'] })
    expect(await at(base, token, '192.0.2.7')).toBe('ADDRESS_NOT_ALLOWED')
    const behind = await homeroom.startApi({ trustedProxies: ['loopback'] })
    const verdicts = Object.fromEntries(await Promise.all(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::5', '198.51.100.1', '192.0.2.7, 198.51.100.1', '198.51.100.1, 192.0.2.7', '192.0.2.70', 'x', '127.0.0.1'].map(async address => [address, await at(behind.url, token, address)])))
    expect(verdicts).toEqual({
      '192.0.2.7': 'let in',
      '::ffff:192.0.2.7': 'let in',
      '2001:db8::5': 'let in',
      '198.51.100.1': 'ADDRESS_NOT_ALLOWED',
      '192.0.2.7, 198.51.100.1': 'ADDRESS_NOT_ALLOWED',
      '198.51.100.1, 192.0.2.7': 'let in',
      '192.0.2.70': 'ADDRESS_NOT_ALLOWED',
      'x': 'ADDRESS_NOT_ALLOWED',
      '127.0.0.1': 'ADDRESS_NOT_ALLOWED',
    })
    await behind.stop()
  })

  test('holds for sockets too', async () => {
    const { token } = await makeKey(oakfield.client, [], { addresses: ['192.0.2.7'] })
    const behind = await homeroom.startApi({ trustedProxies: ['loopback'] })
    for (const [address, end] of [['192.0.2.7', 'connection_ack'], ['192.0.2.8', 4403]] as const) {
      const socket = await openSocket(behind.url, { headers: { 'x-forwarded-for': address } })
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
      expect([address, await Promise.race([socket.next('connection_ack').then(({ type }) => type, () => new Promise<never>(() => {})), socket.closed.then(({ code }) => code)])]).toEqual([address, end])
      socket.ws.terminate()
    }
    await behind.stop()
  })
})

describe('over a socket', () => {
  test('a key with another school\'s id is turned away', async () => {
    const socket = await openSocket(base)
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${key.token}`, tenantId: riverside.tenantId } })
    expect((await socket.closed).code).toBe(4403)
  })

  test('only subscriptions run, and only those that are open to keys', async () => {
    const socket = await openSocket(base)
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${key.token}` } })
    await socket.next('connection_ack')
    for (const [id, query] of ['{ tenant { slug } }', 'mutation { addStudent(input: { givenName: "A", familyName: "B" }) { id } }', 'subscription { tenantsChanged { __typename } }'].entries()) {
      socket.send({ type: 'subscribe', id: String(id), payload: { query } })
      expect((await socket.next('error')).payload).toMatchObject([{ extensions: { code: id === 2 ? 'FORBIDDEN' : 'BAD_REQUEST' } }])
    }
    socket.ws.close()
  })
})
