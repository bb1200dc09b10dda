import type { DocumentNode, ExecutionResult } from 'graphql'
import { array, asyncProperty, constantFrom, assert as holds, letrec, oneof, option, record, tuple } from 'fast-check'
import { execute, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { awkwardSchema as schema } from '../../test/harness/awkward-schema.ts'
import { isSafeToCompile } from './compilable.ts'
import { openExecutor } from './compiled.ts'

// Any document that may be sent, with anything that it may be given: both ways of running it say the same.

const declared = { a: 'Boolean!', b: 'Boolean = true', toString: 'ID', valueOf: '[ID]', n: 'Int = 3', must: 'Int!', size: 'Size', colour: 'Colour = RED', constructor: '[Colour!]' }
const given = record({
  a: constantFrom(true, false),
  b: constantFrom(true, false, null),
  toString: constantFrom('1', 2, null),
  valueOf: constantFrom(['1'], [null], 3, null),
  n: constantFrom(0, 2, null),
  must: constantFrom(1, 2),
  size: constantFrom({ width: 1 }, { width: 1, height: null, inner: { width: 2 } }, null),
  colour: constantFrom('BLUE', null),
  constructor: constantFrom(['RED'], 'BLUE', null),
}, { requiredKeys: ['a', 'must'] })

const leaves = ['id', 'title', 'colour', 'day', 'must', 'tags', 'later', 'wrong', 'wrongLater', 'refused', 'refusedAtOnce', 'returned', 'thrownAway', 'called', 'awaited', '__typename']
const asking = ['told', 'told(size: $size, colour: $colour)', 'told(id: $toString, ids: $valueOf)', 'told(yes: $a, n: $n, colours: $constructor)', 'told(n: -0, colour: BLUE, size: { width: 2, inner: { width: 1, colours: [RED] } })', 'told(n: null, colours: RED)', 'needs(n: $must)', 'needs(n: $n)', 'needs(n: 3)']
const levels = ['one', 'sure', 'many', 'many(first: $must)', 'many(first: $n)', 'sureLater', 'nothing', 'promised', 'refusedInList', 'grid', 'noList']
const places = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'class', 'query', 'idx0', 'idx1', 'length', 'a', 'b', 'message', 'data', 'errors', 'thing', 'one', 'many', 'id', 'must', 'a1', 'aThing']

/** What is interpreted, whatever is beside it. */
const wild = {
  leaves: ['told(size: { width: 1, height: $n })', 'told(id: "x")', 'any { ... on Thing { id } }', 'named { title }'],
  places: ['a_b', '__proto__', '_'],
  conditions: ['@include(if: $a)', '@skip(if: $a)', '@include(if: $b)', '@skip(if: true)', '@include(if: $a) @skip(if: $b)'],
}

const fragments = ['F', 'G', 'H']

