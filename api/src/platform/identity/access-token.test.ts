import type { KeyObject } from 'node:crypto'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { AccessTokens } from './access-token.ts'
import { Buffer } from 'node:buffer'
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign as signBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { EncryptJWT, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { signIn } from '../../../test/harness/sign-in.ts'
import { openAccessTokens } from './access-token.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  oakfield = await homeroom.signUp('oakfield')
  riverside = await homeroom.signUp('riverside')
})
afterAll(() => homeroom?.stop())

type Part = Record<string, unknown>
const encode = (value: object | string | Buffer) => Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString('base64url')
const part = (token: string, index: number) => JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString()) as Part
const [header, claims] = [(token: string) => part(token, 0), (token: string) => part(token, 1)]
const now = () => Math.floor(Date.now() / 1000)
const ourKey = () => createPrivateKey(readFileSync(join(homeroom.config.dataDir, 'jwt-private-key.pem')))

/** A token of these parts, signed by our own key unless another is given. */
function forge(head: object | string, body: object | string, key: KeyObject = ourKey()): string {
  const signed = `${encode(head)}.${encode(body)}`
  return `${signed}.${signBytes(null, Buffer.from(signed), key).toString('base64url')}`
}
const withClaims = (change: Part) => (token: string) => forge(header(token), { ...claims(token), ...change })
const withHeader = (change: Part) => (token: string) => forge({ ...header(token), ...change }, claims(token))
const without = (name: string) => (token: string) => forge(header(token), Object.fromEntries(Object.entries(claims(token)).filter(([claim]) => claim !== name)))

const viewer = (authorization: string) => homeroom.visitor.send<{ viewer: { role: string } | null }>('{ viewer { role } }', {}, { authorization })
async function good(): Promise<string> {
  return (await signIn(homeroom.visitor, { email: oakfield.email, password })).data!.signIn.accessToken
}

test('the forge makes good tokens where nothing is changed', async () => {
  const token = await good()
  expect((await viewer(`Bearer ${forge(header(token), claims(token))}`)).data).toEqual({ viewer: { role: 'ADMIN' } })
  // Within what clocks may differ by, and while ours stands still.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  expect((await viewer(`Bearer ${withClaims({ exp: now() - 2, iat: now() - 60, nbf: now() - 60 })(token)}`)).data).toEqual({ viewer: { role: 'ADMIN' } })
})

