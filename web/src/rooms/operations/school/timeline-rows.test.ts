import { expect, test } from 'vitest'
import { allViews, joined, readView } from './timeline-rows.ts'

const row = (id: string, at: string, more = '') => ({ id, at: `2026-11-23T10:00:${at}Z`, more })

test('rows are joined once each, as they were read last, the newest first', () => {
  const before = [row('c', '03.000'), row('b', '02.000', 'running'), row('a', '01.000')]
  expect(joined(before, [row('d', '04.000'), row('b', '02.000', 'ready')])).toEqual([row('d', '04.000'), row('c', '03.000'), row('b', '02.000', 'ready'), row('a', '01.000')])
  expect(joined(before, [row('0', '00.500')]).at(-1)).toEqual(row('0', '00.500'))
})

test('of one moment the server’s order stands', () => {
  expect(joined([], [row('state:2', '01.000'), row('state:1', '01.000')]).map(({ id }) => id)).toEqual(['state:2', 'state:1'])
  expect(joined([], [row('state:1', '01.000'), row('state:2', '01.000')]).map(({ id }) => id)).toEqual(['state:2', 'state:1'])
})

test('an unknown part of the timeline is all of it', () => {
  expect(allViews.map(show => readView({ show }))).toEqual(allViews)
  expect(readView({ show: 'nonsense' })).toBe('all')
  expect(readView({})).toBe('all')
})
