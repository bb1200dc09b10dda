import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { accept, errorCode, invitationTrail, invite, invited, inviteMember, newcomer, openInvitations, previewInvitation, refusedFields, revokeInvitation, shown } from '../../../test/harness/invitations.ts'
import { holdLock, sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { codeOf, enrol, wrongCode } from '../../../test/harness/sign-in.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ patient: true, config: { baseUrl: 'https://homeroom.example' } })
  oakfield = await homeroom.signUp('oakfield', { name: 'Oakfield CANARY-OAK' })
  riverside = await homeroom.signUp('riverside', { name: 'Riverside CANARY-RIVER' })
})
afterAll(() => homeroom?.stop())

const look = (token: string) => homeroom.visitor.send<{ invitation: object }>(previewInvitation, { token })

describe('accepting', () => {
  test('somebody new gets an account, verified, with the role and a session', async () => {
    const { id, token } = await invited(homeroom, oakfield, 'Ada@people.example', 'OFFICE')
    expect((await look(token)).data?.invitation).toMatchObject({ tenantName: 'Oakfield CANARY-OAK', email: 'Ada@people.example', role: 'OFFICE', accountExists: false })
    const answer = await accept(homeroom, newcomer(token))
    expect(answer.data?.acceptInvitation.viewer).toEqual({ name: 'Ada Newcomer', email: 'Ada@people.example', role: 'OFFICE', tenant: { id: oakfield.tenantId } })
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-rt=[^;]+; .*HttpOnly; Secure; SameSite=Strict/)
    expect(await homeroom.visitor.as(answer.data!.acceptInvitation.accessToken).ask('{ viewer { role } }')).toEqual({ viewer: { role: 'OFFICE' } })
    expect(await homeroom.database.sql('select email_verified_at is not null as verified, superadmin from platform.account where email = \'Ada@people.example\'')).toEqual([{ verified: true, superadmin: false }])
    const events = (await invitationTrail(homeroom, oakfield)).slice(-2)
    expect(events).toMatchObject([{ action: 'invitation.accepted', subject_id: id, actor: 'Ada@people.example' }, { action: 'membership.created', details: { role: 'OFFICE' }, actor: 'Ada@people.example' }])
    expect(errorCode(await oakfield.client.send(inviteMember, { input: { email: 'ada@people.example', role: 'ADMIN' } }))).toBe('EMAIL_TAKEN')
  })

  test('somebody with an account joins by its password, keeps name and password, and now belongs to both', async () => {
    const { token } = await invited(homeroom, oakfield, 'HEAD@riverside.example', 'READ_ONLY')
    expect((await look(token)).data?.invitation).toMatchObject({ accountExists: true })
    expect(shown(await accept(homeroom, newcomer(token, { password: 'not the password at all' })))).toMatchObject({ status: 401, data: null, errors: [{ code: 'INVALID_CREDENTIALS' }] })
    const answer = await accept(homeroom, newcomer(token, { name: 'Another Name' }))
    expect(answer.data?.acceptInvitation.viewer).toEqual({ name: 'Alex Head', email: riverside.email, role: 'READ_ONLY', tenant: { id: oakfield.tenantId } })
    expect(await homeroom.database.sql('select email_verified_at is not null as verified from platform.account where email = $1', [riverside.email])).toEqual([{ verified: true }])
    const signIn = await homeroom.visitor.send('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email: riverside.email, password } })
    expect(signIn.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', tenants: [{ slug: 'riverside' }, { slug: 'oakfield' }] })
    expect(await riverside.client.ask('{ viewer { role tenant { slug } } }')).toEqual({ viewer: { role: 'ADMIN', tenant: { slug: 'riverside' } } })
  })

  test('an account with a second factor joins by that, too', async () => {
    const school = await homeroom.signUp('careful')
    const secret = await enrol(school.client)
    const { token } = await invited(homeroom, oakfield, school.email)
    expect(errorCode(await accept(homeroom, newcomer(token)))).toBe('SECOND_FACTOR_REQUIRED')
    expect(errorCode(await accept(homeroom, newcomer(token, { totp: wrongCode(secret) })))).toBe('INVALID_CREDENTIALS')
    expect(errorCode(await accept(homeroom, newcomer(token, { password: 'not the password at all', totp: codeOf(secret, 1) })))).toBe('INVALID_CREDENTIALS')
    expect((await accept(homeroom, newcomer(token, { totp: codeOf(secret, 1) }))).errors).toBeUndefined()
  })

  test('a disabled account joins nothing, and is told so like a wrong password', async () => {
    const { email } = await homeroom.signUp('closed')
    const { token } = await invited(homeroom, oakfield, email)
    await homeroom.database.sql('update platform.account set disabled_at = now() where email = $1', [email])
    const [disabled, wrong] = await Promise.all([accept(homeroom, newcomer(token)), accept(homeroom, newcomer(token, { password: 'not the password at all' }))])
    expect(errorCode(disabled)).toBe('INVALID_CREDENTIALS')
    expect(shown(disabled)).toEqual(shown(wrong))
  })

  test('a superadmin gets no mail and joins no school, even with a link', async () => {
    const { accountId, email } = await openSuperadmin(homeroom, 'Joe Super', { secondFactor: false })
    await homeroom.database.sql('update platform.account set password_hash = (select password_hash from platform.account where email = $2) where id = $1', [accountId, oakfield.email])
    const { id } = await invite(oakfield, email)
    await expect.poll(() => homeroom.database.sql('select state from pgboss.job where name = \'send-mail\' and data ->> \'id\' = $1', [id])).toEqual([{ state: 'completed' }])
    expect((await homeroom.mailbox.all()).map(({ to }) => to)).not.toContain(email)
    const token = randomBytes(32).toString('base64url')
    await homeroom.database.sql('update platform.invitation set token_hash = $2 where id = $1', [id, createHash('sha256').update(token).digest()])
    expect(errorCode(await accept(homeroom, newcomer(token, { password: 'not the password at all' })))).toBe('INVALID_CREDENTIALS')
    expect(errorCode(await accept(homeroom, newcomer(token)))).toBe('FORBIDDEN')
    expect(await homeroom.database.sql('select 1 from platform.membership where account_id = $1', [accountId])).toEqual([])
  })

  test.each([
    ['no name', { name: undefined }, ['name REQUIRED']],
    ['a short password', { password: 'short' }, ['password WEAK_PASSWORD']],
    ['the school\'s name for a password, and a blank name', { name: ' ', password: 'oakfieldoakfield' }, ['name REQUIRED', 'password WEAK_PASSWORD']],
    ['a name nobody can see all of', { name: 'A\u0007' }, ['name INVALID']],
  ])('somebody new with %s is refused, and may try again', async (_, wrong, fields) => {
    const { token } = await invited(homeroom, oakfield, 'choosy@people.example')
    const answer = await accept(homeroom, newcomer(token, wrong))
    expect({ status: answer.status, fields: refusedFields(answer) }).toEqual({ status: 400, fields })
    expect((await look(token)).data).toBeTruthy()
  })

  test.each(['role', 'email', 'tenantId', 'superadmin', 'accountId'])('%s is nobody\'s to set', async (field) => {
    const { token } = await invited(homeroom, oakfield, 'modest@people.example', 'READ_ONLY')
    expect(errorCode(await accept(homeroom, newcomer(token, { [field]: 'ADMIN' })))).toBe('BAD_USER_INPUT')
    expect((await look(token)).data).toBeTruthy()
  })

  test('a member by then keeps their role', async () => {
    const { token } = await invited(homeroom, oakfield, 'elsewhere@people.example', 'ADMIN')
    await accept(homeroom, newcomer((await invited(homeroom, riverside, 'elsewhere@people.example')).token))
    await homeroom.database.sql('insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), id, $1, \'READ_ONLY\' from platform.account where email = \'elsewhere@people.example\'', [oakfield.tenantId])
    expect(errorCode(await accept(homeroom, newcomer(token)))).toBe('ALREADY_MEMBER')
    expect(await homeroom.database.sql('select role from platform.membership m join platform.account a on a.id = account_id where tenant_id = $1 and email = \'elsewhere@people.example\'', [oakfield.tenantId])).toEqual([{ role: 'READ_ONLY' }])
  })
})

describe('links that no longer work answer alike, wherever they are tried', () => {
  const unknown = 'x'.repeat(43)
  test.each<[string, () => Promise<string>]>([
    ['malformed', async () => '\' or true --'],
    ['empty', async () => ''],
    ['enormous', async () => 'x'.repeat(50_000)],
    ['an invitation\'s id', async () => (await invite(oakfield, 'by-id@people.example')).id],
    ['used', async () => {
      const { token } = await invited(homeroom, oakfield, 'used@people.example')
      expect((await accept(homeroom, newcomer(token))).errors).toBeUndefined()
      return token
    }],
    ['revoked', async () => {
      const { id, token } = await invited(homeroom, oakfield, 'revoked@people.example')
      await revokeInvitation(oakfield, id)
      return token
    }],
    ['expired', async () => {
      const { id, token } = await invited(homeroom, oakfield, 'expired@people.example')
      await homeroom.database.sql('update platform.invitation set expires_at = now() where id = $1', [id])
      return token
    }],
    ...(['SUSPENDED', 'ARCHIVED', 'DELETING'] as const).map(lifecycle => [`of a school that is ${lifecycle}`, async () => {
      const school = await homeroom.signUp(`a-${lifecycle.toLowerCase()}`)
      const { token } = await invited(homeroom, school, `${lifecycle}@people.example`)
      await homeroom.database.sql('update platform.tenant set lifecycle = $2 where id = $1', [school.tenantId, lifecycle])
      return token
    }] as [string, () => Promise<string>]),
  ])('%s', async (_, make) => {
    const token = await make()
    expect(shown(await look(token))).toEqual(shown(await look(unknown)))
    expect(shown(await accept(homeroom, newcomer(token)))).toEqual(shown(await accept(homeroom, newcomer(unknown))))
    expect(errorCode(await accept(homeroom, newcomer(token)))).toBe('NOT_FOUND')
  })

  test('the secret of a link is no access token', async () => {
    const { token } = await invited(homeroom, oakfield, 'bearer@people.example')
    for (const value of [token, `${token}.${token}.${token}`])
      expect((await homeroom.visitor.as(value).send('{ viewer { id } }')).status).toBe(401)
  })
})

describe('at once', () => {
  test('a link is used once, by somebody new', async () => {
    const { token } = await invited(homeroom, oakfield, 'twins@people.example')
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => accept(homeroom, newcomer(token, { name: `Twin ${n}` }))))
    expect(answers.map(errorCode).sort()).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', undefined])
    expect(await homeroom.database.sql('select 1 from platform.account where email = \'twins@people.example\'')).toHaveLength(1)
    expect(await homeroom.database.sql('select 1 from platform.session s join platform.account a on a.id = account_id where email = \'twins@people.example\'')).toHaveLength(1)
  })

  test('a link is used once, by somebody with an account', async () => {
    const { email } = await homeroom.signUp('traveller')
    const { token } = await invited(homeroom, oakfield, email)
    const answers = await Promise.all(Array.from({ length: 4 }, () => accept(homeroom, newcomer(token))))
    expect(answers.map(errorCode).sort()).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', undefined])
  })

  test('two schools\' links for one new address make one account, and both can be used', async () => {
    const tokens = await Promise.all([oakfield, riverside].map(async school => (await invited(homeroom, school, `both@people.example`)).token))
    const answers = await Promise.all(tokens.map(token => accept(homeroom, newcomer(token))))
    for (const [n, answer] of answers.entries()) {
      if (answer.errors) {
        expect(errorCode(answer)).toBe('CONFLICT')
        expect((await accept(homeroom, newcomer(tokens[n]!))).errors).toBeUndefined()
      }
    }
    expect(await homeroom.database.sql('select m.role from platform.membership m join platform.account a on a.id = m.account_id where email = \'both@people.example\'')).toHaveLength(2)
  })

  test('whoever is invited again while accepting is a member by then', async () => {
    const { adminUrl } = homeroom.database
    const { token } = await invited(homeroom, oakfield, 'hasty@people.example')
    const release = await holdLock(adminUrl, 'lock table platform.membership in share mode')
    const accepting = accept(homeroom, newcomer(token))
    await waits(sqlOf(adminUrl), { by: 'homeroom platform', inStatement: 'insert into "platform"."membership"' })
    const inviting = oakfield.client.send(inviteMember, { input: { email: 'hasty@people.example', role: 'ADMIN' } })
    await waits(sqlOf(adminUrl), { by: 'homeroom platform', inStatement: 'update platform.invitation set revoked_at' })
    await release()
    expect([errorCode(await accepting), errorCode(await inviting)]).toEqual([undefined, 'EMAIL_TAKEN'])
    expect((await openInvitations(oakfield)).map(({ email }) => email)).not.toContain('hasty@people.example')
  })

  test('an invitation taken back while it is accepted is one of both, never both', async () => {
    for (let round = 0; round < 5; round++) {
      const email = `round-${round}@people.example`
      const { id, token } = await invited(homeroom, oakfield, email)
      const [accepted, revoked] = await Promise.all([accept(homeroom, newcomer(token)), revokeInvitation(oakfield, id)])
      expect([accepted.errors === undefined, revoked.errors === undefined].filter(Boolean)).toHaveLength(1)
      expect(await homeroom.database.sql('select 1 from platform.account where email = $1', [email])).toHaveLength(accepted.errors ? 0 : 1)
    }
  })
})
