import type { IncomingMessage } from 'node:http'
import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import type { Frame, Handshake, RawSocket } from '../../test/harness/raw-socket.ts'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { dial, initSocket, openSocket } from '../../test/harness/raw-socket.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { baseUrl: 'https://homeroom.test', baseDomain: 'homeroom.test' } })
  oakfield = await homeroom.signUp('oakfield')
})
afterAll(() => homeroom?.stop())

const init = { type: 'connection_init' }
const subscribe = (query: string, id = '1') => ({ id, type: 'subscribe', payload: { query } })
const watch = (id = '1') => subscribe(`subscription { tenantPreparationStatus(tenantId: "${oakfield.tenantId}") { status } }`, id)

/** 101 where the handshake succeeds, else what is answered instead. */
async function handshake(options: Handshake): Promise<{ status: number | undefined, body?: unknown, requestId?: unknown }> {
  const ws = dial(homeroom.api.url, options)
  ws.on('error', () => {})
  const opened = once(ws, 'open').then(() => ({ status: 101 }))
  const refused = once(ws, 'unexpected-response').then(async ([, answer]) => {
    const response = answer as IncomingMessage
    return { status: response.statusCode, requestId: response.headers['x-request-id'], body: JSON.parse(await text(response)) as unknown }
  })
  const outcome = await Promise.race([opened, refused])
  ws.terminate()
  return outcome
}

describe('the handshake', () => {
  test.each<[string, Handshake, number]>([
    ['no Origin: not a browser', {}, 101],
    ['our own Origin', { origin: 'https://homeroom.test' }, 101],
    ['a school\'s Origin', { origin: 'https://oakfield.homeroom.test' }, 101],
    ['a stranger\'s Origin', { origin: 'https://evil.example' }, 403],
    ['a suffix that is not a sub-domain', { origin: 'https://evilhomeroom.test' }, 403],
    ['a prefix', { origin: 'https://homeroom.test.evil.example' }, 403],
    ['ours before an @', { origin: 'https://homeroom.test@evil.example' }, 403],
    ['ours in a path', { origin: 'https://evil.example/https://homeroom.test' }, 403],
    ['ours with a path', { origin: 'https://homeroom.test/' }, 403],
    ['ours with a dot at the end', { origin: 'https://homeroom.test.' }, 403],
    ['a sub-domain of a sub-domain', { origin: 'https://a.b.homeroom.test' }, 403],
    ['a sub-domain without a name', { origin: 'https://.homeroom.test' }, 403],
    ['another scheme', { origin: 'http://homeroom.test' }, 403],
    ['another port', { origin: 'https://homeroom.test:8443' }, 403],
    ['Origin null', { origin: 'null' }, 403],
    ['an empty Origin', { headers: { origin: '' } }, 403],
    ['two in one', { origin: 'https://homeroom.test, https://homeroom.test' }, 403],
    ['no URL at all', { origin: 'homeroom.test' }, 403],
    ['another path', { path: '/elsewhere' }, 404],
    ['a path that only begins like ours', { path: '/graphql/x' }, 404],
  ])('%s', async (_, options, status) => {
    const answer = await handshake(options)
    expect(answer.status).toBe(status)
    if (status !== 101) {
      expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/)
      expect(answer.body).toEqual({ errors: [{ message: expect.any(String) as string, extensions: { code: expect.stringMatching(/^[A-Z_]+$/) as string, requestId: answer.requestId } }] })
    }
  })
})

describe('the protocol\'s close codes', () => {
  const withParams = (params: unknown) => [{ ...init, payload: params }]
  test.each<[string, number, unknown[], Handshake?]>([
    ['no connection_init in 3 seconds', 4408, []],
    ['a bad token', 4403, withParams({ authorization: 'Bearer x.y.z' })],
    ['a token without its scheme', 4403, withParams({ authorization: 'x.y.z' })],
    ['an empty token', 4403, withParams({ authorization: '' })],
    ['a token that is no text', 4403, withParams({ authorization: ['Bearer x.y.z'] })],
    ['a token that is null', 4403, withParams({ authorization: null })],
    ['a token of 9 kB', 4403, withParams({ authorization: `Bearer ${'x'.repeat(9_000)}` })],
    ['a tenant that is not an id', 4403, withParams({ tenantId: 'not-an-id' })],
    ['a tenant in a list', 4403, withParams({ tenantId: ['6ff0e5b1-0000-4000-8000-000000000001'] })],
    ['a tenant that turns into an id when it is printed', 4403, withParams({ tenantId: { toString: '6ff0e5b1-0000-4000-8000-000000000001' } })],
    ['parameters that are no object', 4400, withParams('Bearer x.y.z')],
    ['subscribing before the connection is acknowledged', 4401, [subscribe('subscription { x }')]],
    ['a second connection_init', 4429, [init, init]],
    ['an id that is in use', 4409, [init, 'ack', () => watch(), () => watch()]],
    ['garbage', 4400, ['garbage']],
    ['bytes that are no text', 4400, [Buffer.from([0xFF, 0x00, 0xFE])]],
    ['JSON that is no message', 4400, ['[]']],
    ['null', 4400, ['null']],
    ['a message of no known type', 4400, [{ type: 'start' }]],
    ['a message that only the server sends', 4400, [{ type: 'connection_ack' }]],
    ['an answer instead of a question', 4400, [init, 'ack', { type: 'next', id: '1', payload: {} }]],
    ['a query that is no text', 4400, [init, 'ack', { type: 'subscribe', id: '1', payload: { query: 7 } }]],
    ['an id of 200 letters', 4400, [init, 'ack', () => watch('x'.repeat(200))]],
    ['a frame over 64 kB', 1009, ['x'.repeat(70_000)]],
    ['no sub-protocol', 4406, [], { protocol: null }],
  ])('%s', async (_, code, messages, options) => {
    const socket = await openSocket(homeroom.api.url, options)
    for (const message of messages)
      await (message === 'ack' ? socket.next('connection_ack') : send(socket, message))
    expect((await socket.closed).code).toBe(code)
  })
})

