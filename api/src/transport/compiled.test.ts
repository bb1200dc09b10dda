import type { DocumentNode, ExecutionResult } from 'graphql'
import { execute, GraphQLObjectType, GraphQLSchema, GraphQLString, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { awkwardSchema as schema } from '../../test/harness/awkward-schema.ts'
import { Invalid } from '../shared/errors.ts'
import { isSafeToCompile } from './compilable.ts'
import { openExecutor } from './compiled.ts'

const nested = 'thing { id title colour day must tags one { id later } many(first: 3) { id later sure { title } } promised { title } }'
const corpus: readonly [string, string, Record<string, unknown>?][] = [
  ['leaves and levels', `{ ${nested} }`],
  ['aliases, some of them names of objects\' own', '{ a: thing { constructor: id toString: title hasOwnProperty: later } b: thing { id } }'],
  ['fragments that overlap', 'query Q { thing { ...F ... on Thing { title one { later } } __typename } } fragment F on Thing { id one { id sure { id } } }'],
  ['the schema\'s words', '{ __typename thing { __typename } }'],
  ['an operation of several', 'query Other { gone { id } } query Q { thing { id } }'],
  ['nothing', '{ gone { id sure { id } } }'],
  ['an error at once, and one later', '{ thing { wrong wrongLater returned id } }'],
  ['expected errors, with what they say', '{ thing { one { refused id } many { refusedAtOnce } id } }'],
  ['an error that nothing catches', '{ sure { id refused } }'],
  ['an error at once that nothing catches', '{ sure { id refusedAtOnce } }'],
  ['nothing where something must be', '{ thing { one { nothing { id } id } id } }'],
  ['nothing in a list of things, later', '{ thing { one { some { id } } id } }'],
  ['nothing where a text must be, in a list', '{ thing { id one { id lacking { must } } } }'],
  ['a leaf that cannot be told', '{ thing { many { day id } } }'],
  ['arguments that stand in the document', '{ thing { told(size: { width: 1, inner: { width: 2, height: null, colours: [RED, BLUE] } }, colour: RED, ids: [1, 2], yes: true) } }'],
  ['defaults', '{ thing { told many { id } } }'],
  ['an argument that is null', '{ thing { told(colour: null, size: null) } }'],
  ['one for a list', '{ thing { told(ids: 4, size: { width: 1, colours: RED }) } }'],
  ...variables(),
  ['one of two', 'query Q($either: Either) { thing { told(either: $either) } }', { either: { id: '1' } }],
  ['both of two, of which there may be one', 'query Q($either: Either) { thing { told(either: $either) } }', { either: { id: '1', n: 1 } }],
  ['a variable that is null where it may not be', 'query Q($n: Int = 3) { thing { id needs(n: $n) } }', { n: null }],
  ['the same, with its default', 'query Q($n: Int = 3) { thing { id needs(n: $n) } }', {}],
]

/** Values that fit, and values that do not, for each kind of variable. */
function variables(): [string, string, Record<string, unknown>][] {
  const odd: unknown[] = [undefined, null, 0, 1, -1, 1.5, 2 ** 31, Number.MAX_VALUE, '', 'x', '1', 'RED', 'r', '2026-08-01', true, [], ['RED'], [null], [1, 'a'], [[1]], {}, { width: 1 }, { width: '1' }, { width: null }, { width: 1, height: null }, { width: 1, colours: 'BLUE' }, { width: 1, colours: ['BLUE', null] }, { width: 1, inner: { height: 2 } }, { width: 1, inner: { width: 3 } }, { width: 1, more: 1 }, { width: 1, constructor: 1 }]
  const kinds: [string, string][] = [['Size', 'size: $v'], ['Size = { width: 4 }', 'size: $v'], ['Size!', 'size: $v'], ['Colour', 'colour: $v'], ['Colour!', 'colour: $v'], ['Colour = RED', 'colour: $v'], ['Day', 'day: $v'], ['ID', 'id: $v'], ['ID!', 'id: $v'], ['[ID]', 'ids: $v'], ['[ID!]!', 'ids: $v'], ['Boolean', 'yes: $v'], ['[Colour!]', 'colours: $v'], ['Int', 'n: $v'], ['Int!', 'n: $v']]
  return kinds.flatMap(([type, use]) => odd.map((v): [string, string, Record<string, unknown>] => [`${type} given ${JSON.stringify(v)}`, `query Q($v: ${type}) { thing { id told(${use}) } }`, v === undefined ? {} : { v }]))
}

const byPath = ({ errors }: ExecutionResult) => (errors ?? []).map(error => ({ ...error.toJSON(), expected: error.originalError instanceof Invalid })).sort((a, b) => String(a.path).localeCompare(String(b.path)))

async function both(document: DocumentNode, given?: Record<string, unknown>) {
  const operationName = document.definitions.some(each => each.kind === 'OperationDefinition' && each.name?.value === 'Q') ? 'Q' : undefined
  const executor = openExecutor(schema)
  const ask = async (run: (asked: Parameters<typeof executor.execute>[0]) => unknown) => {
    const context = { asked: [] as string[] }
    const answer = await run({ document, operationName, variables: given, context }) as ExecutionResult
    return { data: JSON.stringify(answer.data), errors: byPath(answer), asked: context.asked }
  }
  const interpreted = await ask(({ context, variables }) => execute({ schema, document, operationName, variableValues: variables, contextValue: context }))
  const first = await ask(executor.execute)
  const second = await ask(executor.execute)
  return { interpreted, first, second, kept: executor.kept() }
}

test.each(corpus)('compiled and interpreted answer the same: %s', async (_, query, given) => {
  const document = parse(query)
  expect(validate(schema, document).map(({ message }) => message)).toEqual([])
  expect(isSafeToCompile(schema, document)).toBe(true)
  const { interpreted, first, second, kept } = await both(document, given)
  expect(kept).toBe(1)
  expect(first).toEqual(interpreted)
  expect(second).toEqual(interpreted)
})

test('compiling takes a share of the time: what comes next is interpreted meanwhile', async () => {
  const documents = ['{ thing { id } }', '{ thing { title } }'].map(query => parse(query))
  for (const [rest, kept] of [[0, 2], [1e9, 1]] as const) {
    const executor = openExecutor(schema, { rest })
    for (const document of [...documents, ...documents, ...documents])
      expect((await executor.execute({ document, operationName: undefined, variables: undefined, context: {} })).errors).toBeUndefined()
    expect(executor.kept()).toBe(kept)
  }
})

test('a few fragments that would become a great deal of code become none', () => {
  const doubling = Array.from({ length: 9 }, (_, level) => `fragment F${level} on Thing { one { ...F${level + 1} } sure { ...F${level + 1} } }`).join(' ')
  const document = parse(`{ thing { ...F0 } } ${doubling} fragment F9 on Thing { id }`)
  expect(validate(schema, document)).toEqual([])
  expect(isSafeToCompile(schema, document)).toBe(false)
  expect(isSafeToCompile(schema, parse(`{ thing { ${Array.from({ length: 400 }, (_, at) => `a${at}: id`).join(' ')} } }`))).toBe(true)
})

test('a schema in which two fields read the same is refused', () => {
  const text = { type: GraphQLString }
  const open = (field: string) => openExecutor(new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { class: { type: new GraphQLObjectType({ name: 'Class', fields: { [field]: text } }) }, es: { type: new GraphQLObjectType({ name: 'Classes', fields: { title: text } }) } } }) }))
  expect(() => open('estitle')).toThrow('Classes.title')
  expect(() => open('title')).not.toThrow()
})