const secondsOf = { minute: 60, lifetime: 600 }
const attacks: [string, (token: string) => string | Promise<string>][] = [
  // How it is signed
  ...['none', 'None', 'nOnE'].map((alg): [string, (token: string) => string] => [`algorithm ${alg}`, token => `${encode({ ...header(token), alg })}.${token.split('.')[1]}.`]),
  ['an empty signature', token => `${token.split('.').slice(0, 2).join('.')}.`],
  ['a signature of another token', async token => `${encode(header(token))}.${encode({ ...claims(token), role: 'ADMIN', jti: randomUUID() })}.${(await good()).split('.')[2]}`],
  ...['HS256', 'HS512'].map((alg): [string, (token: string) => string] => [`our public key as the secret of ${alg}`, (token) => {
    const signed = `${encode({ ...header(token), alg })}.${token.split('.')[1]}`
    return `${signed}.${createHmac(alg.replace('HS', 'sha'), createPublicKey(ourKey()).export({ type: 'spki', format: 'pem' })).update(signed).digest('base64url')}`
  }]),
  ['our key under the name of another algorithm', withHeader({ alg: 'ES256K' })],
  ['a good RSA signature', token => new SignJWT(claims(token)).setProtectedHeader({ ...header(token), alg: 'RS256' }).sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)],
  ['a good ECDSA signature', token => new SignJWT(claims(token)).setProtectedHeader({ ...header(token), alg: 'ES256' }).sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
  ['another Ed25519 key', token => forge(header(token), claims(token), generateKeyPairSync('ed25519').privateKey)],
  // When it is good
  ['expired beyond the leeway', withClaims({ exp: now() - 6, iat: now() - secondsOf.minute })],
  ['no expiry', without('exp')],
  ['no beginning', without('nbf')],
  ['no time of issue', without('iat')],
  ['no id', without('jti')],
  ...[String(now() + secondsOf.minute), -1, 1e308, 0, null, [now() + secondsOf.minute], true].map((exp): [string, (token: string) => string] => [`expiry ${JSON.stringify(exp)}`, withClaims({ exp })]),
  ['an hour to go', token => withClaims({ exp: now() + 60 * secondsOf.minute })(token)],
  ['older than a token may be, whatever its expiry', withClaims({ iat: now() - secondsOf.lifetime - 10, nbf: now() - secondsOf.lifetime - 10, exp: now() + secondsOf.minute })],
  ['not yet valid', token => withClaims({ nbf: now() + secondsOf.minute })(token)],
  ['issued in the future', token => withClaims({ iat: now() + secondsOf.minute, exp: now() + 2 * secondsOf.minute })(token)],
  // For whom it is
  ['another issuer', withClaims({ iss: 'elsewhere' })],
  ['no issuer', without('iss')],
  ['another audience', withClaims({ aud: 'elsewhere' })],
  ['no audience', without('aud')],
  ['two audiences, ours among them', withClaims({ aud: ['homeroom-api', 'elsewhere'] })],
  ['a list of our audience alone', withClaims({ aud: ['homeroom-api'] })],
  ...['rt+jwt', 'JWT', 'email-verification+jwt', undefined].map((typ): [string, (token: string) => string] => [`type ${typ}`, withHeader({ typ })]),
  // Whose it is
  ['no tenant', without('tid')],
  ...[null, '', 0, false, [], {}, 'oakfield', ['OAKFIELD']].map((tid): [string, (token: string) => string] => [`tenant ${JSON.stringify(tid)}`, withClaims({ tid })]),
  ['another tenant', token => withClaims({ tid: riverside.tenantId })(token)],
  ['a tenant that is not there', withClaims({ tid: randomUUID() })],
  ['another account', withClaims({ sub: randomUUID() })],
  ['another session', withClaims({ sid: randomUUID() })],
  ['another person\'s session', async token => withClaims({ sid: claims((await signIn(homeroom.visitor, { email: riverside.email, password })).data!.signIn.accessToken).sid })(token)],
  ['no session', without('sid')],
  ['a role that is none', withClaims({ role: 'OWNER' })],
  ['the operator\'s role, with a tenant', withClaims({ role: 'SUPERADMIN' })],
  ['the operator\'s role, without one', token => forge(header(token), { ...claims(token), role: 'SUPERADMIN', tid: undefined })],
  // What it asks the reader to do
  ['a key id that is a path', withHeader({ kid: '../../dev/null' })],
  ['a key id that is SQL', withHeader({ kid: '\' or 1=1 --' })],
  ['a long key id', withHeader({ kid: 'k'.repeat(7_000) })],
  ['no key id', withHeader({ kid: undefined })],
  ['an unknown critical header', withHeader({ crit: ['x'], x: 1 })],
  ['a payload that is not encoded', withHeader({ b64: false, crit: ['b64'] })],
  ['a detached payload', token => `${token.split('.')[0]}..${token.split('.')[2]}`],
  ['an encrypted token', token => new EncryptJWT(claims(token)).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(new Uint8Array(32))],
  ['a compressed payload', (token) => {
    const signed = `${encode({ ...header(token), zip: 'DEF' })}.${encode(deflateRawSync(JSON.stringify(claims(token))))}`
    return `${signed}.${signBytes(null, Buffer.from(signed), ourKey()).toString('base64url')}`
  }],
  // What is no token
  ['claims that are no object', token => forge(header(token), '"text"')],
  ['claims that are no JSON', token => forge(header(token), '{')],
  ['12 kB of nothing', () => ['a', 'b', 'c'].map(letter => letter.repeat(4_000)).join('.')],
  ['four parts', token => `${token}.x`],
  ['not a token', () => 'nonsense'],
]

