import { expect, test } from 'vitest'
import { hostOf, nameOf, stateOf } from './endpoint-state.ts'

const well = { enabled: true, disabledReason: null, failingSince: null, deliveredAt: '2027-02-01T08:00:00Z' }

test.each([
  [well, 'well'],
  [{ ...well, deliveredAt: null }, 'new'],
  [{ ...well, failingSince: '2027-02-01T09:00:00Z' }, 'failing'],
  [{ ...well, enabled: false, disabledReason: 'BY_HAND' as const }, 'off'],
  [{ ...well, enabled: false, disabledReason: 'GONE' as const, failingSince: '2027-02-01T09:00:00Z' }, 'gone'],
  [{ ...well, enabled: false, disabledReason: 'FAILING' as const }, 'gaveUp'],
])('%j is %s', (endpoint, state) => {
  expect(stateOf(endpoint)).toBe(state)
})

test('an endpoint is called after what it is for, or else where it is', () => {
  expect(nameOf({ description: 'Library', url: 'https://hooks.example.com/x' })).toBe('Library')
  expect(nameOf({ description: null, url: 'https://hooks.example.com/x' })).toBe('hooks.example.com')
  expect(hostOf('not a url')).toBe('not a url')
})
