import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hashPassword, passwordMatches, refusePassword } from './password.ts'

test('a password is compared as people see it, whatever form its letters were sent in', async () => {
  const hash = await hashPassword('Z\u00FCrich lantern harbour')
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await passwordMatches(hash, 'Zu\u0308rich lantern harbour')).toBe(true)
  expect(await passwordMatches(hash, 'Zurich lantern harbour')).toBe(false)
})

test('a hash that cannot be read matches nothing', async () => {
  for (const hash of ['', 'nonsense', '$argon2id$v=19$m=19456,t=2,p=1$'])
    expect(await passwordMatches(hash, '')).toBe(false)
})

test('long passwords are judged by how they begin', async () => {
  const random = randomBytes(96).toString('base64')
  expect(await refusePassword(random, [])).toBeUndefined()
  expect(await refusePassword(`${'a'.repeat(40)}${random.slice(0, 80)}`, [])).toMatch(/easy to guess/)
})

test.each([
  ['nine signs', 'x7%aQz!9k', /at least 10/],
  ['more than 128', 'x7%aQz!9k '.repeat(13), /at most 128/],
  ['the person\'s own name', 'alexandra1', /easy to guess/],
])('%s will not do', async (_, password, words) => {
  expect(await refusePassword(password, ['Alexandra Lindqvist'])).toMatch(words)
})
