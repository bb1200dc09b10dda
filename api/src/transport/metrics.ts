import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Metrics } from '../shared/metrics.ts'
import { createHash, timingSafeEqual } from 'node:crypto'

/** What is counted, in Prometheus' words, for who has the token. To everybody else the path does not exist. */
export function serveMetrics(server: FastifyInstance, { registry }: Metrics, token: string | undefined): void {
  if (token === undefined)
    return
  const wanted = digest(`Bearer ${token}`)
  // Part of finding the route, not of answering it: then a refusal is whatever an unknown path is, headers and all.
  server.addConstraintStrategy({
    name: 'reader',
    storage: () => new Map(),
    deriveConstraint: ({ url, headers }: IncomingMessage) =>
      url === '/metrics' && timingSafeEqual(digest(headers.authorization ?? ''), wanted) ? 'metrics' : undefined,
  })
  server.get('/metrics', { constraints: { reader: 'metrics' } }, async (_, reply) =>
    reply.header('cache-control', 'no-store').type(registry.contentType).send(await registry.metrics()))
}

/** All of one length, as a comparison in constant time needs them. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
