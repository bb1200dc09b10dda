import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import argon2 from '@node-rs/argon2'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { codeOf, enrol, enrolWith, signIn, wrongCode } from '../../../test/harness/sign-in.ts'

let homeroom: TestHomeroom

// Rate limits as in production. Each test comes from addresses of its own, as a trusted proxy reports them.
beforeAll(async () => { homeroom = await openHomeroom({ worker: false, config: { rateLimits: true, trustedProxies: ['loopback'] } }) })
beforeEach(() => { here = elsewhere() })
afterEach(() => { vi.restoreAllMocks() })
afterAll(() => homeroom?.stop())

let addresses = 0
let here: Record<string, string>
const elsewhere = () => ({ 'x-forwarded-for': `203.0.113.${++addresses}` })

const attempt = (email: string, pass = 'not the password', headers = here) => signIn(homeroom.visitor, { email, password: pass }, headers)
const codes = (answers: Awaited<ReturnType<typeof signIn>>[]) => answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'OK')
async function inARow(times: number, ask: () => ReturnType<typeof signIn>) {
  const answers: Awaited<ReturnType<typeof signIn>>[] = []
  for (let time = 0; time < times; time++)
    answers.push(await ask())
  return codes(answers)
}
/** Waiting times are over. */
const later = () => homeroom.database.sql('update platform.rate_limit set expire = 0 where key like \'waits%\'')

/** What the database is asked and how often a password is compared while `ask` runs; values are left out. */
async function workOf(ask: () => Promise<unknown>): Promise<{ statements: string[], comparisons: number }> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  const verify = vi.spyOn(argon2, 'verify')
  await ask()
  const statements = query.mock.calls.map(([asked]) => (typeof asked === 'string' ? asked : (asked as { text: string }).text).replace(/'(?:[^']|'')*'/g, '\'\''))
  const comparisons = verify.mock.calls.length
  query.mockRestore()
  verify.mockRestore()
  return { statements, comparisons }
}

describe('an unknown address, a wrong password and a disabled account', () => {
  test('are one answer after the same work', async () => {
    const { email } = await homeroom.signUp('oakfield')
    await homeroom.signUp('closed')
    await homeroom.database.sql('update platform.account set disabled_at = now() where email = \'head@closed.example\'')
    const cases = [() => attempt('nobody@oakfield.example'), () => attempt(email), () => attempt('head@closed.example'), () => attempt('head@closed.example', password)]
    const shown: object[] = []
    const work: Awaited<ReturnType<typeof workOf>>[] = []
    for (const ask of cases) {
      here = elsewhere()
      work.push(await workOf(async () => {
        const { status, errors } = await ask()
        shown.push({ status, message: errors?.[0]?.message, code: errors?.[0]?.extensions.code })
      }))
    }
    expect(new Set(shown.map(answer => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify({ status: 401, message: 'E-mail or password is wrong.', code: 'INVALID_CREDENTIALS' })]))
    expect(work.map(({ comparisons }) => comparisons)).toEqual([1, 1, 1, 1])
    expect(work[0]!.statements.length).toBeGreaterThan(2)
    expect(work.map(({ statements }) => statements)).toEqual(work.map(() => work[0]!.statements))
  })
})

