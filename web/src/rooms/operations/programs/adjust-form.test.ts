import { expect, test } from 'vitest'
import { readPoints } from './adjust-form.ts'

test('points are read as people write them', () => {
  expect(['9000', ' 9,000 ', '10.000.000', '1'].map(readPoints)).toEqual([9_000, 9_000, 10_000_000, 1])
  expect(['', '0', '-5', '10,000,001', 'many', '1e3'].map(readPoints)).toEqual(Array.from({ length: 6 }).fill(undefined))
})
