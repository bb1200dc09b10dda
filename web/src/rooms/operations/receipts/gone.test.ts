import { expect, test } from 'vitest'
import { summaryOf } from './gone.ts'

test('what went is summed up by kind, tables with their rows, and without what every school has one of', () => {
  expect(summaryOf([
    { kind: 'schema', name: 't_1', count: 1 },
    { kind: 'role', name: 't_1', count: 1 },
    { kind: 'table', name: 'class', count: 3 },
    { kind: 'table', name: 'user', count: 39 },
    { kind: 'membership', name: 'platform.membership', count: 2 },
    { kind: 'invitation', name: 'platform.invitation', count: 0 },
  ])).toEqual([{ key: 'table', count: 2 }, { key: 'row', count: 42 }, { key: 'membership', count: 2 }])
})

test('a school that was never ready had no tables', () => {
  expect(summaryOf([{ kind: 'account', name: 'platform.account', count: 1 }])).toEqual([{ key: 'account', count: 1 }])
})
