import type { IncomingMessage } from 'node:http'
import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import type { Handshake, RawSocket } from '../../test/harness/raw-socket.ts'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openHomeroom, password } from '../../test/harness/homeroom.ts'
import { answers, dial, initSocket, openSocket } from '../../test/harness/raw-socket.ts'
import { signedIn } from '../../test/harness/sign-in.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { rateLimits: true, trustedProxies: ['loopback'] } })
  oakfield = await homeroom.signUp('oakfield')
})
const open: RawSocket[] = []
afterEach(async () => {
  vi.useRealTimers()
  open.splice(0).forEach(({ ws }) => ws.terminate())
  await expect.poll(() => gauge('sockets_open')).toBe(0)
})
afterAll(() => homeroom?.stop())

function keep(socket: RawSocket) {
  open.push(socket)
  return socket
}

/** A number the API measures about itself. */
async function gauge(name: string, api = homeroom.api): Promise<number> {
  const metric = await api.metrics.registry.getSingleMetric(name)!.get()
  return metric.values[0]!.value
}

const from = (address: string): Handshake => ({ headers: { 'x-forwarded-for': address } })

/** What the server answers instead of opening a socket. */
async function refusal(handshake: Handshake): Promise<{ status: number | undefined, retryAfter: string | undefined, body: unknown }> {
  const ws = dial(homeroom.api.url, handshake)
  ws.on('error', () => {})
  const [, response] = await once(ws, 'unexpected-response') as [unknown, IncomingMessage]
  return { status: response.statusCode, retryAfter: response.headers['retry-after'], body: JSON.parse(await text(response)) }
}

const signIn = async () => (await signedIn(homeroom.visitor, { email: oakfield.email, password })).accessToken

const watch = (id: string) => ({ id, type: 'subscribe', payload: { query: `subscription { tenantPreparationStatus(tenantId: "${oakfield.tenantId}") { status } }` } })

describe('how many sockets there may be', () => {
  test('200 of one address that have not signed in, then 429, until one of them closes', async () => {
    // Those of an office do not count with them.
    const authorization = `Bearer ${await signIn()}`
    const [colleague] = await Promise.all(Array.from({ length: 20 }, () => initSocket(homeroom.api.url, { authorization }, from('192.0.2.1')).then(keep)))
    const sockets = await Promise.all(Array.from({ length: 199 }, () => initSocket(homeroom.api.url, {}, from('192.0.2.1')).then(keep)))
    // One that has said nothing yet counts too.
    keep(await openSocket(homeroom.api.url, from('192.0.2.1')))
    expect(await refusal(from('192.0.2.1'))).toEqual({
      status: 429,
      retryAfter: '10',
      body: { errors: [{ message: expect.any(String) as string, extensions: { code: 'RATE_LIMITED', retryAfter: 10, requestId: expect.any(String) as string } }] },
    })
    keep(await openSocket(homeroom.api.url, from('192.0.2.2')))
    sockets[0]!.ws.close()
    await sockets[0]!.closed
    keep(await initSocket(homeroom.api.url, {}, from('192.0.2.1')))
    expect((await refusal(from('192.0.2.1'))).status).toBe(429)
    // Nor is there another place where one of those closes.
    colleague!.ws.close()
    await colleague!.closed
    expect((await refusal(from('192.0.2.1'))).status).toBe(429)
  })

  test('20 of one account, wherever they come from, then 4403, until one of them closes', async () => {
    const authorization = `Bearer ${await signIn()}`
    const connect = async (n: number) => keep(await initSocket(homeroom.api.url, { authorization }, from(`192.0.2.${n}`)))
    const sockets = await Promise.all(Array.from({ length: 20 }, (_, n) => connect(n + 1)))
    const tooMany = keep(await openSocket(homeroom.api.url))
    tooMany.send({ type: 'connection_init', payload: { authorization } })
    expect(await tooMany.closed).toEqual({ code: 4403, reason: 'Too many sockets of this account or key' })
    keep(await initSocket(homeroom.api.url)) // a visitor is nobody's account
    sockets[0]!.ws.close()
    await sockets[0]!.closed
    await connect(30)
  })

  test('as many as they like where RATE_LIMITS is off', async () => {
    const api = await homeroom.startApi({ rateLimits: false })
    const authorization = `Bearer ${await signIn()}`
    const sockets: RawSocket[] = []
    // Twenty at a time: nobody waits so long to be recognised that the pool gives up.
    while (sockets.length < 220)
      sockets.push(...await Promise.all(Array.from({ length: 20 }, () => initSocket(api.url, { authorization }))))
    expect(await gauge('sockets_open', api)).toBe(220)
    sockets.forEach(({ ws }) => ws.terminate())
    await api.stop()
  })
})

