import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { SuperadminsService } from './room.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { codeOf, enrol, signedIn, signIn } from '../../../test/harness/sign-in.ts'
import { openSuperadmins } from '../../compose.ts'
import { createLog } from '../../shared/log.ts'

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

let homeroom: TestHomeroom
let superadmins: SuperadminsService
let stop: (() => Promise<void>) | undefined

beforeAll(async () => {
  homeroom = await openHomeroom()
  const opened = await openSuperadmins(homeroom.config, homeroom.database.urls, createLog('silent'))
  superadmins = opened.superadmins
  stop = opened.stop
})
afterAll(async () => {
  await stop?.()
  await homeroom?.stop()
})

const code = (answer: { errors?: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code ?? 'OK'
const create = (email: string, more: { totpSecret?: string, password?: string } = {}) => superadmins.create({ email, name: 'Olive Operator', password, ...more }, false)
const tenants = (client: GraphqlClient) => client.send('{ tenants { edges { node { slug } } } }')
async function recorded(email: string) {
  return (await homeroom.database.sql<{ action: string }>(`
  select action from platform.audit_event e join platform.account a on e.subject_id = a.id::text or e.actor_id = a.id
  where chain = '00000000-0000-0000-0000-000000000000' and a.email = $1 order by sequence`, [email])).map(({ action }) => action)
}
/** The code that was used a moment ago would do again. */
const unused = (email: string) => homeroom.database.sql('update platform.account set totp_last_step = null where email = $1', [email])

describe('a superadmin without a second factor', () => {
  test('can do nothing but set one up; after that the same session is good, and the next needs a code', async () => {
    await create('new@operator.example')
    const { client, cookie } = await signedIn(homeroom.visitor, { email: 'new@operator.example', password })
    expect(await client.ask('{ viewer { email role tenant { id } superadmin secondFactor emailVerified } }')).toEqual({ viewer: { email: 'new@operator.example', role: null, tenant: null, superadmin: true, secondFactor: false, emailVerified: true } })
    const refused = await tenants(client)
    expect([refused.status, code(refused)]).toEqual([403, 'SECOND_FACTOR_REQUIRED'])
    const refreshed = await homeroom.visitor.send<{ refreshSession: { accessToken: string } }>('mutation { refreshSession { accessToken } }', {}, { cookie })
    expect(code(await tenants(homeroom.visitor.as(refreshed.data!.refreshSession.accessToken)))).toBe('SECOND_FACTOR_REQUIRED')

    const theirs = await enrol(client)
    expect(code(await tenants(client))).toBe('OK')
    expect(code(await signIn(homeroom.visitor, { email: 'new@operator.example', password }))).toBe('SECOND_FACTOR_REQUIRED')
    expect(code(await signIn(homeroom.visitor, { email: 'new@operator.example', password, totp: codeOf(theirs, 1) }))).toBe('OK')
    expect(await recorded('new@operator.example')).toEqual(['superadmin.created', 'session.started', 'account.secondFactorEnrolled', 'session.started'])
  })
})

describe('a superadmin', () => {
  test('may be made with a second factor, and keeps it', async () => {
    await create('ready@operator.example', { totpSecret: secret })
    const { client } = await signedIn(homeroom.visitor, { email: 'ready@operator.example', password, totp: codeOf(secret) })
    expect(code(await tenants(client))).toBe('OK')
    expect(code(await client.send('mutation ($input: RemoveSecondFactorInput!) { removeSecondFactor(input: $input) }', { input: { password, totp: codeOf(secret, 1) } }))).toBe('FORBIDDEN')
    const made = await superadmins.create({ email: 'random@operator.example', name: 'Rana', password }, true)
    expect(made).toMatchObject({ secret: expect.stringMatching(/^[A-Z2-7]{32}$/) as string, uri: expect.stringContaining('random%40operator.example') as string })
    expect((await superadmins.list()).map(({ email }) => email)).toEqual(expect.arrayContaining(['ready@operator.example', 'random@operator.example']))
  })

  test('is signed out and kept out while disabled', async () => {
    const email = 'leaving@operator.example'
    await create(email, { totpSecret: secret })
    const { client, cookie } = await signedIn(homeroom.visitor, { email, password, totp: codeOf(secret) })
    await superadmins.disable('LEAVING@operator.example')
    expect(code(await client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
    await unused(email)
    expect(code(await signIn(homeroom.visitor, { email, password, totp: codeOf(secret) }))).toBe('INVALID_CREDENTIALS')
    await expect(superadmins.disable(email)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await superadmins.enable(email)
    expect(code(await homeroom.visitor.send('mutation { refreshSession { expiresAt } }', {}, { cookie }))).toBe('UNAUTHENTICATED')
    expect(code(await signIn(homeroom.visitor, { email, password, totp: codeOf(secret) }))).toBe('OK')
    expect(await recorded(email)).toEqual(['superadmin.created', 'session.started', 'superadmin.disabled', 'superadmin.enabled', 'session.started'])
  })

  test('who lost the authenticator starts over', async () => {
    const email = 'lost@operator.example'
    await create(email, { totpSecret: secret })
    const { client } = await signedIn(homeroom.visitor, { email, password, totp: codeOf(secret) })
    await superadmins.resetSecondFactor(email)
    expect(code(await client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
    const anew = await signedIn(homeroom.visitor, { email, password })
    expect(code(await tenants(anew.client))).toBe('SECOND_FACTOR_REQUIRED')
    await homeroom.mailbox.next(email, /second factor/)
  })

  test('resets a password by mail and keeps the second factor', async () => {
    const email = 'forgetful@operator.example'
    await create(email, { totpSecret: secret })
    await homeroom.visitor.ask('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email })
    const { token } = await homeroom.mailbox.next(email, /new password/)
    await homeroom.visitor.ask('mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) }', { input: { token, password: 'purple lanterns over harbour' } })
    expect(code(await signIn(homeroom.visitor, { email, password: 'purple lanterns over harbour' }))).toBe('SECOND_FACTOR_REQUIRED')
  })
})

describe('none is made', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['of a member', async () => create((await homeroom.signUp('oakfield')).email.toUpperCase()), 'CONFLICT'],
    ['twice', async () => { await create('twice@operator.example'); return create('Twice@operator.example') }, 'CONFLICT'],
    ['with a password that is easy to guess', () => create('weak@operator.example', { password: 'password12' }), 'WEAK_PASSWORD'],
    ['with a short password', () => create('short@operator.example', { password: 'x7%a' }), 'WEAK_PASSWORD'],
    ['without an address', () => create('nobody'), 'BAD_USER_INPUT'],
    ['with a short secret', () => create('secret@operator.example', { totpSecret: 'JBSWY3DPEHPK3PXP' }), 'BAD_USER_INPUT'],
    ['with a secret that is no base32', () => create('secret@operator.example', { totpSecret: '0189'.repeat(8) }), 'BAD_USER_INPUT'],
  ])('%s', async (_, make, refusal) => {
    await expect(make()).rejects.toMatchObject({ code: refusal })
  })

  test('by a request: its login may not write what makes one', async () => {
    const { default: pg } = await import('pg')
    const request = new pg.Client({ connectionString: homeroom.database.urls.request })
    await request.connect()
    const refusal = (statement: string) => request.query(statement).then(() => 'done', (error: { code: string }) => error.code)
    expect([
      await refusal('update platform.account set superadmin = true'),
      await refusal('update platform.account set disabled_at = null'),
      await refusal('insert into platform.account (id, email, name, password_hash, superadmin) values (gen_random_uuid(), \'x@y.example\', \'x\', \'x\', true)'),
      await refusal('insert into platform.account_token (id, account_id, kind, token_hash, expires_at) select gen_random_uuid(), id, \'PASSWORD_RESET\', \'x\', now() + interval \'1 hour\' from platform.account'),
      await refusal('update platform.account_token set expires_at = now()'),
    ]).toEqual(['42501', '42501', '42501', '42501', '42501'])
    await request.end()
  })
})

test('a superadmin who has a membership all the same is nobody there', async () => {
  const { tenantId } = await homeroom.signUp('riverside')
  await create('both@operator.example', { totpSecret: secret })
  await homeroom.database.sql('insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), id, $2, \'ADMIN\' from platform.account where email = $1', ['both@operator.example', tenantId])
  const { client } = await signedIn(homeroom.visitor, { email: 'both@operator.example', password, totp: codeOf(secret) })
  expect(await client.ask('{ viewer { role tenant { id } } }')).toEqual({ viewer: { role: null, tenant: null } })
  await homeroom.database.sql('update platform.session s set tenant_id = $1 from platform.account a where a.id = account_id and a.email = \'both@operator.example\'', [tenantId])
  expect((await client.send('{ viewer { role } }')).status).toBe(401)
})

test('a disabled or unknown account is none of the command\'s business, nor is a member\'s', async () => {
  const { email } = await homeroom.signUp('lakeside')
  for (const change of [() => superadmins.disable(email), () => superadmins.enable(email), () => superadmins.resetSecondFactor(email), () => superadmins.disable('nobody@operator.example')])
    await expect(change()).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a member who lost the authenticator is helped by the same command', async () => {
  const { email, client, tenantId } = await homeroom.signUp('hillside')
  await enrol(client)
  await superadmins.resetSecondFactor(email)
  expect(code(await client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
  expect(code(await signIn(homeroom.visitor, { email, password }))).toBe('OK')
  expect(await homeroom.database.sql('select actor_kind from platform.audit_event where chain = $1 and action = \'account.secondFactorReset\'', [tenantId])).toEqual([{ actor_kind: 'system' }])
})
