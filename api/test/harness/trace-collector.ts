import { once } from 'node:events'
import { createServer } from 'node:http'
import { z } from 'zod'

const value = z.union([z.object({ stringValue: z.string() }), z.object({ intValue: z.coerce.number() }), z.object({ boolValue: z.boolean() }), z.object({ doubleValue: z.number() }), z.looseObject({})])
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: z.array(z.object({ key: z.string(), value })).default([]),
})
const request = z.object({ resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(span) })) })) })

export interface Span extends Omit<z.output<typeof span>, 'attributes'> { readonly attributes: Readonly<Record<string, unknown>> }

export interface Collector {
  readonly url: string
  readonly spans: readonly Span[]
  /** Everything that was sent, as it was. */
  readonly bodies: readonly string[]
  stop: () => Promise<void>
}

/** A real HTTP server that takes traces by OTLP as JSON. */
export async function openCollector(): Promise<Collector> {
  const spans: Span[] = []
  const bodies: string[] = []
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks).toString()
      bodies.push(body)
      if (incoming.url === '/v1/traces') {
        const { resourceSpans } = request.parse(JSON.parse(body))
        for (const { attributes, ...rest } of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(scope => scope.spans)))
          spans.push({ ...rest, attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])) })
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    spans,
    bodies,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
