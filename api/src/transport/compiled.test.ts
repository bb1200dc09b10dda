import type { DocumentNode, ExecutionResult } from 'graphql'
import { execute, GraphQLBoolean, GraphQLEnumType, GraphQLError, GraphQLID, GraphQLInputObjectType, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { Invalid } from '../shared/errors.ts'
import { isSafeToCompile, openExecutor } from './compiled.ts'

// A schema in which everything can go well and wrong, at once and later.
const Day = new GraphQLScalarType<string, string>({
  name: 'Day',
  serialize: value => value === 'never' ? fail('No day') : String(value),
  parseValue: value => typeof value === 'string' && value.length === 10 ? value : fail('A day has ten letters.'),
})
const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 'r' }, BLUE: { value: 'b' } } })
const Inner = new GraphQLInputObjectType({ name: 'Inner', fields: { width: { type: new GraphQLNonNull(GraphQLInt) }, height: { type: GraphQLInt, defaultValue: 8 }, colours: { type: new GraphQLList(Colour) } } })
const Size = new GraphQLInputObjectType({ name: 'Size', fields: () => ({
  width: { type: new GraphQLNonNull(GraphQLInt) },
  height: { type: GraphQLInt, defaultValue: 7 },
  colours: { type: new GraphQLList(new GraphQLNonNull(Colour)) },
  inner: { type: Inner },
}) })
const Tree: GraphQLInputObjectType = new GraphQLInputObjectType({ name: 'Tree', fields: () => ({ branches: { type: new GraphQLList(Tree) } }) })
const manyArguments = { args: { size: { type: Size }, colour: { type: Colour, defaultValue: 'b' }, day: { type: Day }, id: { type: GraphQLID }, ids: { type: new GraphQLList(GraphQLID) }, yes: { type: GraphQLBoolean }, tree: { type: Tree }, colours: { type: new GraphQLList(new GraphQLNonNull(Colour)) }, n: { type: GraphQLInt, defaultValue: 5 } } }
const Thing: GraphQLObjectType = new GraphQLObjectType({ name: 'Thing', fields: () => ({
  id: { type: new GraphQLNonNull(GraphQLID) },
  title: { type: GraphQLString },
  colour: { type: Colour },
  day: { type: Day },
  must: { type: new GraphQLNonNull(GraphQLString) },
  tags: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
  later: { type: GraphQLString, resolve: async ({ title }: { title: string }) => `later ${title}` },
  wrong: { type: GraphQLString, resolve: () => fail('wrong at once') },
  wrongLater: { type: GraphQLString, resolve: async () => fail('wrong later') },
  refused: { type: new GraphQLNonNull(GraphQLString), resolve: async () => { throw new Invalid('Not so.', { code: 'CONFLICT', facts: { why: 'because' } }) } },
  refusedAtOnce: { type: new GraphQLNonNull(GraphQLString), resolve: () => { throw new GraphQLError('Nor so.', { extensions: { code: 'NOR_SO' } }) } },
  returned: { type: GraphQLString, resolve: () => new Error('an error as a value') },
  nothing: { type: new GraphQLNonNull(Thing), resolve: async () => null },
  one: { type: Thing, resolve: () => thing('inner') },
  sure: { type: new GraphQLNonNull(Thing), resolve: async () => thing('sure') },
  many: { type: new GraphQLList(Thing), args: { first: { type: GraphQLInt, defaultValue: 2 } }, resolve: (_, { first }: { first: number }) => Array.from({ length: first }, (_, place) => thing(`t${place}`)) },
  some: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Thing))), resolve: async () => [thing('a'), null, thing('c')] },
  lacking: { type: new GraphQLList(new GraphQLNonNull(Thing)), resolve: async () => [thing('a'), thing('c')] },
  promised: { type: new GraphQLList(Thing), resolve: () => [Promise.resolve(thing('p')), thing('q')] },
  told: { type: GraphQLString, ...manyArguments, resolve: (_, args, context: { asked: string[] }) => {
    const given = told(args)
    context.asked.push(given)
    return given
  } },
  needs: { type: GraphQLString, args: { n: { type: new GraphQLNonNull(GraphQLInt) } }, resolve: (_, { n }: { n: number }) => String(n) },
}) })
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { thing: { type: Thing, resolve: () => thing('root') }, sure: { type: new GraphQLNonNull(Thing), resolve: async () => thing('sure') }, gone: { type: Thing, resolve: () => null } } }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields: { say: {
    type: new GraphQLNonNull(GraphQLString),
    args: { word: { type: GraphQLString }, fails: { type: GraphQLBoolean } },
    resolve: async (_, { word, fails }: { word: string, fails?: boolean }, { asked }: { asked: string[] }) => {
      await Promise.resolve()
      asked.push(word)
      return fails ? fail(`no ${word}`) : `${asked.join()}`
    },
  } } }),
})

/** Which argument comes first is nobody's business. */
const told = (args: unknown) => JSON.stringify(args, (_, value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value)
const thing = (title: string) => ({ id: title, title, colour: 'r', day: title === 'root' ? '2026-08-01' : 'never', must: title === 'c' ? null : 'there', tags: ['x', 'y'] })
function fail(words: string): never {
  throw new Error(words)
}

const nested = 'thing { id title colour day must tags one { id later } many(first: 3) { id later sure { title } } promised { title } }'
const corpus: readonly [string, string, Record<string, unknown>?][] = [
  ['leaves and levels', `{ ${nested} }`],
  ['aliases, some of them names of objects\' own', '{ a: thing { constructor: id toString: title hasOwnProperty: later } b: thing { id } }'],
  ['fragments that overlap', 'query Q { thing { ...F ... on Thing { title one { later } } __typename } } fragment F on Thing { id one { id sure { id } } }'],
  ['the schema\'s words', '{ __typename thing { __typename } }'],
  ['an operation of several', 'query Other { gone { id } } query Q { thing { id } }'],
  ...[[true, true], [true, false], [false, true], [false, false]].map(([a, b]): [string, string, Record<string, unknown>] => [`@include ${a}, @skip ${b}`, 'query Q($a: Boolean!, $b: Boolean!) { thing { id @include(if: $a) title @skip(if: $b) one @include(if: $a) @skip(if: $b) { later } ...F @include(if: $b) } } fragment F on Thing { colour later }', { a, b }]),
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

test('what is asked once is interpreted, and no more is kept than was said', async () => {
  const executor = openExecutor(schema, 2)
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
    ['an input that may hold itself', 'query ($tree: [Tree!]) { thing { told(tree: { branches: $tree }) } }'],
    ['a variable in a value', 'query ($n: Int, $c: [Colour!]) { thing { told(size: { width: 1, height: $n, colours: $c }) } }'],
    ['changes', 'mutation ($a: String) { first: say(word: $a) second: say(word: $a, fails: true) third: say(word: $a) }'],
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
