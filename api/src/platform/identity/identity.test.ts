import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign as signBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  oakfield = await homeroom.signUp('oakfield')
  riverside = await homeroom.signUp('riverside')
})
afterAll(() => homeroom?.stop())

const signIn = (input: object, headers?: Record<string, string>) => homeroom.visitor.send<{ signIn: { accessToken: string } }>('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken viewer { email } } }', { input }, headers)
const refresh = (cookie: string) => homeroom.visitor.send<{ refreshSession: { accessToken: string } }>('mutation { refreshSession { accessToken } }', {}, { cookie })
const cookieOf = (answer: { headers: Headers }) => answer.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
const viewer = (token: string) => homeroom.visitor.as(token).send<{ viewer: { email: string } | null }>('{ viewer { email } }')

describe('signing in', () => {
  test('works whatever the case of the e-mail address', async () => {
    const { data } = await signIn({ email: 'HEAD@oakfield.EXAMPLE', password })
    expect((await viewer(data!.signIn.accessToken)).data).toEqual({ viewer: { email: oakfield.email } })
  })

  test('answers alike for an unknown address, a wrong password and a disabled account', async () => {
    await homeroom.signUp('closed')
    await homeroom.database.sql('update platform.account set disabled_at = now() where email = \'head@closed.example\'')
    const answers = await Promise.all([
      signIn({ email: 'nobody@oakfield.example', password }),
      signIn({ email: oakfield.email, password: 'not the password' }),
      signIn({ email: 'head@closed.example', password }),
      signIn({ email: oakfield.email, password, tenantId: riverside.tenantId }),
    ])
    const shown = answers.map(({ status, errors }) => ({ status, message: errors?.[0]?.message, code: errors?.[0]?.extensions.code }))
    expect(shown).toEqual(shown.map(() => ({ status: 401, message: 'E-mail or password is wrong.', code: 'INVALID_CREDENTIALS' })))
  })

  test('asks which school where there are several, and takes the answer', async () => {
    await homeroom.database.sql(`insert into platform.membership (id, account_id, tenant_id, role)
      select gen_random_uuid(), id, $2, 'TEACHER' from platform.account where email = $1`, [oakfield.email, riverside.tenantId])
    const { errors } = await signIn({ email: oakfield.email, password })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', tenants: [{ slug: 'oakfield' }, { slug: 'riverside' }] })
    expect((await signIn({ email: oakfield.email, password, tenantId: riverside.tenantId })).data).toBeTruthy()
    await homeroom.database.sql('delete from platform.membership where tenant_id = $1 and role = \'TEACHER\'', [riverside.tenantId])
  })
})

describe('a session', () => {
  test('goes on by its cookie, which is replaced each time', async () => {
    const first = cookieOf(await signIn({ email: oakfield.email, password }))
    const second = await refresh(first)
    expect(second.data?.refreshSession.accessToken).toBeTruthy()
    expect(cookieOf(second)).not.toBe(first)
    expect((await refresh(cookieOf(second))).data).toBeTruthy()
  })

  test('lets two tabs refresh at once', async () => {
    const cookie = cookieOf(await signIn({ email: oakfield.email, password }))
    const [one, two] = await Promise.all([refresh(cookie), refresh(cookie)])
    expect([one.errors, two.errors]).toEqual([undefined, undefined])
    const rotated = [one, two].map(cookieOf).filter(Boolean)
    expect(rotated).toHaveLength(1)
    expect((await refresh(rotated[0]!)).errors).toBeUndefined()
  })

  test('ends with all its tokens when an old refresh token comes back', async () => {
    const { data, ...answer } = await signIn({ email: oakfield.email, password })
    const stolen = cookieOf(answer)
    const current = cookieOf(await refresh(stolen))
    await homeroom.database.sql('update platform.session set rotated_at = rotated_at - interval \'11 seconds\'')
    expect((await refresh(stolen)).status).toBe(401)
    expect((await refresh(current)).status).toBe(401)
    expect((await viewer(data!.signIn.accessToken)).status).toBe(401)
    expect(await homeroom.database.sql('select 1 from platform.session where revoked_reason = \'REUSE\'')).toHaveLength(1)
  })

  test('ends at sign-out, access token included', async () => {
    const answer = await signIn({ email: oakfield.email, password })
    const token = answer.data!.signIn.accessToken
    const out = await homeroom.visitor.as(token).send('mutation { signOut }', {}, { cookie: cookieOf(answer) })
    expect(out.data).toEqual({ signOut: true })
    expect(out.headers.get('set-cookie')).toMatch(/^rt=;/)
    expect((await viewer(token)).status).toBe(401)
    expect((await refresh(cookieOf(answer))).status).toBe(401)
  })

  test('ends when the membership or the account does', async () => {
    const { client, tenantId } = await homeroom.signUp('leaving')
    await homeroom.database.sql('delete from platform.membership where tenant_id = $1', [tenantId])
    expect((await client.send('{ viewer { email } }')).status).toBe(401)
  })

  test('takes its role from the database, not from the token', async () => {
    const { client, tenantId } = await homeroom.signUp('demoted')
    await homeroom.database.sql('update platform.membership set role = \'READ_ONLY\' where tenant_id = $1', [tenantId])
    expect(await client.ask('{ viewer { role } }')).toEqual({ viewer: { role: 'READ_ONLY' } })
  })
})

