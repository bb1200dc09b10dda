import { expect, test } from 'vitest'
import { sixDigits } from './code.ts'

test.each([
  ['123456', '123456'],
  ['123 456', '123456'],
  [' 123-456\n', '123456'],
  ['Your code is 123456.', '123456'],
  ['１２３４５６', '123456'],
  ['1234567', '123456'],
  ['12', '12'],
  ['none', ''],
])('of %j the code is %j', (text, code) => {
  expect(sixDigits(text)).toBe(code)
})
