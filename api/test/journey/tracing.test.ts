import type { TestHomeroom } from '../harness/homeroom.ts'
import type { Span } from '../harness/trace-collector.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { startTracing } from '../../src/shared/trace-export.ts'
import { graphqlClient } from '../harness/client.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { createTenant, signUpInput } from '../harness/sign-up.ts'
import { openCollector } from '../harness/trace-collector.ts'

let collector: Awaited<ReturnType<typeof openCollector>>
let tracing: ReturnType<typeof startTracing>
let homeroom: TestHomeroom

beforeAll(async () => {
  collector = await openCollector()
  tracing = startTracing(collector.url, 'all')
  homeroom = await openHomeroom({ config: { trustedProxies: ['loopback'] } })
})
afterAll(async () => {
  await homeroom?.stop()
  await tracing?.stop()
  await collector?.stop()
})

/** All spans of one trace, once these are among them: they are sent as they end, some time after. */
async function traceWith(traceId: string, ...names: string[]): Promise<Span[]> {
  await expect.poll(() => collector.spans.filter(span => span.traceId === traceId).map(span => span.name), { interval: 100 }).toEqual(expect.arrayContaining(names))
  return collector.spans.filter(span => span.traceId === traceId)
}

const traceId = (digit: string) => digit.repeat(32)
const traceparent = (digit: string, flags = '01') => ({ traceparent: `00-${traceId(digit)}-${'1'.repeat(16)}-${flags}` })

/** The names from a span up to the first. */
function pathOf(span: Span, spans: readonly Span[]): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
  return [...(parent ? pathOf(parent, spans) : []), span.name]
}

test('a sign-up is one trace: the request, its transaction, the job, every step, and the statements of each', async () => {
  const { data } = await homeroom.visitor.send<{ createTenant: { tenant: { id: string } } }>(createTenant, { input: signUpInput('traced') }, traceparent('a'))
  const tenantId = data!.createTenant.tenant.id
  await homeroom.visitor.watch(tenantId)
  const spans = await traceWith(traceId('a'), 'process prepare-tenant', 'process send-mail')
  const paths = spans.map(span => pathOf(span, spans).join(' > '))
  const request = 'mutation createTenant'
  const job = `${request} > platform transaction > send prepare-tenant > process prepare-tenant`
  expect(paths).toEqual(expect.arrayContaining([request, `${request} > platform transaction`, job, `${job} > prepare: create-role`, `${job} > prepare: create-tables > statement`]))
  const [root] = spans.filter(({ name }) => name === request)
  expect(root).toMatchObject({ parentSpanId: '1'.repeat(16), kind: 2, attributes: expect.objectContaining({ 'http.request.method': 'POST', 'http.response.status_code': 200 }) as object })
  const tables = spans.find(span => span.attributes['db.query.text']?.toString().includes('create table'))
  expect(tables).toBeDefined()
  // The mail to the person who signed up is a part of it too.
  expect(paths).toContainEqual(expect.stringMatching(/send-mail > process send-mail$/))
})

test('a read of a school is a transaction of that school with its statements', async () => {
  const { client, tenantId } = await homeroom.openSchool('read')
  await client.send('query Anything { dashboard { studentCount } }', {}, traceparent('b'))
  const spans = await traceWith(traceId('b'), 'query dashboard', 'school transaction')
  const transaction = spans.find(({ name }) => name === 'school transaction')
  expect(transaction!.attributes).toMatchObject({ 'homeroom.tenant.id': tenantId, 'homeroom.read_only': true })
  const statements = spans.filter(({ name, parentSpanId }) => name === 'statement' && parentSpanId === transaction!.spanId)
  expect(statements.length).toBeGreaterThan(0)
  expect(statements[0]!.attributes['db.query.text']).toMatch(/^select /)
})

test('nothing that was sent is in a trace: no values, parameters, names of operations, tokens or words of errors', async () => {
  const { client, email } = await homeroom.openSchool('secretive')
  const marks = ['Hildegard', 'Quartzfeather', 'hq-4711']
  await client.send(`mutation Quartzfeather($input: AddStudentInput!) { addStudent(input: $input) { id } }`, { input: { givenName: marks[0], familyName: marks[1], identifier: marks[2] } }, traceparent('c'))
  await client.send('query ($search: String) { users(filter: { search: $search }) { totalCount } }', { search: marks[0] }, traceparent('c'))
  await homeroom.visitor.send('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email, password } }, traceparent('c'))
  await homeroom.visitor.send('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email, password: 'another password' } }, traceparent('c'))
  await traceWith(traceId('c'), 'mutation signIn')
  await expect.poll(() => collector.spans.filter(({ name }) => name === 'mutation signIn').length).toBe(2)
  for (const mark of [...marks, email, password, 'another password', 'argon2', 'eyJ'])
    expect(collector.bodies.join('\n')).not.toContain(mark)
})

test('what fails is told by its kind', async () => {
  const broken = { version: 99, name: 'broken', worksWith: 1, tables: [], statements: ['select \'Unutterable\'::int'] }
  const other = await openHomeroom({ worker: false, config: { trustedProxies: ['loopback'] } })
  await other.startWorker([...schoolMigrations, broken])
  const { data } = await other.visitor.send<{ createTenant: { tenant: { id: string } } }>(createTenant, { input: signUpInput('failing') }, traceparent('9'))
  await other.visitor.watch(data!.createTenant.tenant.id)
  expect((await other.database.sql<{ error_detail: string }>('select error_detail from platform.preparation_attempt'))[0]!.error_detail).toContain('Unutterable')
  await other.stop()
  const spans = await traceWith(traceId('9'), 'prepare: create-tables', 'process preparation-failed')
  expect(spans.find(({ name }) => name === 'prepare: create-tables')?.attributes['error.type']).toBe('22P02')
  expect(collector.bodies.join('\n')).not.toContain('Unutterable')
}, 60_000)

test('whose word it is whether a trace is kept: the proxy\'s, not a stranger\'s', async () => {
  const alone = await homeroom.startApi({ trustedProxies: [] })
  const stranger = graphqlClient(alone.url)
  await stranger.send('{ a: viewer { id } }', {}, traceparent('d'))
  await stranger.send('{ a: viewer { id } }', {}, traceparent('e', '00'))
  const before = collector.spans.length
  await homeroom.visitor.send('{ b: viewer { id } }', {}, traceparent('f', '00')) // not sampled, says the proxy
  await homeroom.visitor.send('{ c: viewer { id } }', {}, { traceparent: 'no-such-thing' })
  await expect.poll(() => collector.spans.filter(({ name, parentSpanId }) => name === 'query viewer' && !parentSpanId).length).toBe(3)
  expect(before).toBeLessThan(collector.spans.length)
  for (const digit of ['d', 'e', 'f'])
    expect(collector.spans.filter(span => span.traceId === traceId(digit))).toEqual([])
})
