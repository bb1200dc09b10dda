import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'

let homeroom: TestHomeroom

beforeAll(async () => { homeroom = await openHomeroom() })
afterAll(() => homeroom?.stop())

const code = (answer: { errors?: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code ?? 'OK'
const verify = (token: string) => homeroom.visitor.send('mutation ($token: String!) { verifyEmail(token: $token) }', { token })
const verified = async (client: TestHomeroom['visitor']) => (await client.ask<{ viewer: { emailVerified: boolean } }>('{ viewer { emailVerified } }')).viewer.emailVerified
const recorded = (tenantId: string) => homeroom.database.sql('select 1 from platform.audit_event where chain = $1 and action = \'account.emailVerified\'', [tenantId])

test('the link of the mail that follows a sign-up confirms the address; opened again it is no mistake, and changes nothing', async () => {
  const { email, client, tenantId } = await homeroom.signUp('oakfield')
  const { token } = await homeroom.mailbox.next(email, /Confirm your e-mail/)
  expect(await verified(client)).toBe(false)
  expect((await Promise.all([verify(token), verify(token)])).map(code)).toEqual(['OK', 'OK'])
  expect(await verified(client)).toBe(true)
  expect(code(await verify(token))).toBe('OK')
  expect(await recorded(tenantId)).toHaveLength(1)
})

test('a link can be asked for once more; both work, and a confirmed address gets none', async () => {
  const { email, client } = await homeroom.signUp('riverside')
  const first = await homeroom.mailbox.next(email)
  await client.ask('mutation { requestEmailVerification }')
  const second = await homeroom.mailbox.next(email)
  expect(second.token).not.toBe(first.token)
  expect(code(await verify(first.token))).toBe('OK')
  await client.ask('mutation { requestEmailVerification }')
  const { email: next } = await homeroom.signUp('next')
  await homeroom.mailbox.next(next)
  await expect.poll(() => homeroom.database.sql('select 1 from pgboss.job where name = \'send-mail\' and state <> \'completed\''), { interval: 25 }).toEqual([])
  expect((await homeroom.mailbox.all()).filter(({ to }) => to === email)).toHaveLength(2)
})

test('a link works for three days, and only the right one does', async () => {
  const { email, client } = await homeroom.signUp('lakeside')
  const { token } = await homeroom.mailbox.next(email)
  const [row] = await homeroom.database.sql<{ hours: number }>('select round(extract(epoch from expires_at - t.created_at) / 3600)::int as hours from platform.account_token t join platform.account a on a.id = account_id where email = $1', [email])
  expect(row).toEqual({ hours: 72 })
  await homeroom.database.sql('update platform.account_token t set expires_at = now() from platform.account a where a.id = account_id and email = $1', [email])
  for (const wrong of [token, '', 'nonsense', 'A'.repeat(43)])
    expect(code(await verify(wrong))).toBe('LINK_INVALID')
  expect(await verified(client)).toBe(false)
})

test('who is not signed in asks for no mail', async () => {
  expect(code(await homeroom.visitor.send('mutation { requestEmailVerification }'))).toBe('UNAUTHENTICATED')
})
