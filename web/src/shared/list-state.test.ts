import { expect, test } from 'vitest'
import { pageOf, readList, writeList } from './list-state.ts'

const sorts = ['family', 'given']

test('a list and its address are each other’s way back', () => {
  const query = { q: 'ada', sort: '-given', after: 'c1' }
  const state = readList(query, sorts)
  expect(state).toEqual({ search: 'ada', by: 'given', descending: true, after: 'c1', before: undefined })
  expect(writeList(state, sorts)).toEqual(query)
})

test('a plain list has a plain address, and an unknown sort is the usual one', () => {
  expect(writeList(readList({}, sorts), sorts)).toEqual({})
  expect(writeList(readList({ q: 'ada' }, []), [])).toEqual({ q: 'ada' })
  expect(readList({ sort: '-password' }, sorts)).toMatchObject({ by: 'family', descending: false })
  expect(readList({ q: ['a', 'b'] }, sorts).search).toBe('')
})

test('a page is asked for forwards or backwards, never both', () => {
  expect(pageOf(readList({ after: 'c' }, sorts))).toEqual({ first: 25, after: 'c' })
  expect(pageOf(readList({ after: 'c', before: 'b' }, sorts))).toEqual({ last: 25, before: 'b' })
})
