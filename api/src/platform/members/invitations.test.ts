import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Invited } from '../../../test/harness/invitations.ts'
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { accept, acceptInvitation, errorCode, invitationTrail, invite, invited, inviteMember, newcomer, openInvitations, previewInvitation, refusedFields, revokeInvitation, shown } from '../../../test/harness/invitations.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ config: { baseUrl: 'https://homeroom.example' } })
  oakfield = await homeroom.signUp('oakfield', { name: 'Oakfield CANARY-OAK' })
  riverside = await homeroom.signUp('riverside', { name: 'Riverside CANARY-RIVER' })
})
afterAll(() => homeroom?.stop())

const look = (token: string) => homeroom.visitor.send<{ invitation: object }>(previewInvitation, { token })

describe('inviting', () => {
  test('sends a mail that says who asks whom to join what, with a link of the configured origin whatever the request\'s host', async () => {
    const { data } = await oakfield.client.send<{ inviteMember: Invited }>(inviteMember, { input: { email: 'grace@people.example', role: 'OFFICE' } }, { 'x-forwarded-host': 'evil.example', 'forwarded': 'host=evil.example' })
    expect(data!.inviteMember).toMatchObject({ email: 'grace@people.example', role: 'OFFICE', expired: false, invitedBy: { email: oakfield.email } })
    expect(Date.parse(data!.inviteMember.expiresAt) - Date.parse(data!.inviteMember.createdAt)).toBe(7 * 24 * 3600 * 1000)
    const mail = await homeroom.mailbox.next('grace@people.example')
    expect(mail.subject).toBe('Join Oakfield CANARY-OAK on Homeroom')
    expect(mail.text).toContain('Alex Head invites you to join Oakfield CANARY-OAK on Homeroom as a member of the office.')
    expect(mail.link).toMatch(/^https:\/\/homeroom\.example\/invitation#token=[\w-]{43}$/)
    const [stored] = await homeroom.database.sql<{ token_hash: Buffer }>('select token_hash from platform.invitation where id = $1', [data!.inviteMember.id])
    expect(stored!.token_hash).toEqual(createHash('sha256').update(mail.token).digest())
    expect((await invitationTrail(homeroom, oakfield)).at(-1)).toEqual({ action: 'invitation.created', subject_id: data!.inviteMember.id, details: { email: 'grace@people.example', role: 'OFFICE' }, actor: oakfield.email })
  })

  test('an address that is invited already gets another invitation, and the old link is void at once', async () => {
    const first = await invited(homeroom, oakfield, 'renewed@people.example', 'ADMIN')
    await homeroom.database.sql('update platform.invitation set expires_at = now() where id = $1', [first.id])
    expect((await openInvitations(oakfield)).find(({ id }) => id === first.id)).toMatchObject({ expired: true })
    const second = await invite(oakfield, ' Renewed@PEOPLE.example ', 'READ_ONLY')
    await homeroom.database.sql('update platform.invitation set expires_at = now() + interval \'1 day\' where id = $1', [first.id])
    expect(shown(await look(first.token))).toEqual(shown(await look('x'.repeat(43))))
    expect((await openInvitations(oakfield)).filter(({ email }) => /renewed/i.test(email))).toMatchObject([{ id: second.id, role: 'READ_ONLY', expired: false }])
    const { token } = await homeroom.mailbox.next('renewed@people.example')
    expect((await look(token)).data?.invitation).toMatchObject({ role: 'READ_ONLY' })
    expect((await invitationTrail(homeroom, oakfield)).at(-1)).toMatchObject({ action: 'invitation.renewed', subject_id: second.id, details: { replaces: first.id } })
  })

  test('of many at once for one address one stays open', async () => {
    const before = (await invitationTrail(homeroom, oakfield)).length
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => invite(oakfield, n % 2 ? 'many@people.example' : 'MANY@people.example')))
    const left = (await openInvitations(oakfield)).filter(({ email }) => /many/i.test(email))
    expect(left).toHaveLength(1)
    expect(answers.map(({ id }) => id)).toContain(left[0]!.id)
    const actions = (await invitationTrail(homeroom, oakfield)).slice(before).map(({ action }) => action)
    expect(actions).toEqual(['invitation.created', ...Array.from({ length: 7 }).fill('invitation.renewed')])
  })

  test.each(['head@oakfield.example', 'HEAD@Oakfield.example', '  head@oakfield.example '])('a member cannot be invited, as %j', async (email) => {
    const answer = await oakfield.client.send(inviteMember, { input: { email, role: 'TEACHER' } })
    expect({ code: errorCode(answer), fields: refusedFields(answer) }).toEqual({ code: 'EMAIL_TAKEN', fields: ['email EMAIL_TAKEN'] })
    expect(await homeroom.database.sql('select 1 from platform.invitation where lower(email) = \'head@oakfield.example\'')).toEqual([])
  })

  test.each([
    ['not an address', { email: 'nobody', role: 'TEACHER' }, ['email INVALID']],
    ['nothing', { email: ' ', role: 'TEACHER' }, ['email REQUIRED']],
    ['two lines', { email: 'a@people.example\r\nBcc: b@people.example', role: 'TEACHER' }, ['email INVALID']],
  ])('%s is refused', async (_, input, fields) => {
    expect(refusedFields(await oakfield.client.send(inviteMember, { input }))).toEqual(fields)
  })

  test.each(['id', 'tenantId', 'tokenHash', 'expiresAt', 'invitedBy', 'acceptedAt'])('%s is nobody\'s to set', async (field) => {
    const answer = await oakfield.client.send(inviteMember, { input: { email: 'mass@people.example', role: 'TEACHER', [field]: riverside.tenantId } })
    expect({ status: answer.status, code: errorCode(answer) }).toEqual({ status: 400, code: 'BAD_USER_INPUT' })
    expect(await homeroom.database.sql('select 1 from platform.invitation where email = \'mass@people.example\'')).toEqual([])
  })

  test('whether an address is nobody\'s, an account\'s or a superadmin\'s shows in nothing', async () => {
    const superadmin = await openSuperadmin(homeroom, 'Sue Super')
    const { email } = await homeroom.signUp('known')
    const answers = await Promise.all(['nobody@people.example', email, superadmin.email].map(email => oakfield.client.send<{ inviteMember: Invited }>(inviteMember, { input: { email, role: 'TEACHER' } })))
    const words = answers.map(({ status, data, errors }) => ({ status, errors, fields: Object.keys(data!.inviteMember), by: data!.inviteMember.invitedBy, expired: data!.inviteMember.expired }))
    expect(words).toEqual(words.map(() => words[0]))
    expect(words[0]).toMatchObject({ status: 200, errors: undefined })
  })

  test('one school\'s admin sees nothing of the other\'s invitations, and nobody else sees any', async () => {
    await invite(oakfield, 'canary-oak@people.example')
    await invite(riverside, 'canary-river@people.example')
    expect(JSON.stringify(await openInvitations(oakfield))).not.toMatch(/riverside|canary-river/i)
    expect(JSON.stringify(await openInvitations(riverside))).not.toMatch(/oakfield|canary-oak/i)
    expect(JSON.stringify(await openInvitations(riverside))).toContain('canary-river@people.example')
  })
})

