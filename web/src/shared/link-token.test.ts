import { expect, test } from 'vitest'
import { tokenOf } from './link-token.ts'

const secret = 'Zk3xq-0_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi'

test('a link’s secret is what follows #token=', () => {
  expect(tokenOf(`#token=${secret}`)).toBe(secret)
})

test.each([
  '',
  '#',
  '#token=',
  `token=${secret}`,
  `?token=${secret}`,
  `#other=${secret}`,
  `#token=${secret}&next=/evil`,
  '#token=short',
  `#token=${'a'.repeat(201)}`,
  '#token=<img src=x onerror=alert(1)>',
])('%j holds none', (hash) => {
  expect(tokenOf(hash)).toBeUndefined()
})