function documents(more: Partial<typeof wild> = {}) {
  const place = option(constantFrom(...places, ...more.places ?? []), { freq: 3 })
  const condition = more.conditions ? option(constantFrom(...more.conditions), { freq: 1, nil: '' }) : constantFrom('')
  const field = (alias: string | null, name: string, when: string, below = '') => `${alias ? `${alias}: ` : ''}${name} ${when} ${below}`
  const { selections } = letrec<{ selections: string, selection: string }>(tie => ({
    selections: array(tie('selection'), { minLength: 1, maxLength: 4 }).map(parts => `{ ${parts.join(' ')} }`),
    selection: oneof(
      { depthSize: 'small', maxDepth: 4 },
      { weight: 5, arbitrary: tuple(place, constantFrom(...leaves, ...asking, ...more.leaves ?? []), condition).map(([alias, name, when]) => name.includes('{') ? name : field(alias, name, when)) },
      { weight: 1, arbitrary: tuple(constantFrom(...fragments), condition).map(([name, when]) => `...${name} ${when}`) },
      { weight: 4, arbitrary: tuple(place, constantFrom(...levels), condition, tie('selections')).map(parts => field(...parts)) },
      { weight: 1, arbitrary: tuple(constantFrom('...', '... on Thing', '... on Named { title } ...'), condition, tie('selections')).map(([on, when, below]) => `${on} ${when} ${below}`) },
    ),
  }))
  return tuple(constantFrom('thing', 'sure', 'gone', 'x: thing'), selections, tuple(selections, selections, selections)).map(([root, body, bodies]) => {
    const used = new Set<string>()
    const follow = (text: string) => fragments.forEach((name, at) => {
      if (text.includes(`...${name} `) && !used.has(name)) {
        used.add(name)
        follow(bodies[at]!)
      }
    })
    follow(body)
    const rest = fragments.flatMap((name, at) => used.has(name) ? [`fragment ${name} on Thing ${bodies[at]}`] : [])
    const text = `{ ${root} ${body} } ${rest.join(' ')}`
    const variables = Object.entries(declared).filter(([name]) => new RegExp(`\\$${name}\\b`).test(text)).map(([name, type]) => `$${name}: ${type}`)
    return `query Q${variables.length > 0 ? `(${variables.join(', ')})` : ''} ${text}`
  })
}

function said({ data, errors }: ExecutionResult) {
  return {
    data: JSON.stringify(data),
    errors: errors?.map(({ message, path, locations, extensions, originalError }) => JSON.stringify([message, path, locations, extensions, originalError?.constructor.name])).sort(),
  }
}
const context = () => ({ asked: [] })

/** What a document is answered with the third time, and what graphql-js says. */
async function both(document: DocumentNode, values: Record<string, unknown>) {
  const executor = openExecutor(schema)
  const ask = () => executor.execute({ document, operationName: 'Q', variables: values, context: context() })
  // Of a copy: the compiler writes on what it reads. And at once: graphql-js goes on adding errors to what it has answered.
  const interpreted = said(await execute({ schema, document: parse(document.loc!.source.body), operationName: 'Q', variableValues: values, contextValue: context() }))
  await ask()
  await ask()
  return { answered: said(await ask()), interpreted }
}

describe('what the compiler would answer otherwise', () => {
  test.each([
    'query Q { sure { refused one { refused } } }',
    'query Q { thing { one { a: refused b: refused } } }',
    'query Q { thing { a: one { refused } b: one { refused } } }',
    'query Q { thing { sure { must must } sureLater { must must } } }',
    'query Q { thing { refusedInList { id } } }',
    'query Q { thing { called awaited thrownAway } }',
    'query Q($a: Boolean!) { thing { one { ...F @include(if: $a) } sure { ...F @skip(if: $a) } } } fragment F on Thing { id later }',
    'query Q($b: Boolean = true) { thing { id @include(if: $b) } }',
    'query Q($height: Int) { thing { told(size: { width: 1, height: $height }) } }',
  ])('%s', async (text) => {
    const document = parse(text)
    expect(validate(schema, document)).toEqual([])
    for (const values of [{ a: true, b: null, n: null }, { a: false, b: false }]) {
      const { answered, interpreted } = await both(document, values)
      expect(answered).toEqual(interpreted)
    }
  })
})

describe('whatever is asked, code answers as graphql-js does', () => {
  test.each([['plain documents', documents(), 700], ['documents with all there is', documents(wild), 700]] as const)('%s', async (_, any, runs) => {
    const tried = { valid: 0, compiled: 0 }
    await holds(asyncProperty(any, given, async (text, values) => {
      const document = parse(text)
      if (validate(schema, document).length > 0)
        return
      tried.valid += 1
      tried.compiled += isSafeToCompile(schema, document) ? 1 : 0
      const { answered, interpreted } = await both(document, values)
      expect(answered).toEqual(interpreted)
    }), { numRuns: runs })
    expect(tried.valid).toBeGreaterThan(runs / 4)
    expect(tried.compiled).toBeGreaterThan(runs / 10)
  })
})
