import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import type { RawSocket } from '../../test/harness/raw-socket.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader, importPKCS8, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openHomeroom, password } from '../../test/harness/homeroom.ts'
import { answers, initSocket } from '../../test/harness/raw-socket.ts'
import { signedIn } from '../../test/harness/sign-in.ts'
import { openSuperadmin } from '../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
let sql: TestHomeroom['database']['sql']

beforeAll(async () => {
  // Nothing looks by itself every few seconds unless a test says so: what happens, happens because somebody was told.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  homeroom = await openHomeroom({ worker: false, config: { rateLimits: true } })
  sql = homeroom.database.sql
  oakfield = await homeroom.signUp('oakfield')
  riverside = await homeroom.signUp('riverside')
})
const open: RawSocket[] = []
afterEach(() => open.splice(0).forEach(({ ws }) => ws.terminate()))
afterAll(async () => {
  vi.useRealTimers()
  await homeroom?.stop()
})

async function connect(token?: string, base = homeroom.api.url): Promise<RawSocket> {
  const socket = await initSocket(base, token === undefined ? {} : { authorization: `Bearer ${token}` })
  open.push(socket)
  return socket
}

/** A new session of a school's ADMIN. */
const signIn = ({ email }: SignedUp) => signedIn(homeroom.visitor, { email, password })

const tell = (event: { accountId?: string, tenantId?: string }) => sql('select pg_notify(\'access_changed\', $1)', [JSON.stringify(event)])
const accountOf = async (school: SignedUp) => (await sql<{ id: string }>('select id from platform.account where email = $1', [school.email]))[0]!.id
const changed = { code: 4403, reason: 'Access has changed' }

describe('whose access has changed is out at once, and nobody else is', () => {
  let session: Awaited<ReturnType<typeof signIn>>
  let socket: RawSocket
  let bystanders: RawSocket[]

  beforeEach(async () => {
    session = await signIn(oakfield)
    socket = await connect(session.accessToken)
    bystanders = [await connect((await signIn(riverside)).accessToken), await connect()]
  })
  afterEach(() => sql(`update platform.membership set role = 'ADMIN'; update platform.tenant set lifecycle = 'ACTIVE'; update platform.account set disabled_at = null`))

  test.each<[string, () => Promise<unknown>]>([
    ['signing out', () => session.client.ask('mutation { signOut }')],
    ['signing out by the cookie', () => homeroom.visitor.send('mutation { signOut }', {}, { cookie: session.cookie })],
    ['a refresh token used twice', async () => {
      const refresh = () => homeroom.visitor.send('mutation { refreshSession { accessToken } }', {}, { cookie: session.cookie })
      expect((await refresh()).errors).toBeUndefined()
      await sql('update platform.session set rotated_at = rotated_at - interval \'1 minute\'')
      expect((await refresh()).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    }],
    ['another role', async () => {
      await sql('update platform.membership set role = \'TEACHER\' where tenant_id = $1', [oakfield.tenantId])
      await tell({ accountId: await accountOf(oakfield), tenantId: oakfield.tenantId })
    }],
    ['an account that is disabled', async () => {
      await sql('update platform.account set disabled_at = now() where email = $1', [oakfield.email])
      await tell({ accountId: await accountOf(oakfield) })
    }],
    ['a school that is suspended', async () => {
      await sql('update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1', [oakfield.tenantId])
      await tell({ tenantId: oakfield.tenantId })
    }],
    ['a school that is deleted', async () => {
      await sql('update platform.tenant set lifecycle = \'DELETING\' where id = $1', [oakfield.tenantId])
      await tell({ tenantId: oakfield.tenantId })
    }],
  ])('%s', async (_, change) => {
    await change()
    expect(await socket.closed).toEqual(changed)
    for (const bystander of bystanders)
      await answers(bystander)
  })

  test('a change that nobody told of is found at the next look around', async () => {
    await sql('update platform.membership set role = \'TEACHER\' where tenant_id = $1', [oakfield.tenantId])
    await answers(socket)
    vi.advanceTimersByTime(5_000)
    expect(await socket.closed).toEqual(changed)
    await Promise.all(bystanders.map(answers))
  })

  test('a change that was told while nobody could hear is found when hearing is back', async () => {
    await sql('update platform.membership set role = \'TEACHER\' where tenant_id = $1', [oakfield.tenantId])
    await sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = \'homeroom events\'')
    expect(await socket.closed).toEqual(changed)
    await Promise.all(bystanders.map(answers))
  })

  test('an event that changes nothing for somebody leaves them alone', async () => {
    await tell({ accountId: await accountOf(oakfield), tenantId: oakfield.tenantId })
    // Another change, told after it: when that has been heard, so has the first.
    const other = await connect((await signIn(riverside)).accessToken)
    await sql('update platform.membership set role = \'TEACHER\' where tenant_id = $1', [riverside.tenantId])
    await tell({ tenantId: riverside.tenantId })
    expect(await other.closed).toEqual(changed)
    await answers(socket)
  })
})

test('a superadmin whose second factor is gone is out', async () => {
  const { accountId, accessToken } = await openSuperadmin(homeroom)
  const socket = await connect(accessToken)
  await sql('update platform.account set totp_confirmed_at = null where id = $1', [accountId])
  await tell({ accountId })
  expect(await socket.closed).toEqual(changed)
})

test('a socket ends with its token', async () => {
  const { accessToken } = await signIn(oakfield)
  const key = await importPKCS8(readFileSync(join(homeroom.config.dataDir, 'jwt-private-key.pem'), 'utf8'), 'EdDSA')
  const short = await new SignJWT({ ...decodeJwt(accessToken), exp: Math.floor(Date.now() / 1000) + 2 }).setProtectedHeader(decodeProtectedHeader(accessToken) as { alg: string }).sign(key)
  const [socket, other] = [await connect(short), await connect(accessToken)]
  expect(await socket.closed).toEqual({ code: 4403, reason: 'The token has expired' })
  await answers(other)
})