test('a peer that asks and does not read what it is answered is cut off', async () => {
  const { ws, closed } = keep(await initSocket(homeroom.api.url))
  ws.pause()
  const question = JSON.stringify({ type: 'ping', payload: { filling: 'x'.repeat(60_000) } })
  let asked = 0
  // Fewer than what is taken for a flood.
  while (ws.readyState === ws.OPEN && asked < 900) {
    asked += 1
    await new Promise(resolve => ws.send(question, resolve))
  }
  expect(asked).toBeLessThan(900)
  ws.resume()
  expect((await closed).code).toBe(1006)
})

test.each<[string, (socket: RawSocket) => void]>([
  ['messages', socket => socket.send({ type: 'ping' })],
  ['pings of the WebSocket protocol', ({ ws }) => ws.ping()],
])('a flood of %s is cut off', async (_, once) => {
  const socket = keep(await initSocket(homeroom.api.url))
  for (let n = 0; n < 1_100; n += 1)
    once(socket)
  expect((await socket.closed).code).toBe(1006)
})

test('a peer that answers no ping is gone at the next', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const api = await homeroom.startApi()
  const [quiet, lively] = [keep(await initSocket(api.url, {}, { autoPong: false })), keep(await initSocket(api.url))]
  const pinged = [quiet, lively].map(({ ws }) => once(ws, 'ping'))
  vi.advanceTimersByTime(12_000)
  await Promise.all(pinged)
  await answers(lively) // and its pong has been heard
  vi.advanceTimersByTime(12_000)
  expect((await quiet.closed).code).toBe(1006)
  await answers(lively)
  await api.stop()
})

test('whoever vanishes in whichever moment, nobody watches for them any more', async () => {
  const api = await homeroom.startApi({ rateLimits: false })
  const seen = async (socket: RawSocket) => expect(await socket.next('next')).toMatchObject({ payload: { data: { tenantPreparationStatus: { status: 'PENDING' } } } })
  const ways: ((socket: RawSocket) => Promise<unknown> | void)[] = [
    socket => socket.send(watch('1')),
    async (socket) => {
      socket.send(watch('1'))
      await seen(socket)
    },
    async (socket) => {
      for (let id = 0; id < 20; id += 1)
        socket.send(watch(String(id)))
      await seen(socket)
      expect(await gauge('preparation_watchers', api)).toBeGreaterThan(0)
      expect(await gauge('subscriptions_running', api)).toBeGreaterThan(0)
    },
    async (socket) => {
      socket.send(watch('1'))
      await seen(socket)
      socket.send({ id: '1', type: 'complete' })
      socket.send(watch('1')) // the same id again, at once
    },
    (socket) => {
      socket.send(watch('1'))
      socket.send({ id: '1', type: 'complete' })
    },
    async (socket) => {
      socket.send(watch('1'))
      await seen(socket)
      socket.ws.close()
    },
  ]
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(ways.map(async (way) => {
      const socket = keep(await initSocket(api.url))
      await way(socket)
      socket.ws.terminate()
    }))
  }
  await expect.poll(async () => [await gauge('preparation_watchers', api), await gauge('subscriptions_running', api), await gauge('sockets_open', api)]).toEqual([0, 0, 0])
  await api.stop()
})
