import type { GraphQLSchema } from 'graphql'
import type { Server } from 'graphql-ws'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Config } from '../config.ts'
import type { Bus } from '../events/bus.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { Reception } from './context.ts'
import type { Connection } from './subscriptions.ts'
import { randomUUID } from 'node:crypto'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { WebSocketServer } from 'ws'
import { Forbidden, RateLimited } from '../shared/errors.ts'
import { measure, measureEach } from '../shared/metrics.ts'
import { goodbyeMs, LiveSockets } from './live-sockets.ts'
import { originAllowed } from './origins.ts'
import { senderReader } from './proxies.ts'
import { expected } from './public-error.ts'
import { answerBare, notHere, refuseAmbiguous, Refused } from './refusals.ts'
import { subscriptionServer } from './subscriptions.ts'

/** How many seconds an address with too many sockets is asked to wait. */
const comeBackIn = 10

/** Sockets on /graphql. Cookies do not authenticate here; the token does. */
export function openSockets(options: {
  server: HttpServer
  schema: GraphQLSchema
  reception: Reception
  bus: Bus
  config: Pick<Config, 'baseUrl' | 'baseDomain' | 'trustedProxies' | 'rateLimits'>
  metrics: Metrics
  log: Log
}): { stop: () => Promise<void> } {
  const { schema, reception, config, metrics, log } = options
  const senderOf = senderReader(config.trustedProxies)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false, handleProtocols })
  const live = new LiveSockets({ bus: options.bus, standings: reception.standings, capped: config.rateLimits, log })
  const { protocol, running, runningByName } = subscriptionServer({ schema, reception, live, log })
  measure(metrics, 'sockets_open', 'WebSockets that are open.', () => live.size)
  measure(metrics, 'subscriptions_running', 'Subscriptions that run on them.', running)
  measureEach(metrics, { name: 'subscriptions_by_name', help: 'Subscriptions that run, by root field.', labelNames: ['subscription'] }, () =>
    Array.from(runningByName(), ([subscription, value]) => ({ labels: { subscription }, value })))
  sockets.on('wsClientError', (_, socket) => answerBare(socket, new Refused(400, 'This is no WebSocket handshake.')))

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {}) // a peer that is gone before it was let in
    const sender = senderOf(request)
    const requestId = randomUUID()
    try {
      if ((request.url ?? '').split('?', 1)[0] !== '/graphql')
        throw notHere()
      refuseAmbiguous(request)
      if (!originAllowed(request.headersDistinct.origin ?? [], sender.host, config))
        throw new Forbidden('A page of this origin may not open a socket here.')
      if (live.full(sender.address))
        throw new RateLimited(comeBackIn)
    }
    catch (error) {
      return answerBare(socket, expected(error) ?? new Refused(400, 'This request could not be read.'), requestId)
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      live.add(opened, sender.address)
      speak(protocol, { socket: opened, sender, requestId }, log)
    })
  }
  options.server.on('upgrade', upgrade)

  return {
    async stop() {
      options.server.off('upgrade', upgrade)
      live.stop()
      for (const socket of sockets.clients)
        socket.close(1001, 'Going away')
      const impatient = setTimeout(() => sockets.clients.forEach(socket => socket.terminate()), goodbyeMs)
      await new Promise(resolve => sockets.close(resolve))
      clearTimeout(impatient)
    },
  }
}

/** Joins one socket to the protocol. The library's own way would write to the console whatever a peer can make go wrong. */
function speak(protocol: Server<Connection>, connection: Connection, log: Log): void {
  const { socket, requestId } = connection
  const failed = (error: unknown) => {
    log.error({ err: error, requestId }, 'a message over a socket failed')
    socket.close(CloseCode.InternalServerError, 'Internal server error')
  }
  // Frames that are too large or none at all: ws closes the socket with the code that fits.
  socket.on('error', error => log.debug({ err: error, requestId }, 'socket'))
  const closed = protocol.opened({
    protocol: socket.protocol,
    // Resolves when the message is out, so that a subscription waits for its reader; one that is gone waits for nothing.
    send: data => new Promise((resolve) => {
      if (socket.readyState === socket.OPEN)
        socket.send(data, () => resolve())
      else
        resolve()
    }),
    close: (code, reason) => socket.close(code, reason),
    onMessage: hear => void socket.on('message', data => void hear(String(data as Buffer)).catch(failed)),
  }, connection)
  socket.once('close', (code, reason) => void closed(code, String(reason)).catch(failed))
}
