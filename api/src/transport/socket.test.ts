import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { openHomeroom, password } from '../../test/harness/homeroom.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { baseUrl: 'https://homeroom.test', baseDomain: 'homeroom.test' } })
  oakfield = await homeroom.signUp('oakfield')
})
afterAll(() => homeroom?.stop())

function open(options: { origin?: string, protocol?: string, path?: string } = {}): WebSocket {
  const { origin, protocol = 'graphql-transport-ws', path = '/graphql' } = options
  return new WebSocket(`${homeroom.api.url.replace('http', 'ws')}${path}`, protocol, { ...(origin && { origin }) })
}

/** What the server closes with after these messages. */
async function closedAfter(...messages: unknown[]): Promise<number> {
  const socket = open()
  await once(socket, 'open')
  for (const message of messages)
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  const [code] = await once(socket, 'close') as [number]
  return code
}

/** The status of a handshake: 101 where it succeeds. */
async function handshake(options: Parameters<typeof open>[0]): Promise<number> {
  const socket = open(options)
  return new Promise((resolve) => {
    socket.on('open', () => {
      socket.close()
      resolve(101)
    })
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode!))
    socket.on('error', () => {})
  })
}

const init = { type: 'connection_init' }
const subscribe = (query: string, id = '1') => ({ id, type: 'subscribe', payload: { query } })

describe('the handshake', () => {
  test.each<[string, Parameters<typeof open>[0], number]>([
    ['no Origin: not a browser', {}, 101],
    ['our own Origin', { origin: 'https://homeroom.test' }, 101],
    ['a school\'s Origin', { origin: 'https://oakfield.homeroom.test' }, 101],
    ['a stranger\'s Origin', { origin: 'https://evil.example' }, 403],
    ['a suffix that is not a sub-domain', { origin: 'https://evilhomeroom.test' }, 403],
    ['a prefix', { origin: 'https://homeroom.test.evil.example' }, 403],
    ['another scheme', { origin: 'http://homeroom.test' }, 403],
    ['Origin null', { origin: 'null' }, 403],
    ['another path', { path: '/elsewhere' }, 404],
  ])('%s', async (_, options, status) => {
    expect(await handshake(options)).toBe(status)
  })
})

describe('the protocol\'s close codes', () => {
  test('a bad token is 4403', async () => {
    expect(await closedAfter({ ...init, payload: { authorization: 'Bearer x.y.z' } })).toBe(4403)
  })
  test('a tenant that is not an id is 4403', async () => {
    expect(await closedAfter({ ...init, payload: { tenantId: 'not-an-id' } })).toBe(4403)
  })
  test('subscribing before the connection is acknowledged is 4401', async () => {
    expect(await closedAfter(subscribe('subscription { x }'))).toBe(4401)
  })
  test('a second connection_init is 4429', async () => {
    expect(await closedAfter(init, init)).toBe(4429)
  })
  test('garbage is 4400', async () => {
    expect(await closedAfter('garbage')).toBe(4400)
  })
  test('a frame over 64 kB is 1009', async () => {
    expect(await closedAfter('x'.repeat(70_000))).toBe(1009)
  })
})

describe('only subscriptions run over a socket, and errors are masked as over HTTP', () => {
  test.each([
    ['a query', '{ viewer { id } }', 'BAD_REQUEST'],
    ['a mutation', 'mutation { signOut }', 'BAD_REQUEST'],
    ['introspection', '{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown field', 'subscription { tenantPreparationStatu(tenantId: "x") { status } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['no GraphQL at all', 'subscription {', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown tenant', `subscription { tenantPreparationStatus(tenantId: "${crypto.randomUUID()}") { status } }`, 'NOT_FOUND'],
  ])('%s', async (_, query, code) => {
    const failure = await homeroom.visitor.subscribe(query).then(() => undefined, (error: unknown) => error)
    const [first] = Array.isArray(failure) ? failure : (failure as { errors: unknown[] }).errors
    expect(first).toMatchObject({ extensions: { code, requestId: expect.any(String) as string } })
    expect(JSON.stringify(first)).not.toMatch(/Did you mean|stack|node_modules/)
  })
})

describe('what is refused over a socket says why', () => {
  const watch = () => subscribe(`subscription { tenantPreparationStatus(tenantId: "${oakfield.tenantId}") { status } }`)
  /** The error that answers the last of these messages. */
  async function refusalOf(params: object, ...messages: object[]): Promise<{ message: string, extensions: { code: string } }> {
    const socket = open()
    await once(socket, 'open')
    const refused = Promise.withResolvers<{ message: string, extensions: { code: string } }>()
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(String(data)) as { type: string, payload: never }
      if (type === 'connection_ack')
        messages.forEach(message => socket.send(JSON.stringify(message)))
      if (type === 'error' || (payload as { errors?: unknown })?.errors)
        refused.resolve(type === 'error' ? payload[0] : (payload as { errors: never[] }).errors[0]!)
    })
    socket.send(JSON.stringify({ ...init, payload: params }))
    const refusal = await refused.promise
    socket.terminate()
    return refusal
  }

  test('a session that has ended since the socket was opened', async () => {
    const riverside = await homeroom.signUp('riverside')
    const token = await homeroom.visitor.ask<{ signIn: { accessToken: string } }>('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email: riverside.email, password } })
    const socket = open()
    await once(socket, 'open')
    socket.send(JSON.stringify({ ...init, payload: { authorization: `Bearer ${token.signIn.accessToken}` } }))
    await once(socket, 'message')
    await homeroom.visitor.as(token.signIn.accessToken).ask('mutation { signOut }')
    const answered = once(socket, 'message')
    socket.send(JSON.stringify(watch()))
    expect(JSON.parse(String((await answered)[0]))).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    socket.terminate()
  })
  test('more operations than a socket may run', async () => {
    const many = Array.from({ length: 21 }, (_, id) => ({ ...watch(), id: String(id) }))
    expect(await refusalOf({}, ...many)).toMatchObject({ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } })
  })
  test.each([
    ['a variable that is missing', {}],
    ['a variable of another type', { id: { a: 1 } }],
    ['a text with U+0000', { id: 'a\0' }],
  ])('%s', async (_, variables) => {
    const message = { id: '1', type: 'subscribe', payload: { query: 'subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', variables } }
    expect(await refusalOf({}, message)).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
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
  await api.stop()
  peer.destroy()
}, 10_000)

test('a thousand watchers that vanish leave nothing behind', async () => {
  const sockets = await Promise.all(Array.from({ length: 50 }, async () => {
    const socket = open()
    await once(socket, 'open')
    socket.send(JSON.stringify(init))
    await once(socket, 'message')
    for (let id = 0; id < 20; id += 1)
      socket.send(JSON.stringify(subscribe(`subscription { tenantPreparationStatus(tenantId: "${oakfield.tenantId}") { status } }`, String(id))))
    await once(socket, 'message')
    return socket
  }))
  for (const socket of sockets)
    socket.terminate()
  // Stopping waits for every open iterator: one that is stuck would hold it up.
  const other = await homeroom.startApi()
  await other.stop()
  expect((await homeroom.visitor.send('{ viewer { id } }')).status).toBe(200)
})
