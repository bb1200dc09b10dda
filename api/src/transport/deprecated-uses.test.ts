import type { OperationDefinitionNode } from 'graphql'
import { buildSchema, getOperationAST, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { deprecatedUses } from './deprecated-uses.ts'

const schema = buildSchema(`
  type Query { classes(filter: Filter, old: String @deprecated(reason: "o")): [Class!]! room: Room @deprecated(reason: "r") }
  interface Named { title: String @deprecated(reason: "t") }
  type Class implements Named { title: String @deprecated(reason: "t") name: String kind: Kind next: Class }
  type Room { number: Int }
  input Filter { not: Filter all: [Filter!] code: String @deprecated(reason: "c") kinds: [Kind!] }
  enum Kind { FULL HALF @deprecated(reason: "h") }
`)
const today = buildSchema('type Query { classes: Int }')

/** As whoever asks is served: a valid document, and its variables. */
function uses(text: string, variables?: Record<string, unknown>, name?: string, of = schema): readonly string[] {
  const document = parse(text)
  expect(validate(of, document)).toEqual([])
  return [...deprecatedUses(of, { document, operation: getOperationAST(document, name) as OperationDefinitionNode, variables })].sort()
}

test.each([
  ['nothing that will go', '{ classes(filter: { kinds: [FULL] }) { name kind } }', []],
  ['a field, by another name and twice', '{ room { number } it: room { number } }', ['Query.room']],
  ['fields in fragments', 'query { ...Q } fragment Q on Query { classes { next { ... on Class { title } } } }', ['Class.title']],
  ['a field of an interface', '{ classes { ... on Named { title } } }', ['Named.title']],
  ['an argument', '{ classes(old: "x") { name } }', ['Query.classes(old:)']],
  ['fields and values of an input', '{ classes(filter: { not: { code: "x" }, kinds: [HALF] }) { name } }', ['Filter.code', 'Kind.HALF']],
  ['what a directive takes is no argument of the field', '{ classes { name @include(if: true) } }', []],
])('%s, as it is written', (_, text, expected) => {
  expect(uses(text)).toEqual(expected)
  expect(uses(text)).toEqual(expected)
})

test.each([
  ['in an input that holds itself', { filter: { not: { all: [{ code: 'x' }, { kinds: ['FULL', 'HALF'] }] } } }, ['Filter.code', 'Kind.HALF']],
  ['one in the place of a list', { filter: { kinds: 'HALF' } }, ['Kind.HALF']],
  ['nothing', { filter: { not: null, kinds: [] } }, []],
  ['what does not fit, and what is not asked for', { filter: { code: undefined, kinds: 7, not: 'x' }, other: { code: 'x' } }, ['Filter.code']],
])('%s, as it is given', (_, variables, expected) => {
  expect(uses('query ($filter: Filter) { classes(filter: $filter) { name } }', variables)).toEqual(expected)
})

test('of several operations in a document, the one that runs', () => {
  const text = 'query One { ...A } query Two { ...B } fragment A on Query { room { number } } fragment B on Query { classes { title } }'
  expect([uses(text, undefined, 'One'), uses(text, undefined, 'Two')]).toEqual([['Query.room'], ['Class.title']])
})

test('an input as deep as a request is long is walked to its end', () => {
  let filter: object = { code: 'x' }
  for (let depth = 0; depth < 20_000; depth++)
    filter = { not: filter }
  expect(uses('query ($filter: Filter) { classes(filter: $filter) { name } }', { filter })).toEqual(['Filter.code'])
})

test('where nothing will go, not even the document is looked at', () => {
  const document = parse('{ classes }')
  const { definitions } = document
  const unread = Object.defineProperty({ ...document }, 'definitions', { get: () => { throw new Error('It was read.') } })
  expect(deprecatedUses(today, { document: unread, operation: definitions[0] as OperationDefinitionNode, variables: {} })).toEqual([])
})
