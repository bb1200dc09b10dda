import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import type { Log } from '../shared/log.ts'
import proxy from '@fastify/http-proxy'
import { fastify } from 'fastify'
import { Unavailable } from '../shared/errors.ts'
import { answerError, readingOptions, refuseAmbiguous } from './refusals.ts'
import { serveWeb } from './web.ts'

/** The built web client by itself, with the API's paths passed on to it: one origin for the browser. */
export async function openWebProxy(options: { apiUrl: string, webRoot: string, trustedProxies?: readonly string[], log: Log }): Promise<FastifyInstance> {
  const { trustedProxies = [], log } = options
  const server = fastify({
    forceCloseConnections: 'idle',
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    ...readingOptions(log),
  })
  // The API would see one host where the browser said two: what it refuses must be refused here.
  server.addHook('onRequest', async request => refuseAmbiguous(request.raw))
  server.setErrorHandler((error, request, reply) => answerError(notReached(error), request, reply, log))
  for (const prefix of ['/graphql', '/exports', '/livez', '/readyz']) {
    await server.register(proxy, {
      upstream: options.apiUrl,
      prefix,
      rewritePrefix: prefix,
      websocket: prefix === '/graphql',
      replyOptions: { rewriteRequestHeaders: (request, headers) => ({ ...headers, ...forwarded(request as FastifyRequest) }) },
      // The API checks where a socket's page came from, so it must hear it.
      wsClientOptions: { rewriteRequestHeaders: (headers: IncomingHttpHeaders, request: FastifyRequest) => ({ ...headers, ...(request.headers.origin && { origin: request.headers.origin }), ...forwarded(request) }) },
    } as Parameters<typeof proxy>[1])
  }
  await serveWeb(server, options.webRoot)
  return server
}

/** Who asked us for what, in place of whatever the browser claims; a proxy before us is believed where it is trusted. */
function forwarded(request: FastifyRequest): Record<string, string> {
  return { 'x-forwarded-for': request.ip, 'x-forwarded-host': request.host, 'x-forwarded-proto': request.protocol }
}

/** An API that is not there, or takes too long, is expected to be back soon; what else goes wrong is not. */
function notReached(error: unknown): unknown {
  const { code } = error as { code?: string }
  return code?.startsWith('FST_REPLY_FROM_') ? new Unavailable(error) : error
}
