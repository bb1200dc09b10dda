import type { GraphQLFormattedError, GraphQLSchema } from 'graphql'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Config } from '../config.ts'
import type { Log } from '../shared/log.ts'
import type { Arrival, Reception } from './context.ts'
import type { Sender } from './proxies.ts'
import { randomUUID } from 'node:crypto'
import { getOperationAST, GraphQLError } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { RateLimited } from '../shared/errors.ts'
import { openContext } from './context.ts'
import { checkDocument, refuseNul } from './protection.ts'
import { senderReader } from './proxies.ts'
import { expected, publicError } from './public-error.ts'

interface Connection extends Record<PropertyKey, unknown> { requestId: string }

/** Operations one socket may run at a time. */
const operationsPerSocket = 20

/** How long a peer may take to answer that its socket is closed. */
const goodbyeMs = 2_000

/** Subscriptions by the graphql-transport-ws protocol on /graphql. Cookies do not authenticate here; the token does. */
export function openSockets(options: {
  server: HttpServer
  schema: GraphQLSchema
  reception: Reception
  config: Pick<Config, 'baseUrl' | 'baseDomain' | 'trustedProxies'>
  log: Log
}): { stop: () => Promise<void> } {
  const { schema, reception, config, log } = options
  const senderOf = senderReader(config.trustedProxies)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false })
  sockets.on('error', error => log.error({ err: error }, 'socket server'))

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {}) // a peer that is gone before it was let in
    const path = (request.url ?? '').split('?', 1)[0]
    if (path !== '/graphql' || !originAllowed(request.headers.origin, senderOf(request).host, config)) {
      // A peer that never closes its half would hold the socket, and the server's end with it.
      socket.once('finish', () => socket.destroy())
      return void socket.end(`HTTP/1.1 ${path === '/graphql' ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    }
    sockets.handleUpgrade(request, socket, head, opened => sockets.emit('connection', opened, request))
  }
  options.server.on('upgrade', upgrade)

  const dispose = useServer<Record<string, unknown>, Connection>({
    schema,
    connectionInitWaitTimeout: 3_000,
    isProd: true, // else what nobody expected goes out as the reason of a close
    async onConnect(ctx) {
      ctx.extra.requestId = randomUUID()
      try {
        await openContext(reception, arrival(senderOf(ctx.extra.request), ctx.connectionParams, ctx.extra.requestId))
        return true
      }
      catch (error) {
        if (!expected(error))
          log.error({ err: error, requestId: ctx.extra.requestId }, 'a socket could not be opened')
        return false // 4403, in the protocol's words
      }
    },
    async onSubscribe(ctx, id, { query, variables, operationName }) {
      const requestId = randomUUID()
      try {
        if (Object.keys(ctx.subscriptions).length > operationsPerSocket)
          throw new RateLimited(1)
        const { document, errors } = checkDocument(schema, query)
        if (errors.length > 0)
          return errors.map(error => named(error, requestId))
        if (getOperationAST(document, operationName)?.operation !== 'subscription')
          return [named(refusal('Only subscriptions run over a socket.', 'BAD_REQUEST'), requestId)]
        refuseNul(variables)
        const contextValue = await openContext(reception, arrival(senderOf(ctx.extra.request), ctx.connectionParams, requestId))
        return { schema, document, operationName, variableValues: variables, contextValue }
      }
      catch (error) {
        if (!expected(error) && !(error instanceof GraphQLError))
          log.error({ err: error, requestId }, 'a subscription could not be opened')
        return [named(error, requestId)]
      }
    },
    onError: (ctx, id, payload, errors) => errors.map(error => publicSocketError(error, log)),
    onNext: (ctx, id, payload, args, result) => result.errors && { ...result, errors: result.errors.map(error => publicSocketError(error, log)) },
  }, sockets)

  // A frame that is too large closes its socket with 1009 by itself; graphql-ws would write it to the console as well.
  sockets.on('connection', socket => socket.removeAllListeners('error').on('error', error => log.debug({ err: error }, 'socket')))

  return {
    async stop() {
      options.server.off('upgrade', upgrade)
      const impatient = setTimeout(() => sockets.clients.forEach(socket => socket.terminate()), goodbyeMs)
      await dispose.dispose() // closes with 1001: going away
      clearTimeout(impatient)
    },
  }
}

/** Browsers say where a page came from; other clients need not, for cookies open nothing here. */
function originAllowed(origin: string | undefined, host: string | undefined, config: Pick<Config, 'baseUrl' | 'baseDomain'>): boolean {
  if (origin === undefined)
    return true
  const url = URL.parse(origin)
  if (!url || url.origin !== origin)
    return false
  if (!config.baseUrl)
    return url.host === host
  const base = new URL(config.baseUrl)
  const label = config.baseDomain && url.hostname.endsWith(`.${config.baseDomain}`) && url.hostname.slice(0, -config.baseDomain.length - 1)
  return url.origin === base.origin || Boolean(label && !label.includes('.') && url.protocol === base.protocol && url.port === base.port)
}

function arrival({ address, host }: Sender, params: Readonly<Record<string, unknown>> | undefined, requestId: string): Arrival {
  const texts = (value: unknown) => value === undefined || value === null ? [] : [String(value)]
  return {
    requestId,
    client: { address, refreshToken: undefined, keepRefreshToken: () => {} },
    authorization: texts(params?.authorization),
    tenantIds: texts(params?.tenantId),
    host,
  }
}

function refusal(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } })
}

/** Carries the request id on to where the error is made public. */
function named(error: unknown, requestId: string): GraphQLError {
  const cause = error instanceof Error ? error : new Error(String(error))
  const known = expected(error)
  const extensions = error instanceof GraphQLError ? { code: 'GRAPHQL_VALIDATION_FAILED', ...error.extensions } : known?.extensions
  return new GraphQLError(cause.message, { originalError: known ?? cause, extensions: { ...extensions, requestId } })
}

function publicSocketError(error: GraphQLError, log: Log): GraphQLFormattedError {
  const requestId = error.extensions.requestId ?? randomUUID()
  // No resolver has run, and nothing of ours threw: the variables do not fit.
  const misfit = !error.path && (!error.originalError || error.originalError instanceof GraphQLError)
  const shown = publicError({ ...error.toJSON(), extensions: { ...(misfit && { code: 'BAD_USER_INPUT' }), ...error.extensions } }, error)
  if (shown.extensions?.code === 'INTERNAL_SERVER_ERROR')
    log.error({ err: error.originalError ?? error, requestId }, 'a subscription failed')
  return { ...shown, extensions: { ...shown.extensions, requestId } }
}