function send(socket: RawSocket, message: unknown): void {
  if (Buffer.isBuffer(message))
    socket.ws.send(message)
  else
    socket.send(typeof message === 'function' ? (message as () => unknown)() : message)
}

interface Refusal { message: string, extensions: { code: string, requestId?: string } }

/** The error that answers the last of these messages. */
async function refusalOf(...messages: object[]): Promise<Refusal> {
  const socket = await initSocket(homeroom.api.url)
  messages.forEach(message => socket.send(message))
  const refusal = await Promise.race([socket.next('error').then(({ payload }: Frame) => (payload as Refusal[])[0]!), firstError(socket)])
  socket.ws.terminate()
  return refusal
}

/** The first error in a result. */
async function firstError(socket: RawSocket): Promise<Refusal> {
  for (;;) {
    const { errors } = (await socket.next('next')).payload as { errors?: Refusal[] }
    if (errors)
      return errors[0]!
  }
}

describe('what is refused over a socket says why, as over HTTP and no more', () => {
  const nested = (levels: number) => `subscription { tenantPreparationStatus(tenantId: "x") { ${'steps { '.repeat(levels)}name${' }'.repeat(levels)} } }`
  const variables = (values: object) => ({ id: '1', type: 'subscribe', payload: { query: 'subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', variables: values } })
  test.each<[string, string, () => object[]]>([
    ['a query', 'BAD_REQUEST', () => [subscribe('{ viewer { id } }')]],
    ['a mutation', 'BAD_REQUEST', () => [subscribe('mutation { signOut }')]],
    ['a mutation beside a subscription', 'BAD_REQUEST', () => [{ id: '1', type: 'subscribe', payload: { operationName: 'b', query: 'subscription a { tenantPreparationStatus(tenantId: "x") { status } } mutation b { signOut }' } }]],
    ['introspection', 'GRAPHQL_VALIDATION_FAILED', () => [subscribe('{ __schema { types { name } } }')]],
    ['introspection in a fragment', 'GRAPHQL_VALIDATION_FAILED', () => [subscribe('query { ...a } fragment a on Query { __type(name: "User") { name } }')]],
    ['an unknown field', 'GRAPHQL_VALIDATION_FAILED', () => [subscribe('subscription { tenantPreparationStatu(tenantId: "x") { status } }')]],
    ['no GraphQL at all', 'GRAPHQL_PARSE_FAILED', () => [subscribe('subscription {')]],
    ['more than 1,000 tokens', 'GRAPHQL_PARSE_FAILED', () => [subscribe(`subscription { tenantPreparationStatus(tenantId: "x") { ${'status '.repeat(1_000)} } }`)]],
    ['more than 10 levels', 'GRAPHQL_VALIDATION_FAILED', () => [subscribe(nested(11))]],
    ['more than 10 aliases', 'GRAPHQL_VALIDATION_FAILED', () => [subscribe(`subscription { tenantPreparationStatus(tenantId: "x") { ${Array.from({ length: 11 }, (_, n) => `a${n}: status`).join(' ')} } }`)]],
    ['an unknown tenant', 'NOT_FOUND', () => [subscribe(`subscription { tenantPreparationStatus(tenantId: "${crypto.randomUUID()}") { status } }`)]],
    ['more operations than a socket may run', 'RATE_LIMITED', () => Array.from({ length: 21 }, (_, id) => watch(String(id)))],
    ['a variable that is missing', 'BAD_USER_INPUT', () => [variables({})]],
    ['a variable of another type', 'BAD_USER_INPUT', () => [variables({ id: { a: 1 } })]],
    ['a text with U+0000', 'BAD_USER_INPUT', () => [variables({ id: 'a\0' })]],
  ])('%s', async (_, code, messages) => {
    const refusal = await refusalOf(...messages())
    expect(refusal.extensions).toMatchObject({ code, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string })
    expect(JSON.stringify(refusal)).not.toMatch(/Did you mean|stack|node_modules/)
    expect(JSON.stringify(refusal).length).toBeLessThan(1_000)
  })
})

test.each([
  ['refused and never closes its half', 'http://evil.example'],
  ['let in and never says goodbye', 'https://homeroom.test'],
])('a peer that is %s does not hold up the end', async (_, origin) => {
  const api = await homeroom.startApi()
  const { port, hostname } = new URL(api.url)
  const peer = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
  peer.on('error', () => {})
  peer.write(`GET /graphql HTTP/1.1\r\nHost: ${hostname}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`)
  await once(peer, 'data')
  const startedAt = performance.now()
  await api.stop()
  // As long as requests may take to be answered.
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  peer.destroy()
})