describe('a token that is present and bad is 401', () => {
  const base64 = (value: object | string) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
  const header = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as Record<string, unknown>
  const ourKey = () => createPrivateKey(readFileSync(join(homeroom.config.dataDir, 'jwt-private-key.pem')))
  const forge = (head: object, body: object, key = ourKey()) => {
    const signed = `${base64(head)}.${base64(body)}`
    return `${signed}.${signBytes(null, Buffer.from(signed), key).toString('base64url')}`
  }
  async function good(): Promise<string> {
    return (await signIn({ email: oakfield.email, password })).data!.signIn.accessToken
  }

  test('the forge makes good tokens where nothing is changed', async () => {
    const token = await good()
    expect((await viewer(forge(header(token), claims(token)))).status).toBe(200)
  })

  test.each<[string, (token: string) => string]>([
    ['no algorithm', token => `${base64({ ...header(token), alg: 'none' })}.${token.split('.')[1]}.`],
    ['signed by the public key as a secret', (token) => {
      const signed = `${base64({ ...header(token), alg: 'HS256' })}.${token.split('.')[1]}`
      return `${signed}.${createHmac('sha256', createPublicKey(ourKey()).export({ type: 'spki', format: 'pem' })).update(signed).digest('base64url')}`
    }],
    ['another key', token => forge(header(token), claims(token), generateKeyPairSync('ed25519').privateKey)],
    ['expired', token => forge(header(token), { ...claims(token), exp: Math.floor(Date.now() / 1000) - 6, iat: Math.floor(Date.now() / 1000) - 60 })],
    ['no expiry', (token) => { const { exp: _, ...rest } = claims(token); return forge(header(token), rest) }],
    ['no tenant', (token) => { const { tid: _, ...rest } = claims(token); return forge(header(token), rest) }],
    ['empty tenant', token => forge(header(token), { ...claims(token), tid: '' })],
    ['another tenant', token => forge(header(token), { ...claims(token), tid: riverside.tenantId })],
    ['another session', token => forge(header(token), { ...claims(token), sid: randomUUID() })],
    ['another audience', token => forge(header(token), { ...claims(token), aud: 'elsewhere' })],
    ['two audiences', token => forge(header(token), { ...claims(token), aud: ['homeroom-api', 'elsewhere'] })],
    ['another issuer', token => forge(header(token), { ...claims(token), iss: 'elsewhere' })],
    ['another type', token => forge({ ...header(token), typ: 'rt+jwt' }, claims(token))],
    ['not yet valid', token => forge(header(token), { ...claims(token), nbf: Math.floor(Date.now() / 1000) + 60 })],
    ['unknown key id', token => forge({ ...header(token), kid: '../../dev/null' }, claims(token))],
    ['unknown critical header', token => forge({ ...header(token), crit: ['x'], x: 1 }, claims(token))],
    ['not a token', () => 'nonsense'],
  ])('%s', async (_, change) => {
    const { status, errors } = await viewer(change(await good()))
    expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' })
  })

  test.each(['bearer TOKEN', 'Bearer  TOKEN', 'Bearer TOKEN,', 'Basic TOKEN'])('%s', async (form) => {
    const { status } = await homeroom.visitor.send('{ viewer { email } }', {}, { authorization: form.replace('TOKEN', await good()) })
    expect(status).toBe(401)
  })
})
