import type { Span } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { isTracing } from '../shared/tracing.ts'

const tracer = trace.getTracer('homeroom')

/**
 * Begins a trace with each request for GraphQL. One that is under way is gone on with only where a proxy of ours says so:
 * else anybody could write into traces, or keep themselves out of them.
 */
export function traceRequests(server: FastifyInstance, isProxy: (request: IncomingMessage) => boolean): void {
  if (!isTracing())
    return
  // With `done` and after the body: what comes later runs where it is called.
  server.addHook('preHandler', (request, reply, done) => {
    if (request.routeOptions.url !== '/graphql')
      return done()
    const before = isProxy(request.raw) ? propagation.extract(ROOT_CONTEXT, request.headers) : ROOT_CONTEXT
    const span = tracer.startSpan('graphql', {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': request.method, 'url.path': '/graphql', 'homeroom.request.id': request.id },
    }, before)
    reply.raw.once('close', () => end(span, reply.statusCode))
    context.with(trace.setSpan(before, span), done)
  })
}

function end(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status)
  if (status >= 500)
    span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}

/** Says what the request under way asks for, as the schema calls it. */
export function nameTrace(operation: string | undefined, rootField: string): void {
  if (operation && isTracing())
    trace.getActiveSpan()?.updateName(`${operation} ${rootField}`).setAttributes({ 'graphql.operation.type': operation, 'graphql.operation.name': rootField })
}
