import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { accept, invited, newcomer } from '../../../test/harness/invitations.ts'
import { makeKey } from '../../../test/harness/keys.ts'

let homeroom: TestHomeroom
let school: SignedUp
const colleague = 'colleague@oakfield.example'
beforeAll(async () => {
  homeroom = await openHomeroom({ config: { baseUrl: 'https://homeroom.example' } })
  school = await homeroom.openSchool('oakfield')
  for (const [email, role] of [[colleague, 'ADMIN'], ['teacher@oakfield.example', 'TEACHER'], ['gone@oakfield.example', 'ADMIN']] as const)
    await accept(homeroom, newcomer((await invited(homeroom, school, email, role)).token))
  await homeroom.database.sql('update platform.account set disabled_at = now() where email = \'gone@oakfield.example\'')
})
afterAll(() => homeroom?.stop())

const jobs = () => homeroom.database.sql<{ data: object, state: string }>('select data, state from pgboss.job where name = \'send-mail\' and data ->> \'kind\' = \'API_KEY_MADE\'')
const done = () => expect.poll(async () => (await jobs()).every(({ state }) => state === 'completed')).toBe(true)
const aboutKeys = async () => (await homeroom.mailbox.all()).filter(({ subject }) => subject.includes('API key'))

test('every admin is told of a new key: who made it, from where, what it may and how to end it; not the key', async () => {
  const { token, prefix } = await makeKey(school.client, ['roster.users:read', 'roster.classes:write'], { name: 'A timetable <b>' })
  for (const email of [school.email, colleague]) {
    const mail = await homeroom.mailbox.next(email, /API key/)
    expect(mail.subject).toMatch(/^A new API key of /)
    expect(mail.text).toMatch(/made an API key for .* on \d{4}-\d\d-\d\d \d\d:\d\d UTC, from the network address 127\.0\.0\.1\./)
    for (const part of ['“A timetable <b>”', prefix, 'roster.classes:write, roster.users:read', 'choose Revoke'])
      expect(mail.text).toContain(part)
    expect(mail.link).toBe('https://homeroom.example/settings/developer')
    expect(mail.html).not.toContain('<b>')
    expect(mail.text + mail.html).not.toContain(token.slice(prefix.length + 1))
  }
  await done()
  // For each ADMIN one, the one whose account is disabled too: that is seen when it is written.
  expect(await jobs()).toHaveLength(3)
  expect(JSON.stringify(await jobs())).not.toMatch(/hmr_live/)
  expect((await aboutKeys()).map(({ to }) => to).sort()).toEqual([colleague, school.email].sort())
})

test('and of one that takes the place of another', async () => {
  const old = await makeKey(school.client, [])
  await homeroom.mailbox.next(colleague, /A new API key/)
  const { rollApiKey: { token, key } } = await school.client.ask<{ rollApiKey: { token: string, key: { prefix: string } } }>('mutation ($input: RollApiKeyInput!) { rollApiKey(input: $input) { token key { prefix } } }', { input: { id: old.id, worksUntil: new Date(Date.now() + 3_600_000).toISOString() } })
  const { text } = await homeroom.mailbox.next(colleague, /An API key of .* was replaced/)
  expect(text).toContain(`in the place of ${old.prefix}…`)
  expect(text).toMatch(/The old key works until \d{4}-/)
  expect(text).toContain(`begins with ${key.prefix} and may do this: nothing of the school.`)
  expect(text).not.toContain(token.slice(-38))
})

test('a key that was refused, and a school that is closed, is no news', async () => {
  await done()
  const before = (await aboutKeys()).length
  await school.client.send('mutation { createApiKey(input: { name: "A", scopes: ["everything"] }) { token } }')
  await homeroom.database.sql('update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1', [school.tenantId])
  await homeroom.database.sql('update pgboss.job set state = \'created\', completed_on = null where name = \'send-mail\' and data ->> \'kind\' = \'API_KEY_MADE\'')
  await done()
  expect(await aboutKeys()).toHaveLength(before)
})
