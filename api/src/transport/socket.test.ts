import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { openHomeroom } from '../../test/harness/homeroom.ts'

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
