import type { HostileRequest } from '../harness/hostile-inputs.ts'
import type { Heard } from '../harness/knock.ts'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { hostileDocuments, hostileMethods } from '../harness/hostile-inputs.ts'
import { knock, refusalCode } from '../harness/knock.ts'
import { signedIn } from '../harness/sign-in.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let base: string
let stop: () => Promise<void>
/** By whom: nobody, a school's ADMIN, a superadmin without and one with a second factor. */
let tokens: Record<'visitor' | 'member' | 'newSuperadmin' | 'superadmin', string | undefined>

beforeAll(async () => {
  const homeroom = await openHomeroom()
  const { email } = await homeroom.openSchool('oakfield')
  base = homeroom.api.url
  stop = homeroom.stop
  tokens = {
    visitor: undefined,
    member: (await signedIn(homeroom.visitor, { email, password })).accessToken,
    newSuperadmin: (await openSuperadmin(homeroom, 'New Super', { secondFactor: false })).accessToken,
    superadmin: (await openSuperadmin(homeroom)).accessToken,
  }
})
afterAll(() => stop?.())

type Who = keyof typeof tokens

function send(request: HostileRequest, who: Who = 'member'): Promise<Heard> {
  const token = tokens[who]
  return knock(base, { ...request, headers: [...(request.headers ?? ['content-type', 'application/json']), ...(token === undefined ? [] : ['authorization', `Bearer ${token}`])] })
}
const ask = (query: string, more: object = {}, who?: Who) => send({ name: '', body: JSON.stringify({ query, ...more }) }, who)

const graphqlWords = 'query ($n: Int) { users(first: $n) { totalCount } }'
const moreInputs: readonly HostileRequest[] = [
  { name: 'GET with the type of a form', method: 'GET', path: '/graphql?query=%7Bviewer%7Bid%7D%7D', headers: ['content-type', 'application/x-www-form-urlencoded'] },
  { name: 'GET with an odd type', method: 'GET', path: '/graphql?query=%7Bviewer%7Bid%7D%7D', headers: ['content-type', 'application/graphql', 'apollo-require-preflight', '1'] },
  { name: 'variables that are text by GET', method: 'GET', path: '/graphql?query=%7Bviewer%7Bid%7D%7D&variables=%7Bbad', headers: ['apollo-require-preflight', '1'] },
  { name: 'a method in a header', method: 'GET', path: '/graphql?query=mutation%7BsignOut%7D', headers: ['apollo-require-preflight', '1', 'x-http-method-override', 'POST'] },
  { name: 'a path that is no text', path: '/graphql%zz' },
  { name: 'a variable nested 40,000 deep', body: `{"query":"query ($x: Int) { users(first: $x) { totalCount } }","variables":{"x":${'['.repeat(40_000)}${']'.repeat(40_000)}}}` },
  { name: 'a variable that nobody asked for', body: JSON.stringify({ query: '{ viewer { id } }', variables: { x: { y: 'z' } } }) },
  { name: 'an alias of 65 letters', body: JSON.stringify({ query: `{ ${'a'.repeat(65)}: viewer { id } }` }) },
  { name: 'eleven aliases', body: JSON.stringify({ query: `{ ${Array.from({ length: 11 }, (_, n) => `a${n}: viewer { id }`).join(' ')} }` }) },
  { name: 'a price beyond the highest', body: JSON.stringify({ query: '{ users(first: 100) { nodes { enrollments { class { enrollments { user { enrollments { id } } } } } } } }' }) },
  { name: 'a price made less by a page of -100', body: JSON.stringify({ query: '{ a: users(first: -100) { nodes { enrollments { class { enrollments { user { enrollments { id } } } } } } } users(first: 100) { nodes { enrollments { class { enrollments { user { enrollments { id } } } } } } } }' }) },
  { name: 'a price hidden in fragments', body: JSON.stringify({ query: '{ users(first: 100) { nodes { enrollments { class { enrollments { ...a } } } } } } fragment a on Enrollment { user { enrollments { id } } }' }) },
  { name: 'a price hidden in a variable', body: JSON.stringify({ query: 'query ($n: Int) { users(first: $n) { nodes { enrollments { class { enrollments { user { enrollments { id } } } } } } } }', variables: { n: 100 } }) },
  { name: 'the same with a page that it can pay for', body: JSON.stringify({ query: 'query ($n: Int) { users(first: $n) { nodes { enrollments { class { enrollments { user { enrollments { id } } } } } } } }', variables: { n: 10 } }) },
  { name: 'a variable of another type', body: JSON.stringify({ query: graphqlWords, variables: { n: { a: 1 } } }) },
  { name: 'a variable beyond 32 bits', body: JSON.stringify({ query: graphqlWords, variables: { n: 2 ** 40 } }) },
]

