import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { baseDomain: 'homeroom.test' } })
  oakfield = await homeroom.signUp('oakfield')
  riverside = await homeroom.signUp('riverside')
})
afterAll(() => homeroom?.stop())

async function post(body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const response = await fetch(`${homeroom.api.url}/graphql`, { method: 'POST', headers, body })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) as { data?: unknown, errors?: { message: string, extensions: { code: string, requestId: string } }[] } }
}
const ask = (query: string) => post(JSON.stringify({ query }))

describe('a request that is refused says so in JSON, with a code and a request id', () => {
  test.each<[string, number, () => ReturnType<typeof post>]>([
    ['malformed JSON', 400, () => post('{bad')],
    ['a body of 200 kB', 413, () => post(JSON.stringify({ query: '{ viewer { id } }', variables: { x: 'x'.repeat(200_000) } }))],
    ['a batch', 400, () => post(JSON.stringify([{ query: '{ viewer { id } }' }]))],
    ['a form, as another site could send it', 415, () => post('query={viewer{id}}', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['text/plain', 400, () => post(JSON.stringify({ query: '{ viewer { id } }' }), { 'content-type': 'text/plain' })],
    ['U+0000 in a text of the document', 400, () => ask('mutation { signIn(input: { email: "a\\u0000b", password: "x" }) { accessToken } }')],
    ['U+0000 in a variable', 400, () => post(JSON.stringify({ query: 'mutation ($i: SignInInput!) { signIn(input: $i) { accessToken } }', variables: { i: { email: 'a\0b', password: 'x' } } }))],
    ['no query', 400, () => post('{}')],
    ['an unknown field', 400, () => ask('{ viewr { id } }')],
    ['introspection', 400, () => ask('{ __schema { types { name } } }')],
    ['2,000 aliases', 400, () => ask(`{ ${Array.from({ length: 2000 }, (_, n) => `a${n}: viewer { id }`).join(' ')} }`)],
    ['11 aliases', 400, () => ask(`{ ${Array.from({ length: 11 }, (_, n) => `a${n}: viewer { id }`).join(' ')} }`)],
    ['a circle of fragments', 400, () => ask('{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }')],
    ['an operation that is not there', 400, () => post(JSON.stringify({ query: 'query a { viewer { id } } query b { viewer { id } }' }))],
    ['a subscription over HTTP', 400, () => ask(`subscription { tenantPreparationStatus(tenantId: "${oakfield.tenantId}") { status } }`)],
  ])('%s', async (_, status, send) => {
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.json.errors?.[0]?.extensions).toEqual({ code: expect.stringMatching(/^[A-Z_]+$/), requestId: answer.headers.get('x-request-id') })
    expect(answer.text.length).toBeLessThan(4_000)
    expect(answer.text).not.toMatch(/node_modules|Did you mean|at Object\.|\/work\//)
  })
})

test('answers are never stored, and vary by who asks', async () => {
  const { headers } = await ask('{ viewer { id } }')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('vary')).toContain('Authorization')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test('an error nobody expected shows its request id and nothing else', async () => {
  await homeroom.database.sql('alter table platform.membership rename to hidden')
  const { status, errors } = await homeroom.visitor.send('mutation { signIn(input: { email: "head@oakfield.example", password: "correct horse battery staple" }) { accessToken } }')
  await homeroom.database.sql('alter table platform.hidden rename to membership')
  expect(status).toBe(200)
  expect(errors).toEqual([{ message: expect.stringContaining('went wrong on our side'), path: ['signIn'], extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) as string } }])
})

describe('the tenant of a request', () => {
  const tenant = (headers: Record<string, string>) => oakfield.client.send('{ tenant { slug } }', {}, headers)

  test('a header that agrees is fine; one that names another school is TENANT_MISMATCH 403', async () => {
    expect((await tenant({ 'x-tenant-id': oakfield.tenantId })).data).toEqual({ tenant: { slug: 'oakfield' } })
    const { status, errors } = await tenant({ 'x-tenant-id': riverside.tenantId })
    expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 403, code: 'TENANT_MISMATCH' })
  })

  test('headers that say it twice are 400, whatever they say', async () => {
    const { port, hostname } = new URL(homeroom.api.url)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ hostname, port, path: '/graphql', method: 'POST', headers: ['host', hostname, 'content-type', 'application/json', 'x-tenant-id', oakfield.tenantId, 'x-tenant-id', oakfield.tenantId] }, response => resolve(response.resume().statusCode))
      sent.on('error', reject)
      sent.end('{"query":"{ viewer { id } }"}')
    })
    expect(status).toBe(400)
  })

  test('a forwarded host counts only from a trusted proxy', async () => {
    const { data } = await tenant({ 'x-forwarded-host': 'riverside.homeroom.test' })
    expect(data).toEqual({ tenant: { slug: 'oakfield' } })
  })
})

test('health is answered without a token', async () => {
  expect((await fetch(`${homeroom.api.url}/livez`)).status).toBe(200)
  expect((await fetch(`${homeroom.api.url}/readyz`)).status).toBe(200)
})
