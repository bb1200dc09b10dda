import type { DocumentNode, GraphQLInputType } from 'graphql'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, concatAST, isEnumType, isInputObjectType, isListType, isNonNullType, Kind, parse, typeFromAST } from 'graphql'
import { expect, test } from 'vitest'
import { questions } from '../../bench/rows/questions.ts'
import { largestPage } from '../shared/page.ts'
import { highestPrice, priceOf, refuseDear } from './price.ts'

const root = join(import.meta.dirname, '../../..')
const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'))
const web = join(root, 'web/src')
const ofTheClient = concatAST(readdirSync(web, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.graphql')).map(file => parse(readFileSync(join(web, file), 'utf8'))))

/** The least that fits a type; ids, dates and texts are all text. */
function least(type: GraphQLInputType): unknown {
  if (isNonNullType(type))
    return least(type.ofType as GraphQLInputType)
  if (isListType(type))
    return []
  if (isEnumType(type))
    return type.getValues()[0]!.value
  if (isInputObjectType(type))
    return Object.fromEntries(Object.values(type.getFields()).filter(field => isNonNullType(field.type)).map(field => [field.name, least(field.type)]))
  return { Int: 1, Boolean: true }[type.name] ?? '2026-08-01'
}

const operations = ofTheClient.definitions.filter(definition => definition.kind === Kind.OPERATION_DEFINITION).map((operation) => {
  const variables = Object.fromEntries((operation.variableDefinitions ?? []).flatMap(({ variable, type }) => {
    const wanted = typeFromAST(schema, type) as GraphQLInputType
    const name = variable.name.value
    return name === 'first' ? [[name, largestPage]] : isNonNullType(wanted) ? [[name, least(wanted)]] : []
  })) as Record<string, unknown>
  return { name: operation.name!.value, price: priceOf(schema, { document: ofTheClient, name: operation.name!.value, variables }) }
})

test.each(operations)('the web client\'s $name, with its largest page, costs $price', ({ price }) => {
  expect(price).toBeLessThan(highestPrice / 4)
})

const [nestedList, hundredStudents, singleRow] = questions({ studentId: '' } as Parameters<typeof questions>[0]).map(({ ours }) => parse(ours)) as [DocumentNode, DocumentNode, DocumentNode]
test.each([
  ['the nested list of 50 students', nestedList, 50, 19_751],
  ['the same with the largest page', nestedList, 100, 39_501],
  ['a list of 100 students', hundredStudents, 100, 39_501],
  ['one student', singleRow, 'x', 6],
])('%s can be paid for', (_, document, value, price) => {
  expect(priceOf(schema, { document, name: undefined, variables: { value } })).toBe(price)
  expect(price).toBeLessThan(highestPrice)
})

test.each<[string, number, string, Record<string, unknown>?]>([
  ['a value is 1', 3, '{ viewer { id name } }'],
  ['a page is as many as it says', 1 + 7 * 2, '{ users(first: 7) { nodes { id } } }'],
  ['of the end, too', 1 + 7 * 2, '{ users(last: 7) { nodes { id } } }'],
  ['and 25 where it does not say', 1 + 25 * 2, '{ users { nodes { id } } }'],
  ['in a variable as well', 1 + 7 * 2, 'query ($n: Int) { users(first: $n) { nodes { id } } }', { n: 7 }],
  ['with its default', 1 + 9 * 2, 'query ($n: Int = 9) { users(first: $n) { nodes { id } } }'],
  ['less than nothing is not less than one', 1 + 2, '{ users(first: -1000) { nodes { id } } }'],
  ['more than there are is refused by the list, in better words', 1 + 100 * 2, '{ users(first: 2000000000) { nodes { id } } }'],
  ['a list without pages is 10', 1 + 1 + 10, '{ user(id: "x") { roles { beginDate } } }'],
  ['what fragments ask for is asked for', 1 + 2 + 2, '{ viewer { ...a ... { id name } } } fragment a on Viewer { id name }'],
  ['what is skipped is not', 2, 'query ($no: Boolean!) { viewer { id name @skip(if: $no) email @include(if: false) } }', { no: true }],
])('%s', (_, price, query, variables) => {
  expect(priceOf(schema, { document: parse(query), name: undefined, variables })).toBe(price)
})

test('a document is priced for what is asked of it, not for what was asked before', () => {
  const document = parse('query small { viewer { id } } query large($n: Int, $all: Boolean! = true) { users(first: $n) { nodes { enrollments { class { teachers { id } enrollments { user { id enrollments { id } } } } } } } viewer @include(if: $all) { id } }')
  const ask = (name: string, variables: Record<string, unknown>) => refuseDear(schema, { document, name, variables })
  for (const _ of [1, 2]) {
    expect(() => ask('small', { n: 100 })).not.toThrow()
    expect(() => ask('large', { n: 1 })).not.toThrow()
    expect(() => ask('large', { n: 100 })).toThrow(new RegExp(`costs \\d+, and ${highestPrice} is the most`))
    expect(() => ask('large', { n: null })).not.toThrow()
  }
})

test('what does not fit its variables is no cheaper for it', () => {
  expect(() => priceOf(schema, { document: parse('query ($n: Int!) { users(first: $n) { totalCount } }'), name: undefined, variables: {} })).toThrow(expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } }) as Error)
})