const refused = (status: number, code: string) => ({ status, code })
const [unparsed, invalid, badInput, badRequest] = [refused(400, 'GRAPHQL_PARSE_FAILED'), refused(400, 'GRAPHQL_VALIDATION_FAILED'), refused(400, 'BAD_USER_INPUT'), refused(400, 'BAD_REQUEST')]
const tooDear = refused(400, 'QUERY_TOO_COMPLEX')
const unsupported = refused(400, 'PERSISTED_QUERY_NOT_SUPPORTED')
const unresolved = refused(400, 'OPERATION_RESOLUTION_FAILURE')
const wrongMethod = refused(405, 'BAD_REQUEST')
const wrongType = refused(415, 'BAD_REQUEST')
const nothing = refused(404, 'NOT_FOUND')
const fine = { status: 200, code: undefined }

// The reviewed verdicts: what a school's ADMIN hears. An input that is not here fails the test.
const verdicts: Record<string, { status: number, code: string | undefined }> = {
  '4,000 aliases': unparsed,
  'two sign-ins in one': tooDear,
  '1,000 type names': unparsed,
  '30,000 equal fields': unparsed,
  '12 levels': invalid,
  '3,000 levels': unparsed,
  '8,000 lists in each other': unparsed,
  'a circle of one fragment': invalid,
  'a circle of fifty': invalid,
  '400 fragments that overlap': unparsed,
  '5,000 unknown directives': unparsed,
  '3,000 skips': unparsed,
  'introspection': invalid,
  'deep introspection': invalid,
  'a misspelt field': invalid,
  'a misspelt argument': invalid,
  'a wrong scalar of 5,000 letters': badInput,
  '@defer': invalid,
  '@stream': invalid,
  'a comment that draws': fine,
  'an operation that is not there': unresolved,
  'an operation called __proto__': unresolved,
  'no choice of two operations': unresolved,
  'a persisted query': unsupported,
  'a persisted query to keep': unsupported,
  'a subscription': badRequest,
  'a polluted prototype': badRequest,
  'unknown fields of an input': badInput,
  'an operator where a text belongs': badInput,
  'U+0000': badInput,
  'half a letter': badInput,
  'first: -1': badInput,
  'first: 0': badInput,
  'first: 1000000000': badInput,
  'first: 2147483648': invalid,
  'first: 1e400': invalid,
  'first: "1"': invalid,
  'first: null': fine,
  'first: 9007199254740993': invalid,
  'the day -001-01-01': badInput,
  'the day 275761-01-01': badInput,
  'the day 2026-02-30': badInput,
  'the day \u0662\u0660\u0662\u0666-01-01': badInput,
  '10,000 ids': badInput,
  'a batch of one': badRequest,
  'a batch of 1,000': badRequest,
  'malformed JSON': badRequest,
  'a byte order mark': fine, // RFC 8259 lets us overlook it
  'JSON nested 40,000 deep': fine, // in a variable that nobody asked for
  'nothing': badRequest,
  'null': badRequest,
  'two megabytes': refused(413, 'BAD_REQUEST'),
  'bytes that are no UTF-8': fine, // in a comment, where nobody reads them
  'GET without a preflight': badRequest,
  'a mutation by GET': wrongMethod,
  'a token in the address': fine, // and the header's token that counts
  'text/plain': badRequest,
  'application/x-www-form-urlencoded': wrongType,
  'multipart/form-data; boundary=x': wrongType,
  'application/json; charset=utf-7': wrongType,
  '"': wrongType,
  'application/graphql': wrongType,
  'what claims to be gzip': badRequest,
  'PUT': wrongMethod,
  'DELETE': wrongMethod,
  'TRACE': wrongMethod,
  'OPTIONS': wrongMethod,
  'PATCH': wrongMethod,
  '/graphql/': nothing,
  '/graphql/../metrics': nothing,
  '/%2e%2e/%2e%2e/etc/passwd': nothing,
  '/metrics': nothing,
  '//graphql': nothing,
  '/graphql%00': nothing,
  '/GRAPHQL': nothing,
  'GET with the type of a form': badRequest,
  'GET with an odd type': wrongType,
  'variables that are text by GET': badRequest,
  'a method in a header': wrongMethod,
  'a path that is no text': badRequest,
  'a variable nested 40,000 deep': badInput,
  'a variable that nobody asked for': fine,
  'an alias of 65 letters': invalid,
  'eleven aliases': invalid,
  'a price beyond the highest': tooDear,
  'a price made less by a page of -100': tooDear,
  'a price hidden in fragments': tooDear,
  'a price hidden in a variable': tooDear,
  'the same with a page that it can pay for': fine,
  'a variable of another type': badInput,
  'a variable beyond 32 bits': badInput,
}

