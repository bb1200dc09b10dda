import { expect, test } from 'vitest'
import { bytes } from './bytes.ts'

test.each([
  [0, '0 byte'],
  [940, '940 byte'],
  [1_000, '1 kB'],
  [1_234, '1.2 kB'],
  [45_678, '46 kB'],
  [1_250_000, '1.3 MB'],
  [9_876_543_210, '9.9 GB'],
])('%i bytes are said as %s', (size, words) => {
  expect(bytes(size, 'en')).toBe(words)
})

test('in the words of the language', () => {
  expect(bytes(1_234_567, 'de')).toBe('1,2 MB')
})
