import type { Answer, GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { accept, errorCode, invited, newcomer, shown } from '../../../test/harness/invitations.ts'
import { holdLock } from '../../../test/harness/process-holds.ts'
import { cookieOf } from '../../../test/harness/sign-in.ts'

let homeroom: TestHomeroom

beforeAll(async () => { homeroom = await openHomeroom({ patient: true }) })
afterAll(() => homeroom?.stop())

interface Listed { id: string, role: string, createdAt: string, lastActiveAt: string | null, secondFactor: boolean, account: { id: string, name: string, email: string } }
interface Person { id: string, email: string, client: GraphqlClient, cookie: string }

const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const list = async (client: GraphqlClient) => (await client.ask<{ members: Listed[] }>('{ members { id role createdAt lastActiveAt secondFactor account { id name email } } }')).members
const changeRole = (client: GraphqlClient, id: string, role: string) => client.send<{ changeMemberRole: Listed }>('mutation ($id: ID!, $role: MemberRole!) { changeMemberRole(id: $id, role: $role) { id role account { email } } }', { id, role })
const remove = (client: GraphqlClient, id: string) => client.send<{ removeMember: boolean }>('mutation ($id: ID!) { removeMember(id: $id) }', { id })
const viewer = (client: GraphqlClient) => client.send('{ viewer { role } }')
const rolesIn = async (school: SignedUp) => (await sql<{ role: string }>('select role from platform.membership where tenant_id = $1 order by created_at', [school.tenantId])).map(({ role }) => role)
const trail = async (school: SignedUp) => sql<{ action: string, subject_id: string, details: object }>('select action, subject_id, details from platform.audit_event where chain = $1 and (action like \'membership.%\' or action = \'session.ended\') order by sequence', [school.tenantId])

/** Invites somebody, who accepts. */
async function join(school: SignedUp, role: string, email = `${randomUUID()}@people.example`): Promise<Person> {
  const { token } = await invited(homeroom, school, email, role)
  const answer = await accept(homeroom, newcomer(token, { name: 'Jo Joined' }))
  return { id: await membershipOf(school, email), email, client: homeroom.visitor.as(answer.data!.acceptInvitation.accessToken), cookie: cookieOf(answer) }
}
async function membershipOf({ tenantId }: SignedUp, email: string): Promise<string> {
  const [row] = await sql<{ id: string }>('select m.id from platform.membership m join platform.account a on a.id = m.account_id where m.tenant_id = $1 and a.email = $2', [tenantId, email])
  return row!.id
}
/** What is said on the bus about access while `fn` runs. */
async function heard(fn: () => Promise<unknown>): Promise<unknown[]> {
  const listener = new pg.Client({ connectionString: homeroom.database.urls.listener })
  await listener.connect()
  onTestFinished(() => listener.end())
  const said: unknown[] = []
  listener.on('notification', ({ payload }) => said.push(JSON.parse(payload!)))
  await listener.query('listen access_changed')
  await fn()
  await listener.query('select 1') // what was committed before has been delivered with this answer
  return said
}

describe('the list', () => {
  test('says who belongs here, when they were last active here and whether they have a second factor', async () => {
    const oakfield = await homeroom.signUp('oakfield')
    const riverside = await homeroom.signUp('riverside')
    const jo = await join(oakfield, 'TEACHER', 'jo-canary-oak@people.example')
    await join(riverside, 'TEACHER', 'canary-river@people.example')
    await join(riverside, 'OFFICE', jo.email) // in both: what happens there is not shown here
    await sql('update platform.session set last_used_at = \'2026-01-02T03:04:05Z\' where tenant_id = $1 and account_id = (select id from platform.account where email = $2)', [oakfield.tenantId, jo.email])
    await sql('update platform.account set totp_secret = \'\\x00\', totp_confirmed_at = now() where email = $1', [jo.email])
    const members = await list(oakfield.client)
    expect(members).toHaveLength(2)
    expect(members.find(({ id }) => id === jo.id)).toMatchObject({ role: 'TEACHER', lastActiveAt: '2026-01-02T03:04:05.000Z', secondFactor: true, account: { name: 'Jo Joined', email: jo.email } })
    expect(members.find(({ account }) => account.email === oakfield.email)).toMatchObject({ role: 'ADMIN', secondFactor: false })
    expect(JSON.stringify(members)).not.toMatch(/river/)
    expect(JSON.stringify(await list(riverside.client))).not.toContain(oakfield.email)
  })

  test('somebody who never signed in was never active', async () => {
    const school = await homeroom.signUp('quiet')
    const jo = await join(school, 'TEACHER')
    await sql('delete from platform.session where account_id = (select id from platform.account where email = $1)', [jo.email])
    expect((await list(school.client)).find(({ id }) => id === jo.id)?.lastActiveAt).toBeNull()
  })
})

describe('a role', () => {
  test('holds from the next request on, with the token there is', async () => {
    const school = await homeroom.signUp('changing')
    const jo = await join(school, 'TEACHER')
    expect(errorCode(await jo.client.send('{ members { id } }'))).toBe('FORBIDDEN')
    expect((await changeRole(school.client, jo.id, 'ADMIN')).data).toEqual({ changeMemberRole: { id: jo.id, role: 'ADMIN', account: { email: jo.email } } })
    expect((await jo.client.send('{ members { id } }')).errors).toBeUndefined()
    await changeRole(school.client, jo.id, 'READ_ONLY')
    expect(errorCode(await jo.client.send('{ members { id } }'))).toBe('FORBIDDEN')
    const [{ account_id: accountId } = {}] = await sql<{ account_id: string }>('select account_id from platform.membership where id = $1', [jo.id])
    expect((await trail(school)).slice(-2)).toEqual([
      { action: 'membership.roleChanged', subject_id: jo.id, details: { accountId, from: 'TEACHER', to: 'ADMIN' } },
      { action: 'membership.roleChanged', subject_id: jo.id, details: { accountId, from: 'ADMIN', to: 'READ_ONLY' } },
    ])
  })

  test('that stays the same is no change', async () => {
    const school = await homeroom.signUp('unchanged')
    const before = await trail(school)
    const id = await membershipOf(school, school.email)
    expect(await heard(async () => expect((await changeRole(school.client, id, 'ADMIN')).data?.changeMemberRole.role).toBe('ADMIN'))).toEqual([])
    expect(await trail(school)).toEqual(before)
  })

  test.each(['SUPERADMIN', 'admin', ''])('%j is none', async (role) => {
    const school = await homeroom.signUp(`no-${role.length}-role`)
    expect(errorCode(await changeRole(school.client, await membershipOf(school, school.email), role))).toBe('BAD_USER_INPUT')
  })
})

describe('a removed member', () => {
  test('is signed out of this school at once, and of no other', async () => {
    const school = await homeroom.signUp('leaving')
    const elsewhere = await homeroom.signUp('elsewhere')
    const jo = await join(school, 'OFFICE')
    const there = await join(elsewhere, 'TEACHER', jo.email)
    expect((await remove(school.client, jo.id)).data).toEqual({ removeMember: true })
    expect((await viewer(jo.client)).status).toBe(401)
    expect((await homeroom.visitor.send('mutation { refreshSession { accessToken } }', {}, { cookie: jo.cookie })).status).toBe(401)
    expect((await viewer(there.client)).data).toEqual({ viewer: { role: 'TEACHER' } })
    expect(await sql('select tenant_id, revoked_reason from platform.session where revoked_at is not null and account_id = (select id from platform.account where email = $1)', [jo.email])).toEqual([{ tenant_id: school.tenantId, revoked_reason: 'MEMBERSHIP_ENDED' }])
    expect((await trail(school)).slice(-2)).toMatchObject([{ action: 'session.ended', details: { reason: 'MEMBERSHIP_ENDED', sessions: 1 } }, { action: 'membership.removed', subject_id: jo.id, details: { role: 'OFFICE' } }])
    expect((await list(school.client)).map(({ id }) => id)).not.toContain(jo.id)
  })

  test('may be invited again, and gets no old session back', async () => {
    const school = await homeroom.signUp('returning')
    const jo = await join(school, 'OFFICE')
    await remove(school.client, jo.id)
    const again = await join(school, 'TEACHER', jo.email)
    expect((await viewer(again.client)).data).toEqual({ viewer: { role: 'TEACHER' } })
    expect((await viewer(jo.client)).status).toBe(401)
  })
})

test('every process hears whose access has changed', async () => {
  const school = await homeroom.signUp('heard')
  const jo = await join(school, 'OFFICE')
  const [{ account_id: accountId } = {}] = await sql<{ account_id: string }>('select account_id from platform.membership where id = $1', [jo.id])
  expect(await heard(() => changeRole(school.client, jo.id, 'TEACHER'))).toEqual([{ accountId }])
  expect(await heard(() => remove(school.client, jo.id))).toEqual([{ accountId }])
})

describe('another school\'s member, one who is missing and an id that is none are not found alike', () => {
  test.each<[string, (client: GraphqlClient, id: string) => Promise<Answer<unknown>>]>([
    ['changeMemberRole', (client, id) => changeRole(client, id, 'READ_ONLY')],
    ['removeMember', remove],
  ])('%s', async (name, act) => {
    const mine = await homeroom.signUp(`mine-${name.length}`)
    const theirs = await homeroom.signUp(`theirs-${name.length}`)
    const jo = await join(theirs, 'OFFICE')
    const gone = await join(mine, 'OFFICE')
    await remove(mine.client, gone.id)
    const ids = [jo.id, await membershipOf(theirs, theirs.email), gone.id, randomUUID(), jo.id.toUpperCase(), `{${jo.id}}`, 'nonsense', '', theirs.tenantId]
    const answers = await Promise.all(ids.map(id => act(mine.client, id)))
    expect(errorCode(answers[0]!)).toBe('NOT_FOUND')
    expect(answers.map(shown)).toEqual(answers.map(() => shown(answers[0]!)))
    expect(await rolesIn(theirs)).toEqual(['ADMIN', 'OFFICE'])
    expect((await viewer(jo.client)).data).toEqual({ viewer: { role: 'OFFICE' } })
  })
})

describe('the last admin stays', () => {
  test.each<[string, (client: GraphqlClient, id: string) => Promise<Answer<unknown>>]>([
    ['removed', remove],
    ['made an office', (client, id) => changeRole(client, id, 'OFFICE')],
    ['made a reader', (client, id) => changeRole(client, id, 'READ_ONLY')],
  ])('and is not %s by themself', async (what, act) => {
    const school = await homeroom.signUp(`alone-${what.length}`)
    await join(school, 'OFFICE')
    const answer = await act(school.client, await membershipOf(school, school.email))
    expect({ status: answer.status, code: errorCode(answer) }).toEqual({ status: 409, code: 'LAST_ADMIN' })
    expect(await rolesIn(school)).toEqual(['ADMIN', 'OFFICE'])
  })

  test('an admin whose account is disabled manages nothing, and does not count', async () => {
    const school = await homeroom.signUp('sleeping')
    const { email } = await join(school, 'ADMIN')
    await sql('update platform.account set disabled_at = now() where email = $1', [email])
    expect(errorCode(await remove(school.client, await membershipOf(school, school.email)))).toBe('LAST_ADMIN')
  })

  /** Both are past the door and wait for their turn before either goes on. */
  async function together(school: SignedUp, ...acts: (() => Promise<Answer<unknown>>)[]): Promise<Answer<unknown>[]> {
    const release = await holdLock(homeroom.database.adminUrl, `select 1 from platform.tenant where id = '${school.tenantId}' for update`)
    const answers: Promise<Answer<unknown>>[] = []
    for (const act of acts) {
      answers.push(act())
      // In this order: PostgreSQL serves those who wait in the order they came.
      await expect.poll(() => sql('select 1 from pg_stat_activity where datname = current_database() and wait_event_type = \'Lock\' and query like \'%no key update%\''), { interval: 10 }).toHaveLength(answers.length)
    }
    await release()
    return Promise.all(answers)
  }

  test.each<[string, (client: GraphqlClient, id: string) => Promise<Answer<unknown>>, (client: GraphqlClient, id: string) => Promise<Answer<unknown>>]>([
    ['remove', remove, remove],
    ['demote', (client, id) => changeRole(client, id, 'TEACHER'), (client, id) => changeRole(client, id, 'OFFICE')],
    ['remove and demote', remove, (client, id) => changeRole(client, id, 'OFFICE')],
  ])('when two admins %s each other at once', async (what, first, second) => {
    const school = await homeroom.signUp(`duel-${what.replaceAll(' ', '-')}`)
    const other = await join(school, 'ADMIN')
    const own = await membershipOf(school, school.email)
    const answers = await together(school, () => first(school.client, other.id), () => second(other.client, own))
    expect(answers.map(errorCode)).toEqual([undefined, 'LAST_ADMIN'])
    expect((await rolesIn(school)).filter(role => role === 'ADMIN')).toHaveLength(1)
  })

  test('when an admin leaves twice at once, and when all leave at once', async () => {
    const school = await homeroom.signUp('exodus')
    const others = await Promise.all([join(school, 'ADMIN'), join(school, 'ADMIN')])
    const leaving = [...others, { id: await membershipOf(school, school.email), client: school.client }]
    await Promise.all([...leaving, ...leaving].map(({ client, id }) => remove(client, id)))
    expect(await rolesIn(school)).toEqual(['ADMIN'])
  })

  test('and whoever was removed meanwhile decides nothing any more', async () => {
    const school = await homeroom.signUp('overtaken')
    const [removed, third] = await Promise.all([join(school, 'ADMIN'), join(school, 'ADMIN')])
    const answers = await together(school, () => remove(school.client, removed.id), () => remove(removed.client, third.id))
    expect(answers.map(errorCode)).toEqual([undefined, 'FORBIDDEN'])
    expect(await rolesIn(school)).toEqual(['ADMIN', 'ADMIN'])
  })
})
