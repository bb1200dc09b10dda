import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { randomBytes, randomUUID } from 'node:crypto'
import { TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { codeOf, enrol, signedIn, signIn, wrongCode } from '../../../test/harness/sign-in.ts'
import { openSeal } from '../../shared/seal.ts'

let homeroom: TestHomeroom

beforeAll(async () => { homeroom = await openHomeroom() })
afterAll(() => homeroom?.stop())

type Client = TestHomeroom['visitor']
const code = (answer: { errors?: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code ?? 'OK'
const start = async (client: Client) => (await client.ask<{ startSecondFactor: { secret: string, uri: string } }>('mutation { startSecondFactor { secret uri } }')).startSecondFactor
const confirm = (client: Client, totp: string) => client.send('mutation ($totp: String!) { confirmSecondFactor(totp: $totp) }', { totp })
const remove = (client: Client, pass: string, totp: string) => client.send('mutation ($input: RemoveSecondFactorInput!) { removeSecondFactor(input: $input) }', { input: { password: pass, totp } })
const has = async (client: Client) => (await client.ask<{ viewer: { secondFactor: boolean } }>('{ viewer { secondFactor } }')).viewer.secondFactor
const stored = async (email: string) => (await homeroom.database.sql<{ totp_secret: Buffer | null, totp_confirmed_at: Date | null }>('select totp_secret, totp_confirmed_at from platform.account where email = $1', [email]))[0]!

test('counts once a first code has come back; other sessions end and the owner is told', async () => {
  const { email, client, tenantId } = await homeroom.signUp('oakfield')
  const other = await signedIn(homeroom.visitor, { email, password })
  const replaced = await start(client)
  const { secret, uri } = await start(client)
  const parsed = URI.parse(uri)
  expect(parsed).toBeInstanceOf(TOTP)
  expect(parsed).toMatchObject({ issuer: 'Homeroom', label: email, algorithm: 'SHA1', digits: 6, period: 30 })
  expect(parsed.secret.base32).toBe(secret)
  expect(parsed.secret.bytes).toHaveLength(20)

  expect(await has(client)).toBe(false)
  expect(code(await signIn(homeroom.visitor, { email, password, totp: '000000' }))).toBe('OK')
  expect([code(await confirm(client, codeOf(replaced.secret))), code(await confirm(client, wrongCode(secret)))]).toEqual(['WRONG_CODE', 'WRONG_CODE'])
  expect(code(await confirm(client, codeOf(secret)))).toBe('OK')
  expect(await has(client)).toBe(true)
  expect(code(await other.client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
  expect(code(await signIn(homeroom.visitor, { email, password }))).toBe('SECOND_FACTOR_REQUIRED')
  await homeroom.mailbox.next(email, /second factor/)
  expect(await homeroom.database.sql('select action from platform.audit_event where chain = $1 and action like \'account.%\'', [tenantId])).toEqual([{ action: 'account.secondFactorEnrolled' }])
  expect(code(await client.send('mutation { startSecondFactor { uri } }'))).toBe('CONFLICT')
  expect(code(await confirm(client, codeOf(secret, 1)))).toBe('CONFLICT')
})

test('is not confirmed before it is started', async () => {
  const { client } = await homeroom.signUp('unstarted')
  expect(code(await confirm(client, '123456'))).toBe('WRONG_CODE')
  expect(await has(client)).toBe(false)
})

test('goes with password and code, and not without either', async () => {
  const { email, client } = await homeroom.signUp('leaving')
  const secret = await enrol(client)
  expect((await remove(client, 'not the password', codeOf(secret, 1))).errors?.[0]?.extensions).toMatchObject({ code: 'WRONG_PASSWORD', fields: [{ path: ['password'] }] })
  expect((await remove(client, password, wrongCode(secret))).errors?.[0]?.extensions).toMatchObject({ code: 'WRONG_CODE', fields: [{ path: ['totp'] }] })
  expect(code(await remove(client, password, ''))).toBe('SECOND_FACTOR_REQUIRED')
  expect(code(await remove(client, password, codeOf(secret, 1)))).toBe('OK')
  expect(await stored(email)).toEqual({ totp_secret: null, totp_confirmed_at: null })
  expect(code(await signIn(homeroom.visitor, { email, password }))).toBe('OK')
  expect(code(await remove(client, password, codeOf(secret, 1)))).toBe('CONFLICT')
})

test('is sealed at rest, for its own account only', async () => {
  const { email, client } = await homeroom.signUp('sealed')
  const { secret } = await start(client)
  const { totp_secret: sealed } = await stored(email)
  const [{ id } = { id: '' }] = await homeroom.database.sql<{ id: string }>('select id from platform.account where email = $1', [email])
  const seal = openSeal(homeroom.config.secretKey ?? (await import('node:fs')).readFileSync(`${homeroom.config.dataDir}/secret-key`, 'utf8'), 'second factor')
  const plain = URI.parse(`otpauth://totp/x?secret=${secret}`).secret.bytes
  expect(Buffer.from(sealed!).includes(Buffer.from(plain))).toBe(false)
  expect(Buffer.from(sealed!).includes(secret)).toBe(false)
  expect(seal.open(sealed!, id)).toEqual(Buffer.from(plain))
  expect(() => seal.open(sealed!, randomUUID())).toThrow()
})

test('what is sealed opens under its key and purpose, unchanged, and never looks the same twice', () => {
  const key = randomBytes(32).toString('base64')
  const seal = openSeal(key, 'a purpose')
  const sealed = seal.close(Buffer.from('something'), 'row 1')
  expect(seal.open(sealed, 'row 1').toString()).toBe('something')
  expect(seal.close(Buffer.from('something'), 'row 1').equals(sealed)).toBe(false)
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed)
    changed[at]! ^= 1
    expect(() => seal.open(changed, 'row 1')).toThrow()
  }
  expect(() => openSeal(key, 'another').open(sealed, 'row 1')).toThrow()
  expect(() => openSeal(randomBytes(32).toString('base64'), 'a purpose').open(sealed, 'row 1')).toThrow()
})