describe('taking back', () => {
  test('makes the link void, and leaves the list', async () => {
    const { id, token } = await invited(homeroom, oakfield, 'unwanted@people.example')
    expect((await revokeInvitation(oakfield, id)).data).toEqual({ revokeInvitation: true })
    expect(errorCode(await accept(homeroom, newcomer(token)))).toBe('NOT_FOUND')
    expect((await openInvitations(oakfield)).map(invitation => invitation.id)).not.toContain(id)
    expect((await invitationTrail(homeroom, oakfield)).at(-1)).toMatchObject({ action: 'invitation.revoked', subject_id: id, actor: oakfield.email })
  })

  test('another school\'s, a missing, a malformed and an answered one are not found alike', async () => {
    const foreign = await invite(riverside, 'foreign@people.example')
    const gone = await invite(oakfield, 'gone@people.example')
    await revokeInvitation(oakfield, gone.id)
    const answers = await Promise.all([foreign.id, randomUUID(), 'nonsense', foreign.id.toUpperCase(), '', gone.id].map(id => revokeInvitation(oakfield, id)))
    expect(errorCode(answers[0]!)).toBe('NOT_FOUND')
    expect(answers.map(shown)).toEqual(answers.map(() => shown(answers[0]!)))
    expect((await openInvitations(riverside)).map(({ id }) => id)).toContain(foreign.id)
  })
})