test('what is asked once is interpreted, and no more is kept than was said', async () => {
  const executor = openExecutor(schema, { keep: 2, rest: 0 })
  const documents = ['{ thing { id } }', '{ thing { title } }', '{ thing { colour } }'].map(query => parse(query))
  const ask = (document: DocumentNode) => executor.execute({ document, operationName: undefined, variables: undefined, context: {} })
  for (const document of documents)
    await ask(document)
  expect(executor.kept()).toBe(0)
  for (const document of [...documents, ...documents]) {
    expect((await ask(document)).errors).toBeUndefined()
    expect(executor.kept()).toBeLessThanOrEqual(2)
  }
})

describe('no code is made of what could be more than a query', () => {
  test.each([
    ['a text', '{ thing { told(id: "x") } }'],
    ['a text in an object, or as a default', 'query ($s: Size = { width: 1 }, $id: ID = "x") { thing { told(size: $s, id: $id) } }'],
    ['a block of text', '{ thing { told(id: """x""") } }'],
    ['a name with which places could be mistaken', '{ thing { one_more: one { id } } }'],
    ['names that objects have of themselves', '{ thing { __proto__: id } }'],
    ['an input that may hold itself', 'query ($tree: Tree) { thing { told(tree: $tree) } }'],
    ['a variable in a value', 'query ($n: Int, $c: [Colour!]) { thing { told(size: { width: 1, height: $n, colours: $c }) } }'],
    ['changes', 'mutation ($a: String) { first: say(word: $a) second: say(word: $a, fails: true) third: say(word: $a) }'],
    ['conditions', 'query ($a: Boolean = true) { a: thing { ...F @include(if: $a) } b: thing { ...F id @skip(if: true) title id } } fragment F on Thing { colour later }'],
    ['conditions that stand in the document', '{ thing { id @include(if: true) } }'],
    ['what may be of several types', '{ thing { any { ... on Thing { id } } } }'],
    ['what an interface shows', '{ thing { named { title } } }'],
    ['a variable so named', 'query ($__proto__: ID) { thing { told(id: $__proto__) } }'],
  ])('%s', async (_, query) => {
    const document = parse(query)
    expect(isSafeToCompile(schema, document)).toBe(false)
    const { interpreted, second } = await both(document)
    expect(second).toEqual(interpreted)
  })

  test('a text that the compiler would take for an expression stays a text', async () => {
    const text = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74d0), globalThis.taken = (true'
    const { second, interpreted } = await both(parse(`{ thing { told(id: ${JSON.stringify(text)}) } }`))
    expect(second).toEqual(interpreted)
    expect(globalThis).not.toHaveProperty('taken')
  })
})