describe('a token that is present and bad is 401', () => {
  test.each(attacks)('%s', async (_, change) => {
    const { status, errors, data } = await viewer(`Bearer ${await change(await good())}`)
    expect({ status, code: errors?.[0]?.extensions.code, data: data ?? null }).toEqual({ status: 401, code: 'UNAUTHENTICATED', data: null })
  })

  test.each(['bearer TOKEN', 'BEARER TOKEN', 'Bearer  TOKEN', 'Bearer\tTOKEN', 'Bearer TOKEN,', 'Bearer TOKEN TOKEN', 'Bearer', 'Basic TOKEN', 'TOKEN'])('%s', async (form) => {
    const { status } = await viewer(form.replaceAll('TOKEN', await good()))
    expect(status).toBe(401)
  })

  test('two of them, though each is good', async () => {
    const token = await good()
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${homeroom.api.url}/graphql`, { method: 'POST', headers: ['Host', new URL(homeroom.api.url).host, 'Content-Type', 'application/json', 'Authorization', `Bearer ${token}`, 'Authorization', `Bearer ${token}`] as never }, answer => resolve(answer.resume().statusCode))
      request.once('error', reject).end('{"query":"{ viewer { role } }"}')
    })
    expect(status).toBe(401)
  })
})

test('a token of 20 kB is refused before it is read', async () => {
  expect((await fetch(`${homeroom.api.url}/graphql`, { headers: { authorization: `Bearer ${'a'.repeat(20_000)}` } })).status).toBe(431)
})

test('a token anywhere else than in its header is no token', async () => {
  const token = await good()
  const response = await fetch(`${homeroom.api.url}/graphql?access_token=${token}&authorization=Bearer%20${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cookie': `access_token=${token}; authorization=Bearer ${token}`, 'x-access-token': token },
    body: JSON.stringify({ query: '{ viewer { role } }' }),
  })
  expect(await response.json()).toEqual({ data: { viewer: null } })
})

test('a header that names a key elsewhere is never followed', async () => {
  let calls = 0
  const trap = createServer((_, answer) => {
    calls += 1
    answer.end('{}')
  })
  await new Promise<void>(resolve => trap.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(trap.address() as { port: number }).port}/keys`
  const theirs = generateKeyPairSync('ed25519')
  const token = await good()
  for (const headers of [{ jku: url }, { x5u: url }, { jwk: theirs.publicKey.export({ format: 'jwk' }) }])
    expect((await viewer(`Bearer ${forge({ ...header(token), ...headers }, claims(token), theirs.privateKey)}`)).status).toBe(401)
  await new Promise(resolve => trap.close(resolve))
  expect(calls).toBe(0)
})

describe('the database decides, not the token', () => {
  test('which role somebody has', async () => {
    const { client, tenantId } = await homeroom.signUp('demoted')
    await homeroom.database.sql('update platform.membership set role = \'READ_ONLY\' where tenant_id = $1', [tenantId])
    expect(await client.ask('{ viewer { role } }')).toEqual({ viewer: { role: 'READ_ONLY' } })
  })

  test('and so a greater role in the token is worth nothing', async () => {
    const { email, tenantId } = await homeroom.signUp('reader')
    await homeroom.database.sql('update platform.membership set role = \'READ_ONLY\' where tenant_id = $1', [tenantId])
    const token = (await signIn(homeroom.visitor, { email, password })).data!.signIn.accessToken
    const { errors } = await homeroom.visitor.send('mutation { retryTenantPreparation(tenantId: "6ff0e5b1-0000-4000-8000-00000000dead") { status } }', {}, { authorization: `Bearer ${withClaims({ role: 'ADMIN' })(token)}` })
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })

  test.each<[string, string]>([
    ['the account is disabled', 'update platform.account set disabled_at = now() where email = $1'],
    ['the membership ends', 'delete from platform.membership m using platform.account a where a.id = account_id and email = $1'],
    ['the session is ended', 'update platform.session s set revoked_at = now() from platform.account a where a.id = account_id and email = $1'],
    ['the session runs out', 'update platform.session s set expires_at = now() from platform.account a where a.id = account_id and email = $1'],
    ['the tenant is closed', 'update platform.tenant t set lifecycle = \'DELETING\' from platform.membership m join platform.account a on a.id = m.account_id where m.tenant_id = t.id and email = $1'],
    ['the person moves to another school', 'update platform.membership m set tenant_id = (select id from platform.tenant where slug = \'riverside\') from platform.account a where a.id = account_id and email = $1'],
    ['the person becomes a superadmin', 'update platform.account set superadmin = true where email = $1'],
  ])('a token is void at once when %s', async (name, change) => {
    const { client, email } = await homeroom.signUp(name.replaceAll(' ', '-'))
    expect((await client.send('{ viewer { role } }')).status).toBe(200)
    await homeroom.database.sql(change, [email])
    expect((await client.send('{ viewer { role } }')).status).toBe(401)
  })
})

describe('the key', () => {
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
  const subject = { accountId: randomUUID(), sessionId: randomUUID(), tenantId: randomUUID(), role: 'ADMIN' } as const

  test.each<[string, () => KeyObject]>([
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['ECDSA', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['Ed448', () => generateKeyPairSync('ed448').privateKey],
    ['X25519', () => generateKeyPairSync('x25519').privateKey],
  ])('is not %s', (_, make) => {
    expect(() => openAccessTokens(pem(make()))).toThrow(/Ed25519/)
  })

  test('a token is good for ten minutes, under the key that signed it', async () => {
    const tokens: AccessTokens = openAccessTokens(pem(generateKeyPairSync('ed25519').privateKey))
    const { token, expiresAt } = await tokens.sign(subject)
    expect(await tokens.verify(token)).toEqual({ ...subject, expiresAt })
    expect(Math.round((expiresAt.getTime() - Date.now()) / 1000 / 60)).toBe(10)
    await expect(openAccessTokens(pem(generateKeyPairSync('ed25519').privateKey)).verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('a token that has been looked at before still ends, and lends nothing to another', async () => {
    const tokens = openAccessTokens(pem(generateKeyPairSync('ed25519').privateKey))
    const { token } = await tokens.sign(subject)
    await tokens.verify(token)
    const [head, body, signature] = token.split('.')
    for (const altered of [`${head}.${body}.${signature!.slice(1)}`, withClaims({ role: 'OFFICE' })(token), `${token}A`])
      await expect(tokens.verify(altered)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    onTestFinished(() => void vi.useRealTimers())
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 9 * 60_000 })
    expect(await tokens.verify(token)).toMatchObject(subject)
    vi.setSystemTime(Date.now() + 2 * 60_000)
    await expect(tokens.verify(token)).rejects.toMatchObject({ message: 'This session has expired.' })
  })
})
