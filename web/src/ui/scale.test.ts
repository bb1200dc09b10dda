import { expect, test } from 'vitest'
import { axisEnd, axisFor, dotsPath, linePath, marksOf, shareOf } from './scale.ts'

test('an axis ends at a round number that holds everything', () => {
  expect([[0.3], [0.31], [1], [1.1], [7], [180], [201], [1e-5]].map(axisEnd)).toEqual([0.5, 0.5, 1, 2, 10, 200, 500, 1e-5])
  expect(axisEnd([null, undefined, 0])).toBe(1)
  expect(axisEnd([])).toBe(1)
})

test('a line is broken where a value is missing, and a lonely value is a dot', () => {
  const axis = axisFor([10])
  expect(linePath([0, 5, null, 10], axis)).toBe('M12.5 100h0L37.5 50M87.5 0h0')
  expect(dotsPath([0, 5, null, 10], axis)).toBe('M87.5 0h0')
  expect(dotsPath([10, null, 0, null], axis)).toBe('M12.5 0h0M62.5 100h0')
  expect([linePath([null, undefined], axis), dotsPath([1, 2], axis)]).toEqual(['', ''])
})

test('an axis goes evenly, and by powers of ten where an outlier would press the rest flat', () => {
  const even = axisFor([0.2, null, 0.3, 1.9])
  expect([even, marksOf(even), shareOf(even, 0.5)]).toEqual([{ from: 0, end: 2, powers: false }, [2, 1, 0], 0.25])
  const powers = axisFor([0.2, 0, 0.3, undefined, 0.4, 900])
  expect(powers).toEqual({ from: 0.1, end: 1000, powers: true })
  expect(marksOf(powers)).toEqual([1000, 10, 0.1])
  expect([0, 0.1, 10, 1000].map(value => shareOf(powers, value))).toEqual([0, 0, 0.5, 1])
  expect(axisFor([0, null], 0.1)).toEqual({ from: 0, end: 0.1, powers: false })
})
