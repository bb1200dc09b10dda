import { expect, test } from 'vitest'
import { backOff } from './socket.ts'

test('waits grow to ten seconds, and half of each is left to chance', () => {
  expect(backOff(0, () => 0)).toBe(150)
  expect(backOff(0, () => 1)).toBe(300)
  expect(backOff(3, () => 1)).toBe(2_400)
  expect(backOff(30, () => 0)).toBe(5_000)
  expect(backOff(30, () => 1)).toBe(10_000)
})