test.each([...hostileDocuments, ...hostileMethods, ...moreInputs])('$name', async (request) => {
  const heard = await send(request)
  const refusal = heard.body.includes('"errors"') ? refusalCode(heard) : undefined
  expect({ status: heard.status, code: refusal }).toEqual(verdicts[request.name])
  if (heard.status === 405)
    expect(heard.headers.allow).toContain('POST')
})

describe('introspection', () => {
  const questions = {
    'a whole schema': { query: getIntrospectionQuery() },
    'a type': { query: '{ __type(name: "User") { name } }' },
    'a type in a fragment': { query: '{ viewer { id } ...a } fragment a on Query { ... { __type(name: "User") { name } } }' },
    'a type under another name': { query: '{ innocent: __type(name: "User") { name } }' },
    'a type that may be skipped': { query: 'query ($no: Boolean!) { viewer { id } __type(name: "User") @skip(if: $no) { name } }', variables: { no: true } },
  }

  // Apollo keeps documents it has seen: who asks last must not profit from who asked first.
  test.each(Object.entries(questions))('%s is answered to superadmins only, in whatever order they ask', async (_, { query, ...more }) => {
    const answers: [Who, number][] = []
    for (const who of ['visitor', 'superadmin', 'member', 'newSuperadmin', 'superadmin', 'visitor'] as const) {
      const heard = await ask(query, more, who)
      answers.push([who, heard.status])
      if (who !== 'superadmin') {
        expect(refusalCode(heard)).toBe('GRAPHQL_VALIDATION_FAILED')
        expect(heard.body).toContain('Introspection is for superadmins; read the published schema.graphql')
      }
    }
    expect(answers).toEqual([['visitor', 400], ['superadmin', 200], ['member', 400], ['newSuperadmin', 400], ['superadmin', 200], ['visitor', 400]])
  })

  test('__typename is no introspection', async () => {
    expect(JSON.parse((await ask('{ __typename viewer { __typename } }')).body)).toEqual({ data: { __typename: 'Query', viewer: { __typename: 'Viewer' } } })
  })
})

describe('nothing of what was sent comes back but a few letters', () => {
  // No two runs of it are alike.
  const long = Array.from({ length: 400 }, (_, n) => n.toString(36).padStart(3, '-')).join('')
  const runs = Array.from({ length: long.length - 65 }, (_, at) => long.slice(at, at + 65))
  const named = long.replaceAll('-', '_')
  const object = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`key${n}`, n]))
  test.each<[string, string, object?]>([
    ['a field', `{ a${named} }`],
    ['an argument', `{ users(a${named}: 1) { totalCount } }`],
    ['a type', `query ($x: A${named}) { viewer { id } }`],
    ['a directive', `{ viewer { id @a${named} } }`],
    ['a fragment', `{ ...a${named} }`],
    ['an enum', `{ users(filter: { role: A${named} }) { totalCount } }`],
    ['a text for a number', `{ users(first: "${long}") { totalCount } }`],
    ['a list for a number', `{ users(first: ["${long}", 1]) { totalCount } }`],
    ['an object for a number', `{ users(first: { ${named.slice(1, 600)}: 1 }) { totalCount } }`],
    ['a text where there should be GraphQL', `"${long}"`],
    ['a text for an enum', '', { query: 'query ($x: UserFilter) { users(filter: $x) { totalCount } }', variables: { x: { role: long } } }],
    ['an unknown field of an input', '', { query: 'query ($x: UserFilter) { users(filter: $x) { totalCount } }', variables: { x: { [long]: 1 } } }],
    ['an object for a text', '', { query: 'query ($x: ID!) { user(id: $x) { id } }', variables: { x: { [long]: long } } }],
    ['an object of 300 fields', '', { query: 'query ($x: ID!) { user(id: $x) { id } }', variables: { x: object } }],
    ['words that look like ours', '', { query: 'query ($x: Int) { users(first: $x) { totalCount } }', variables: { x: `" at "x"; cannot represent value: ${long} got invalid value ${long}; ${long}` } }],
    ['the name of an operation', '', { query: 'query a { viewer { id } }', operationName: long }],
    ['an id', `{ user(id: "${long}") { id } }`],
    ['a cursor', `{ users(after: "${long}") { totalCount } }`],
    ['a slug', `{ slugAvailability(slug: "${long}") { slug message suggestion } }`],
  ])('%s', async (_, query, more) => {
    const { body } = await ask(query, more)
    expect(runs.filter(run => body.includes(run) || body.includes(run.replaceAll('-', '_')))).toEqual([])
    expect(body).not.toContain('key70')
    expect(body.length).toBeLessThan(2_000)
  })
})
