import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import type { ServerResponse } from 'node:http'
import type { RequestContext } from '../access/request-context.ts'
import type { Config } from '../config.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { Reception } from './context.ts'
import type { FindDownload } from './downloads.ts'
import type { Health } from './probes.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import cookie from '@fastify/cookie'
import { fastify as createFastify, LogController } from 'fastify'
import { apolloServer } from './apollo.ts'
import { headerTexts, headerValues, openContext, whoseLog } from './context.ts'
import { clientOf } from './cookies.ts'
import { serveDownloads } from './downloads.ts'
import { serveMetrics } from './metrics.ts'
import { noOperation } from './operation-name.ts'
import { serveProbes } from './probes.ts'
import { proxyReader, senderReader } from './proxies.ts'
import { expected } from './public-error.ts'
import { answerError, answerNothing, apiHeaders, isMethodMistaken, nameRequest, readingOptions, refuseAmbiguous } from './refusals.ts'
import { traceRequests } from './trace-requests.ts'
import { serveWeb } from './web.ts'

declare module 'fastify' {
  interface FastifyRequest { operation?: RequestContext }
}

export interface HttpServer {
  readonly fastify: FastifyInstance
  /** From now on it is not ready: whoever sends requests here is to send them elsewhere. */
  drain: () => void
  stop: () => Promise<void>
}

/** The HTTP side: GraphQL, health, and the built web client. */
export async function openHttp(options: {
  config: Pick<Config, 'trustedProxies' | 'baseUrl' | 'metricsToken'>
  schema: GraphQLSchema
  reception: Reception
  /** The file of an export, for who may have it. */
  findExport: FindDownload
  /** Whether requests can be served, check by check. */
  health: () => Promise<Health>
  webRoot: string | undefined
  metrics: Metrics
  log: Log
}): Promise<HttpServer> {
  const { config, reception, metrics, log } = options
  let draining = false
  const senderOf = senderReader(config.trustedProxies)
  const secure = config.baseUrl?.startsWith('https:') ?? false
  const server = createFastify({
    // Its own chatter is ours to say better: one URL at start, one line a request.
    loggerInstance: log.child({}, { level: log.isLevelEnabled('warn') ? 'warn' : log.level }) as FastifyInstance['log'],
    // Nobody logs through the request: a child logger for each would cost a tenth of a small answer.
    childLoggerFactory: logger => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 100 * 1024,
    requestTimeout: 15_000,
    forceCloseConnections: 'idle',
    ...readingOptions(log),
  })
  await server.register(cookie)

  const { count, answered } = openRequests()
  server.addHook('onRequest', (request, reply, done) => {
    count(reply.raw)
    refuseAmbiguous(request.raw)
    // Before the body is read, which would be refused first.
    if (isMethodMistaken(request))
      return void answerNothing(request, reply)
    done()
  })
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, log))
  // With `done`, as all hooks that wait for nothing: a promise costs more than what they do.
  server.addHook('onSend', (request, reply, payload, done) => {
    void reply.header('x-request-id', request.id)
    // Whoever keeps connections open opens the next one elsewhere, rather than losing a request on one that is closing.
    if (draining)
      void reply.header('connection', 'close')
    done()
  })
  if (log.isLevelEnabled('debug')) {
    server.addHook('onResponse', (request, reply, done) => {
      log.debug({ requestId: request.id, ...whoAsked(request.operation), method: request.method, path: request.routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request')
      done()
    })
  }

  traceRequests(server, proxyReader(config.trustedProxies))
  serveProbes(server, { health: options.health, draining: () => draining })
  serveMetrics(server, metrics, config.metricsToken)

  const enter = async (request: FastifyRequest, reply: FastifyReply) => {
    const sender = senderOf(request.raw)
    return request.operation = await openContext(reception, {
      requestId: request.id,
      client: clientOf(request, reply, sender.address, secure),
      authorization: headerValues(request.raw, 'authorization'),
      tenantIds: headerValues(request.raw, 'x-tenant-id'),
      accessReasons: headerTexts(request.raw, 'x-access-reason'),
      accessModes: headerValues(request.raw, 'x-access-mode'),
      idempotencyKeys: headerValues(request.raw, 'idempotency-key'),
      host: sender.host,
    })
  }
  serveDownloads(server, { enter, findExport: options.findExport })

  const apollo = apolloServer(options.schema, metrics, reception.noteRequest)
  await apollo.start()
  server.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    preHandler: async (request, reply) => {
      void reply.headers(apiHeaders)
      const { school } = await enter(request, reply).catch((error: unknown) => {
        metrics.graphqlRequests.inc({ operation: noOperation, outcome: expected(error)?.code ?? 'INTERNAL_SERVER_ERROR' })
        throw error
      })
      reply.raw.once('close', () => reply.raw.writableFinished || school.abandon())
    },
    onSend: (request, reply, payload, done) => done(null, nameRequest(request.id, reply.statusCode, payload)),
    handler: fastifyApolloHandler(apollo, { context: async request => request.operation! }),
  })
  await serveWeb(server, options.webRoot)

  return {
    fastify: server,
    drain: () => { draining = true },
    async stop() {
      draining = true
      const closed = server.close()
      // A browser keeps connections open that it may never use: once the answers are out, none is waited for.
      await Promise.race([answered(), pause(drainMs, undefined, { ref: false })])
      server.server.closeAllConnections()
      await closed
      await apollo.stop()
    },
  }
}

/** For whose school and by whom, as far as that is known. */
function whoAsked(operation: RequestContext | undefined): { tenantId?: string, accountId?: string, keyId?: string } {
  const { tenantId, principal } = operation ?? {}
  return { ...(tenantId && { tenantId }), ...(principal && principal.kind !== 'visitor' && whoseLog(principal)) }
}

/** How long requests that have begun may take when the server stops. */
const drainMs = 10_000

/** Counts requests that are not yet answered. */
function openRequests() {
  let open = 0
  let idle: (() => void) | undefined
  return {
    count(response: ServerResponse): void {
      open += 1
      response.once('close', () => {
        open -= 1
        if (open === 0)
          idle?.()
      })
    },
    answered: () => open === 0 ? Promise.resolve() : new Promise<void>((resolve) => { idle = resolve }),
  }
}