describe('after five failures in a row', () => {
  // The clock stands still: what is waited for is not over before it has been looked at.
  beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'] }) })
  afterEach(() => { vi.useRealTimers() })

  test('the next try from there has to wait, right or wrong; the owner elsewhere does not', async () => {
    const { email } = await homeroom.signUp('waiting')
    expect(await inARow(7, () => attempt(email))).toEqual([...Array.from({ length: 5 }).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED', 'RATE_LIMITED'])
    const right = await attempt(email, password)
    expect(right.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 5 })
    expect(right.headers.get('retry-after')).toBe('5')
    expect(codes([await attempt(email, password, elsewhere())])).toEqual(['OK'])
    expect(codes([await attempt(email, password)])).toEqual(['RATE_LIMITED'])
  })

  test('it waits all the same for an address nobody has, and after a restart', async () => {
    expect(await inARow(6, () => attempt('nobody@waiting.example'))).toEqual([...Array.from({ length: 5 }).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED'])
    const restarted = await homeroom.startApi()
    const answer = await fetch(`${restarted.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...here }, body: JSON.stringify({ query: 'mutation { signIn(input: { email: "NOBODY@waiting.example", password: "x" }) { expiresAt } }' }) })
    expect((await answer.json() as { errors: { extensions: object }[] }).errors[0]!.extensions).toMatchObject({ code: 'RATE_LIMITED' })
    await restarted.stop()
  })

  test('each further failure doubles the wait, to five minutes at most, and success forgets it all', async () => {
    const { email } = await homeroom.signUp('doubling')
    const waits: unknown[] = []
    expect(await inARow(4, () => attempt(email))).not.toContain('RATE_LIMITED')
    for (let failure = 5; failure <= 12; failure++) {
      expect(codes([await attempt(email)])).toEqual(['INVALID_CREDENTIALS'])
      const { errors } = await attempt(email)
      waits.push(errors?.[0]?.extensions.retryAfter)
      await later()
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300])
    expect(codes([await attempt(email, password)])).toEqual(['OK'])
    expect(await inARow(4, () => attempt(email))).not.toContain('RATE_LIMITED')
    expect(codes([await attempt(email, password)])).toEqual(['OK'])
  })

  test('many at once are no way around it', async () => {
    const { email } = await homeroom.signUp('herd')
    const answers = codes(await Promise.all(Array.from({ length: 30 }, () => attempt(email))))
    expect(answers.filter(code => code === 'INVALID_CREDENTIALS')).toHaveLength(5)
    expect(answers.filter(code => code === 'RATE_LIMITED')).toHaveLength(25)
  })

  test('the school\'s record says so once, however often it is tried while waiting', async () => {
    const { email, tenantId } = await homeroom.signUp('recorded')
    const refusals = () => homeroom.database.sql('select actor_kind, subject_type from platform.audit_event where chain = $1 and action = \'session.refused\'', [tenantId])
    await inARow(4, () => attempt(email))
    expect(await refusals()).toEqual([])
    await inARow(5, () => attempt(email))
    await expect.poll(refusals, { interval: 20 }).toEqual([{ actor_kind: 'visitor', subject_type: 'account' }])
    await later()
    await inARow(3, () => attempt(email))
    await expect.poll(refusals, { interval: 20 }).toHaveLength(2)
  })
})

describe('an account with a second factor', () => {
  const attemptWith = (email: string, totp: string | undefined, pass = password, headers = here) => signIn(homeroom.visitor, { email, password: pass, totp }, headers)
  const unused = (email: string) => homeroom.database.sql('update platform.account set totp_last_step = null where email = $1', [email])

  test('asks for its code after a right password only, and takes a code once', async () => {
    const { email, client } = await homeroom.signUp('two-steps')
    const { secret, used } = await enrolWith(client)
    const missing = await attemptWith(email, undefined)
    expect([missing.status, codes([missing])]).toEqual([401, ['SECOND_FACTOR_REQUIRED']])
    expect(codes([await attemptWith(email, '')])).toEqual(['SECOND_FACTOR_REQUIRED'])
    expect(codes([await attemptWith(email, undefined, 'not the password'), await attemptWith(email, codeOf(secret, 1), 'not the password')])).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS'])
    // The one it was enrolled with.
    expect(codes([await attemptWith(email, used)])).toEqual(['INVALID_CREDENTIALS'])
    const fresh = codeOf(secret, 1)
    expect(codes([await attemptWith(email, ` ${fresh.slice(0, 3)} ${fresh.slice(3)} `), await attemptWith(email, fresh)])).toEqual(['OK', 'INVALID_CREDENTIALS'])
  })

  test('takes a code once also from many at once', async () => {
    const { email, client } = await homeroom.signUp('many-codes')
    const secret = await enrol(client)
    await unused(email)
    const code = codeOf(secret)
    const answers = codes(await Promise.all(Array.from({ length: 8 }, () => attemptWith(email, code, password, elsewhere()))))
    expect(answers.sort()).toEqual([...Array.from({ length: 7 }).fill('INVALID_CREDENTIALS'), 'OK'])
  })

  test('does not lose its code to the question which school is meant', async () => {
    const first = await homeroom.signUp('first-school')
    const second = await homeroom.signUp('second-school')
    const secret = await enrol(first.client)
    await unused(first.email)
    await homeroom.database.sql('insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), id, $2, \'TEACHER\' from platform.account where email = $1', [first.email, second.tenantId])
    const totp = codeOf(secret)
    expect(codes([await attemptWith(first.email, undefined), await attemptWith(first.email, totp)])).toEqual(['SECOND_FACTOR_REQUIRED', 'CONFLICT'])
    expect(codes([await signIn(homeroom.visitor, { email: first.email, password, totp, tenantId: second.tenantId }, here)])).toEqual(['OK'])
  })

  test('takes ten wrong codes an hour, from wherever; a wrong password meets no limit there', async () => {
    const { email, client } = await homeroom.signUp('guessed')
    const secret = await enrol(client)
    for (let time = 0; time < 10; time++)
      expect(codes([await attemptWith(email, wrongCode(secret), password, elsewhere())])).toEqual(['INVALID_CREDENTIALS'])
    expect(codes([await attemptWith(email, codeOf(secret, 1), password, elsewhere())])).toEqual(['RATE_LIMITED'])
    expect(codes([await attemptWith(email, codeOf(secret, 1), 'not the password', elsewhere())])).toEqual(['INVALID_CREDENTIALS'])
  })

  test('counts a wrong code as a failure, and a missing one not', async () => {
    const { email, client } = await homeroom.signUp('counted')
    const secret = await enrol(client)
    expect(await inARow(6, () => attemptWith(email, undefined))).toEqual(Array.from({ length: 6 }).fill('SECOND_FACTOR_REQUIRED'))
    expect(await inARow(6, () => attemptWith(email, wrongCode(secret)))).toEqual([...Array.from({ length: 5 }).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED'])
  })
})

test('a password that is changed while it is compared opens no session', async () => {
  const { email } = await homeroom.signUp('overtaken')
  vi.spyOn(argon2, 'verify').mockImplementationOnce(async () => {
    await homeroom.database.sql('update platform.account set password_hash = \'another\' where email = $1', [email])
    return true
  })
  expect(codes([await attempt(email, password)])).toEqual(['INVALID_CREDENTIALS'])
  // That of the sign-up.
  expect(await homeroom.database.sql('select 1 from platform.session s join platform.account a on a.id = s.account_id where a.email = $1', [email])).toHaveLength(1)
})
