import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
/** Accounts there were before anybody signed up. */
let atFirst: unknown[]

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  atFirst = await homeroom.database.sql('select email from platform.account')
})
afterAll(() => homeroom?.stop())

const refresh = (cookie: string) => homeroom.visitor.send('mutation { refreshSession { accessToken } }', {}, { cookie })
const cookieOf = (answer: { headers: Headers }) => answer.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
const viewerOf = (token: string) => homeroom.visitor.as(token).send('{ viewer { email } }')
const sql = (statement: string, values: unknown[]) => homeroom.database.sql<Record<string, unknown>>(statement, values)

async function signIn(email: string, cookie?: string) {
  const answer = await homeroom.visitor.send<{ signIn: { accessToken: string } }>('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email, password } }, cookie === undefined ? {} : { cookie })
  return { status: answer.status, cookie: cookieOf(answer), token: answer.data?.signIn.accessToken ?? '' }
}

test('a new installation has no account to sign in with', () => {
  expect(atFirst).toEqual([])
})

test('a refresh token holds 256 random bits, and none comes twice', async () => {
  const { email } = await homeroom.signUp('random')
  const cookies: string[] = []
  for (let n = 0; n < 10; n++)
    cookies.push((await signIn(email)).cookie)
  for (let n = 0; n < 10; n++)
    cookies.push(cookieOf(await refresh(cookies.at(-1)!)))
  const secrets = cookies.map(cookie => Buffer.from(/^rt=[0-9a-f-]{36}\.([\w-]{43})$/.exec(cookie)?.[1] ?? '', 'base64url'))
  expect(secrets.map(({ length }) => length)).toEqual(secrets.map(() => 32))
  expect(new Set(secrets.map(secret => secret.toString('hex'))).size).toBe(20)
  // A clock or a counter in them would be a byte that hardly changes.
  const still = Array.from({ length: 32 }, (_, place) => place).filter(place => new Set(secrets.map(secret => secret[place])).size < 10)
  expect(still).toEqual([])
})

test('a password is good for as long as nobody changes it', async () => {
  const { email } = await homeroom.signUp('lasting')
  await sql('update platform.account set created_at = now() - interval \'20 years\', credentials_changed_at = now() - interval \'20 years\' where email = $1', [email])
  expect((await signIn(email)).status).toBe(200)
})

describe('a session ends', () => {
  test('thirty days after signing in, however often it is used', async () => {
    const { email } = await homeroom.signUp('thirty')
    const ends = 'select extract(day from expires_at - created_at)::int as days, expires_at from platform.session where account_id = (select id from platform.account where email = $1) order by created_at desc limit 1'
    const { cookie } = await signIn(email)
    const [first] = await sql(ends, [email])
    const refreshed = await refresh(cookie)
    const [later] = await sql(ends, [email])
    expect([first!.days, later]).toEqual([30, first])

    const token = (refreshed.data as { refreshSession: { accessToken: string } }).refreshSession.accessToken
    expect((await viewerOf(token)).status).toBe(200)
    await sql('update platform.session set expires_at = now() where account_id = (select id from platform.account where email = $1)', [email])
    expect((await viewerOf(token)).status).toBe(401)
    expect((await refresh(cookieOf(refreshed))).status).toBe(401)
  })

  test('a member\'s when it has lain idle for 14 days, a superadmin\'s after half an hour', async () => {
    const { email } = await homeroom.signUp('idle')
    const ofMember = (await signIn(email)).cookie
    const ofSuperadmin = (await openSuperadmin(homeroom)).cookie
    const rest = (time: string) => homeroom.database.sql('update platform.session set last_used_at = now() - $1::interval', [time])
    await rest('29 minutes')
    const [member, superadmin] = [await refresh(ofMember), await refresh(ofSuperadmin)]
    expect([member.status, superadmin.status]).toEqual([200, 200])
    await rest('31 minutes')
    expect((await refresh(cookieOf(superadmin))).status).toBe(401)
    await rest('13 days 23 hours')
    const rested = await refresh(cookieOf(member))
    expect(rested.status).toBe(200)
    await rest('14 days 1 minute')
    expect((await refresh(cookieOf(rested))).status).toBe(401)
  })

  test('a superadmin\'s after twelve hours', async () => {
    const { accountId } = await openSuperadmin(homeroom, 'Twelve Hours')
    expect(await sql('select extract(epoch from expires_at - created_at)::int as seconds from platform.session where account_id = $1', [accountId])).toEqual([{ seconds: 12 * 3600 }])
  })

  test('when its browser signs in again, and with the right cookie only', async () => {
    const { email } = await homeroom.signUp('again')
    const [first, other] = [await signIn(email), await signIn(email)]
    await signIn(email, first.cookie)
    const forged = other.cookie.replace(/\.[\w-]{43}$/, `.${'A'.repeat(43)}`)
    const third = await signIn(email, forged)
    expect([(await viewerOf(first.token)).status, (await viewerOf(other.token)).status, (await viewerOf(third.token)).status]).toEqual([401, 200, 200])
  })

  test.each([
    ['disabled', 'update platform.account set disabled_at = now() where email = $1'],
    ['deleted', 'delete from platform.account where email = $1'],
  ])('when its account is %s: every one of them, access tokens included', async (how, statement) => {
    const { email, client } = await homeroom.signUp(`account-${how}`)
    const [one, two] = [await signIn(email), await signIn(email)]
    await sql(statement, [email])
    expect([await client.send('{ viewer { email } }'), await viewerOf(one.token), await viewerOf(two.token), await refresh(one.cookie), await refresh(two.cookie)].map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
    expect((await signIn(email)).status).toBe(401)
  })
})
