import { expect, test } from 'vitest'
import { askActivity, readActivity, writeActivity } from './activity-state.ts'

test('the page and its address are each other’s way back', () => {
  const query = { only: 'operator', after: 'c1' }
  expect(readActivity(query)).toEqual({ operator: true, after: 'c1', before: undefined })
  expect(writeActivity(readActivity(query))).toEqual(query)
  expect(writeActivity(readActivity({}))).toEqual({})
})

test('the filter asks for the operator’s access alone, and a page goes one way', () => {
  expect(askActivity(readActivity({ only: 'operator' }))).toEqual({ first: 25, after: undefined, filter: { action: 'superadmin.access' } })
  expect(askActivity(readActivity({ only: 'x', before: 'b', after: 'a' }))).toEqual({ last: 25, before: 'b', filter: undefined })
})
