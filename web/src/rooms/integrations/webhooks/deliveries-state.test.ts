import { expect, test } from 'vitest'
import { askDeliveries, readDeliveries, writeDeliveries } from './deliveries-state.ts'

test('an address leads to the same deliveries again, and what is no state of theirs is left out', () => {
  const state = { state: 'FAILED' as const, endpoint: 'e', event: 'class.created', after: 'a', before: undefined }
  expect(readDeliveries(writeDeliveries(state) as never)).toEqual(state)
  expect(readDeliveries({ state: 'LOST', endpoint: '', event: ['x'] })).toEqual({ state: undefined, endpoint: undefined, event: undefined, after: undefined, before: undefined })
})

test('a page is asked for from its start, or from its end', () => {
  expect(askDeliveries({ state: 'FAILED', after: 'a' })).toMatchObject({ first: 15, after: 'a', filter: { state: 'FAILED' } })
  expect(askDeliveries({ before: 'b', event: 'class.created' })).toMatchObject({ last: 15, before: 'b', filter: { eventType: 'class.created' } })
})