describe('mails', () => {
  test('are not sent for what was taken back, has expired or cannot be accepted by the time a worker comes', async () => {
    const other = await openHomeroom({ worker: false })
    try {
      const school = await other.signUp('greenhill')
      const shut = await other.signUp('shut')
      const ask = async (by: SignedUp, email: string) => (await by.client.ask<{ inviteMember: Invited }>(inviteMember, { input: { email, role: 'TEACHER' } })).inviteMember.id
      const { email: disabled } = await other.signUp('disabled')
      const ids = { revoked: await ask(school, 'revoked@people.example'), expired: await ask(school, 'expired@people.example') }
      await ask(school, disabled)
      await ask(shut, 'shut@people.example')
      await ask(school, 'wanted@people.example')
      await school.client.ask('mutation ($id: ID!) { revokeInvitation(id: $id) }', { id: ids.revoked })
      await other.database.sql('update platform.invitation set expires_at = now() where id = $1', [ids.expired])
      await other.database.sql('update platform.account set disabled_at = now() where email = $1', [disabled])
      await other.database.sql('update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1', [shut.tenantId])
      await other.startWorker()
      await expect.poll(() => other.database.sql('select 1 from pgboss.job where name = \'send-mail\' and data ->> \'kind\' = \'INVITATION\' and state <> \'completed\'')).toEqual([])
      expect((await other.mailbox.all()).filter(({ subject }) => subject.startsWith('Join')).map(({ to }) => to)).toEqual(['wanted@people.example'])
    }
    finally {
      await other.stop()
    }
  })
})

describe('limits', () => {
  test('guessing a password by a link is guessing it at sign-in: slowed down together', async () => {
    const limited = graphqlClient((await homeroom.startApi({ rateLimits: true })).url)
    const { email } = await homeroom.signUp('guessed')
    const { token } = await invited(homeroom, oakfield, email)
    const guess = () => limited.send(acceptInvitation, { input: newcomer(token, { password: 'not the password at all' }) })
    // What is waited for is not over before it has been looked at.
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const codes: unknown[] = []
    for (let n = 0; n < 6; n++)
      codes.push(errorCode(await guess()))
    expect(codes).toEqual([...Array.from({ length: 5 }).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED'])
    expect(errorCode(await limited.send('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email, password } }))).toBe('RATE_LIMITED')
  })

  test('a school invites 50 an hour, and another school\'s are its own', async () => {
    const limited = await homeroom.startApi({ rateLimits: true })
    const visitor = graphqlClient(limited.url)
    const [eager, calm] = await Promise.all(['eager', 'calm'].map(async (slug) => {
      const { email } = await homeroom.signUp(slug)
      const { signIn } = await visitor.ask<{ signIn: { accessToken: string } }>('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email, password } })
      return visitor.as(signIn.accessToken)
    }))
    const asking = (client = eager!) => client.send(inviteMember, { input: { email: 'one@people.example', role: 'TEACHER' } })
    for (let n = 0; n < 50; n++)
      expect((await asking()).errors).toBeUndefined()
    const refused = await asking()
    expect({ status: refused.status, code: errorCode(refused) }).toEqual({ status: 429, code: 'RATE_LIMITED' })
    expect((await asking(calm!)).errors).toBeUndefined()
  })

  test('guessing links is slowed down by address', async () => {
    await homeroom.database.sql('delete from platform.rate_limit')
    const limited = graphqlClient((await homeroom.startApi({ rateLimits: true })).url)
    const tries = await Promise.all(Array.from({ length: 61 }, () => limited.send(previewInvitation, { token: 'x'.repeat(43) })))
    expect(tries.map(errorCode).filter(code => code === 'RATE_LIMITED')).toHaveLength(1)
    const answers = await Promise.all(Array.from({ length: 31 }, () => limited.send(acceptInvitation, { input: newcomer('x'.repeat(43)) })))
    expect(answers.map(errorCode).filter(code => code === 'RATE_LIMITED')).toHaveLength(1)
  })
})
