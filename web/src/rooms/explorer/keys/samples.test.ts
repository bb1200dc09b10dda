import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { samplePages, variablesOf } from './samples.ts'

const schema = buildSchema(readFileSync(fileURLToPath(new URL('../../../../../schema.graphql', import.meta.url)), 'utf8'))
const all = samplePages.flatMap(({ samples }) => samples)

test('the guides come in their order, each with the operations it prints', () => {
  expect(samplePages.map(({ title }) => title)).toEqual(['Getting started', 'Keys and scopes', 'Reading and staying in step', 'Writing', 'Subscriptions'])
  expect(all.map(({ title }) => title)).toEqual(expect.arrayContaining(['The first question', 'Pages', 'Nobody overwrites anybody']))
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
})

test.each(all)('$title is what the contract answers', ({ text }) => {
  expect(validate(schema, parse(text))).toEqual([])
})

test('what asks about a school begins with the one that is open', () => {
  const about = all.find(({ text }) => text.includes('$tenantId'))!
  expect(JSON.parse(variablesOf(about, 'mine'))).toEqual({ tenantId: 'mine' })
  expect(variablesOf(all[0]!, 'mine')).toBe('')
})
