import { expect, test } from 'vitest'
import { ago, ahead } from './moment.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

test.each([
  ['2026-11-23T12:00:30Z', 'now'],
  ['2026-11-23T11:59:30Z', 'now'],
  ['2026-11-23T11:58:30Z', '1 minute ago'],
  ['2026-11-23T09:10:00Z', '2 hours ago'],
  ['2026-11-22T11:00:00Z', 'yesterday'],
  ['2026-11-17T11:00:00Z', '6 days ago'],
  ['2026-11-16T11:00:00Z', '16 Nov 2026'],
])('%s is said as “%s”', (at, words) => {
  expect(ago(at, now, 'en-GB')).toBe(words)
})

test.each([
  ['2026-11-23T11:00:00Z', 'now'],
  ['2026-11-23T12:00:30Z', 'in 30 seconds'],
  ['2026-11-23T12:59:00Z', 'in 59 minutes'],
  ['2026-11-23T15:10:00Z', 'in 3 hours'],
  ['2026-11-24T14:00:00Z', 'tomorrow'],
])('%s will be “%s”', (at, words) => {
  expect(ahead(at, now, 'en-GB')).toBe(words)
})
