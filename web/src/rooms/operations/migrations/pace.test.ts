import { expect, test } from 'vitest'
import { follow, pace, spanOf } from './pace.ts'

const followed = (...samples: [at: number, settled: number][]) => samples.reduce<ReturnType<typeof follow>>((before, [at, settled]) => follow(before, { at, settled }), [])

test('the pace is that of the last half minute', () => {
  expect(pace(followed([0, 0], [2_000, 10]))).toBe(5)
  // An hour of waiting before it does not count.
  expect(pace(followed([0, 0], [3_600_000, 100], [3_602_000, 110]))).toBe(5)
})

test('there is none before a second has passed, and none where nothing moves', () => {
  expect(pace([])).toBeUndefined()
  expect(pace(followed([0, 7]))).toBeUndefined()
  expect(pace(followed([0, 7], [500, 9]))).toBeUndefined()
  expect(pace(followed([0, 7], [5_000, 7]))).toBeUndefined()
})

test('fewer than before is a new beginning', () => {
  expect(followed([0, 0], [2_000, 10], [3_000, 4])).toEqual([{ at: 3_000, settled: 4 }])
})

test('what is left is said in round words', () => {
  expect([0, 3, 12, 54, 55, 119, 5_399, 5_400, 9_000].map(seconds => Object.values(spanOf(seconds)).join(' '))).toEqual(
    ['seconds 5', 'seconds 5', 'seconds 15', 'seconds 55', 'minutes 1', 'minutes 2', 'minutes 90', 'hours 2', 'hours 3'],
  )
})
