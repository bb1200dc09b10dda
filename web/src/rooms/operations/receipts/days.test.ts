import { expect, test } from 'vitest'
import { daysUntil } from './days.ts'

test('the days that are left are whole ones', () => {
  const now = Date.parse('2026-11-27T12:00:00Z')
  expect(['2026-12-04T12:00:00Z', '2026-12-04T11:59:59Z', '2026-11-27T12:00:01Z', '2026-11-27T12:00:00Z', '2026-11-01T00:00:00Z'].map(at => daysUntil(at, now))).toEqual([7, 6, 0, -1, -1])
})
