import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { signIn as askToSignIn, cookieOf } from '../../../test/harness/sign-in.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  oakfield = await homeroom.signUp('oakfield')
  riverside = await homeroom.signUp('riverside')
})
afterAll(() => homeroom?.stop())

const signIn = (input: object) => askToSignIn(homeroom.visitor, input)
const refresh = (cookie: string) => homeroom.visitor.send<{ refreshSession: { accessToken: string } }>('mutation { refreshSession { accessToken } }', {}, { cookie })
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
})
