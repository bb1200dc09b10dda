import { expect, test } from 'vitest'
import { axisEnd, linePath } from './scale.ts'

test('an axis ends at a round number that holds everything', () => {
  expect([[0.3], [0.31], [1], [1.1], [7], [180], [201], [1e-5]].map(axisEnd)).toEqual([0.5, 0.5, 1, 2, 10, 200, 500, 1e-5])
  expect(axisEnd([null, undefined, 0])).toBe(1)
  expect(axisEnd([])).toBe(1)
})

test('a line is broken where a value is missing, and a lonely value is a dot', () => {
  expect(linePath([0, 5, null, 10], 10)).toBe('M12.5 100h0L37.5 50M87.5 0h0')
  expect(linePath([null, undefined], 10)).toBe('')
})
