import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { enrol, signedIn, signIn } from '../../../test/harness/sign-in.ts'

const newPassword = 'purple lanterns over harbour'

let homeroom: TestHomeroom

beforeAll(async () => { homeroom = await openHomeroom() })
afterEach(() => { vi.restoreAllMocks() })
afterAll(() => homeroom?.stop())

const code = (answer: { errors?: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code ?? 'OK'
const request = (email: string) => homeroom.visitor.send('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email })
const reset = (token: string, pass = newPassword) => homeroom.visitor.send('mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) }', { input: { token, password: pass } })
async function resetMail(email: string) {
  await request(email)
  return homeroom.mailbox.next(email, /new password/)
}
const canSignIn = async (email: string, pass: string) => code(await signIn(homeroom.visitor, { email, password: pass }))
const recorded = async (tenantId: string) => (await homeroom.database.sql<{ said: string }>('select action || coalesce(\' \' || (details ->> \'reason\'), \'\') as said from platform.audit_event where chain = $1 order by sequence', [tenantId])).map(({ said }) => said)

describe('a password is changed', () => {
  const change = (client: TestHomeroom['visitor'], currentPassword: string, pass = newPassword) => client.send('mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }', { input: { currentPassword, newPassword: pass } })

  test('by who knows the present one: other sessions end, this one stays, the owner is told', async () => {
    const { email, client, tenantId } = await homeroom.signUp('changing')
    const other = await signedIn(homeroom.visitor, { email, password })
    expect(code(await change(client, password))).toBe('OK')
    expect(code(await client.send('{ viewer { id } }'))).toBe('OK')
    expect(code(await other.client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
    expect(code(await homeroom.visitor.send('mutation { refreshSession { expiresAt } }', {}, { cookie: other.cookie }))).toBe('UNAUTHENTICATED')
    expect([await canSignIn(email, password), await canSignIn(email, newPassword)]).toEqual(['INVALID_CREDENTIALS', 'OK'])
    expect((await homeroom.mailbox.next(email, /password was changed/)).link).toMatch(/\/forgot-password$/)
    expect(await recorded(tenantId)).toEqual(['tenant.created', 'session.started', 'session.started', 'session.ended PASSWORD_CHANGED', 'account.passwordChanged', 'session.started'])
  })

  test('by nobody else, and not to one that is easy to guess', async () => {
    const { email, client } = await homeroom.signUp('unchanged')
    expect((await change(client, 'not the password')).errors?.[0]?.extensions).toMatchObject({ code: 'WRONG_PASSWORD', fields: [{ path: ['currentPassword'] }] })
    expect((await change(client, password, 'unchanged head')).errors?.[0]?.extensions).toMatchObject({ code: 'WEAK_PASSWORD', fields: [{ path: ['newPassword'] }] })
    expect(code(await change(homeroom.visitor, password))).toBe('UNAUTHENTICATED')
    expect(await canSignIn(email, password)).toBe('OK')
  })

  test('and a link that was under way is of no more use', async () => {
    const { email, client } = await homeroom.signUp('underway')
    const { token } = await resetMail(email)
    await change(client, password)
    expect(code(await reset(token, 'grey pigeons under a bridge'))).toBe('LINK_INVALID')
  })
})

describe('a password is reset', () => {
  test('by the link of a mail: all sessions end, the address is confirmed, other links are void', async () => {
    const { email, client, tenantId } = await homeroom.signUp('resetting')
    const earlier = await resetMail(email)
    const mail = await resetMail(email)
    expect(mail.link).toMatch(/\/reset-password#token=[\w-]{43}$/)
    expect(code(await reset(mail.token))).toBe('OK')
    expect(code(await client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
    expect([await canSignIn(email, password), await canSignIn(email, newPassword)]).toEqual(['INVALID_CREDENTIALS', 'OK'])
    const { client: anew } = await signedIn(homeroom.visitor, { email, password: newPassword })
    expect(await anew.ask('{ viewer { emailVerified } }')).toEqual({ viewer: { emailVerified: true } })
    expect([code(await reset(earlier.token)), code(await reset(mail.token))]).toEqual(['LINK_INVALID', 'LINK_INVALID'])
    await homeroom.mailbox.next(email, /password was changed/)
    expect((await recorded(tenantId)).slice(2, 4)).toEqual(['session.ended PASSWORD_CHANGED', 'account.passwordReset'])
  })

  test('once, also when the link is used twice at once', async () => {
    const { email } = await homeroom.signUp('twice')
    const { token } = await resetMail(email)
    const answers = await Promise.all([reset(token, newPassword), reset(token, 'grey pigeons under a bridge')])
    expect(answers.map(code).sort()).toEqual(['LINK_INVALID', 'OK'])
    const winner = code(answers[0]) === 'OK' ? newPassword : 'grey pigeons under a bridge'
    expect(await canSignIn(email, winner)).toBe('OK')
  })

  test('once, also when two links are used at once', async () => {
    const { email } = await homeroom.signUp('two-links')
    const [one, two] = [await resetMail(email), await resetMail(email)]
    const answers = await Promise.all([reset(one.token, newPassword), reset(two.token, 'grey pigeons under a bridge')])
    expect(answers.map(code).sort()).toEqual(['LINK_INVALID', 'OK'])
  })

  test('not to one that is easy to guess; the link may be used again', async () => {
    const { email } = await homeroom.signUp('guessable')
    const { token } = await resetMail(email)
    expect((await reset(token, 'password12')).errors?.[0]?.extensions).toMatchObject({ code: 'WEAK_PASSWORD', fields: [{ path: ['password'] }] })
    expect(code(await reset(token))).toBe('OK')
  })

  test.each<[string, string, (email: string) => Promise<unknown>]>([
    ['an hour after its mail', 'expired', email => homeroom.database.sql('update platform.account_token t set expires_at = now() - interval \'1 second\' from platform.account a where a.id = account_id and email = $1', [email])],
    ['once the account is disabled', 'disabled', email => homeroom.database.sql('update platform.account set disabled_at = now() where email = $1', [email])],
  ])('not %s', async (_, slug, change) => {
    const { email } = await homeroom.signUp(slug)
    const { token } = await resetMail(email)
    await change(email)
    expect(code(await reset(token))).toBe('LINK_INVALID')
  })

  test('not by a link of another kind, nor by anything else', async () => {
    const { email } = await homeroom.signUp('kinds')
    const { token } = await homeroom.mailbox.next(email, /Confirm/)
    for (const wrong of [token, '', 'x', 'A'.repeat(43), `${token}x`, '%', 'A'.repeat(50_000)])
      expect(code(await reset(wrong))).toBe('LINK_INVALID')
  })

  test('a link works for an hour', async () => {
    const { email } = await homeroom.signUp('lasting')
    await resetMail(email)
    expect(await homeroom.database.sql('select round(extract(epoch from expires_at - t.created_at))::int as seconds from platform.account_token t join platform.account a on a.id = account_id where email = $1 and kind = \'PASSWORD_RESET\'', [email])).toEqual([{ seconds: 3600 }])
  })
})

describe('who asks for a link', () => {
  test('learns nothing of whether there is an account, in answer or work', async () => {
    const { email } = await homeroom.signUp('asked')
    await homeroom.mailbox.next(email)
    const work = []
    for (const address of [email, 'nobody@asked.example']) {
      const query = vi.spyOn(pg.Client.prototype, 'query')
      const { status, data, errors } = await request(address)
      const statements = query.mock.calls
        .filter((_, call) => { return applicationOf(query.mock.contexts[call]!) === 'homeroom platform' })
        .map(([asked]) => (typeof asked === 'string' ? asked : (asked as { text: string }).text).replace(/'(?:[^']|'')*'/g, '\'\''))
      query.mockRestore()
      work.push({ status, data, errors, statements })
    }
    expect(work[0]!.statements.length).toBeGreaterThan(2)
    expect(work[1]).toEqual(work[0])
    await homeroom.mailbox.next(email, /new password/)
    expect((await homeroom.mailbox.all()).filter(({ to }) => to === 'nobody@asked.example')).toEqual([])
  })

  test('fills nobody\'s mailbox: five mails go in an hour', async () => {
    const limited = await homeroom.startApi({ rateLimits: true })
    const { email } = await homeroom.signUp('flooded')
    for (let time = 0; time < 8; time++) {
      const answer = await fetch(`${limited.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: `mutation { requestPasswordReset(email: "${email}") }` }) })
      expect(await answer.json()).toEqual({ data: { requestPasswordReset: true } })
      if (time < 5)
        await homeroom.mailbox.next(email, /new password/)
    }
    expect(await homeroom.database.sql('select count(*)::int as jobs from pgboss.job where name = \'send-mail\' and data ->> \'kind\' = \'PASSWORD_RESET\' and data ->> \'id\' = (select id::text from platform.account where email = $1)', [email])).toEqual([{ jobs: 5 }])
    await limited.stop()
  })
})

describe('an address somebody else signed up with', () => {
  test('goes to who reads its mailbox: the reset ends the other\'s sessions and takes their second factor', async () => {
    const squatter = await homeroom.signUp('squatted')
    await enrol(squatter.client)
    const { token } = await resetMail(squatter.email)
    expect(code(await reset(token))).toBe('OK')
    expect(code(await squatter.client.send('{ viewer { id } }'))).toBe('UNAUTHENTICATED')
    const { client } = await signedIn(homeroom.visitor, { email: squatter.email, password: newPassword })
    expect(await client.ask('{ viewer { secondFactor emailVerified } }')).toEqual({ viewer: { secondFactor: false, emailVerified: true } })
  })

  test('where the address was confirmed before, the second factor stays', async () => {
    const { email, client } = await homeroom.signUp('confirmed')
    const { token: verification } = await homeroom.mailbox.next(email, /Confirm/)
    await homeroom.visitor.ask('mutation ($token: String!) { verifyEmail(token: $token) }', { token: verification })
    await enrol(client)
    expect(code(await reset((await resetMail(email)).token))).toBe('OK')
    expect(await canSignIn(email, newPassword)).toBe('SECOND_FACTOR_REQUIRED')
  })
})

/** Which part a connection belongs to: the worker has its own, in this same process. */
function applicationOf(client: unknown): string | undefined {
  return (client as { connectionParameters?: { application_name?: string } }).connectionParameters?.application_name
}
