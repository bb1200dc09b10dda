import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import proxy from '@fastify/http-proxy'
import { fastify } from 'fastify'
import { serveWeb } from './web.ts'

/** The built web client by itself, with the API's paths passed on to it: one origin for the browser. */
export async function openWebProxy(options: { apiUrl: string, webRoot: string, trustedProxies?: readonly string[] }): Promise<FastifyInstance> {
  const { trustedProxies = [] } = options
  const server = fastify({ forceCloseConnections: 'idle', trustProxy: trustedProxies.length > 0 && [...trustedProxies] })
  for (const prefix of ['/graphql', '/livez', '/readyz']) {
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
