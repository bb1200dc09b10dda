import { expect, test } from 'vitest'
import { changesOf, merge } from './meanwhile.ts'

const read = { name: 'Ada', email: 'ada@a.example', terms: ['1', '2'], room: '' }

test('only what was changed is sent; space around it and the order of a list change nothing', () => {
  expect(changesOf(read, { ...read, name: ' Ada ', terms: ['2', '1'] })).toEqual({})
  expect(changesOf(read, { ...read, email: '', terms: ['1'] })).toEqual({ email: '', terms: ['1'] })
})

test('what only they changed is taken over, what only I changed stays mine', () => {
  expect(merge(read, { ...read, room: '12' }, { ...read, email: 'new@a.example' })).toEqual({
    values: { ...read, room: '12', email: 'new@a.example' },
    clashes: [],
    taken: ['email'],
  })
})

test('where both changed the same, mine stays in the form and theirs can be seen', () => {
  expect(merge(read, { ...read, name: 'Augusta' }, { ...read, name: 'Countess' })).toEqual({
    values: { ...read, name: 'Augusta' },
    clashes: [{ field: 'name', mine: 'Augusta', theirs: 'Countess' }],
    taken: [],
  })
})

test('where both came to the same, there is nothing to choose', () => {
  expect(merge(read, { ...read, name: 'Augusta' }, { ...read, name: 'Augusta' })).toMatchObject({ clashes: [], taken: [] })
})
