import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** What a receiver was told. */
export interface Told { readonly headers: IncomingHttpHeaders, readonly body: string, readonly path: string }

export interface Receiver {
  readonly url: string
  readonly told: readonly Told[]
  /** How it answers from now on; 204 unless told. */
  answer: (how: (response: ServerResponse, told: Told) => void) => void
  stop: () => Promise<void>
}

/** A real HTTP server that keeps what it is told; at a port of its own, or where another one was. */
export async function openReceiver(port = 0, first: (response: ServerResponse, told: Told) => void = response => void response.writeHead(204).end()): Promise<Receiver> {
  const told: Told[] = []
  let answer = first
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const last = { headers: request.headers, body: Buffer.concat(chunks).toString(), path: request.url ?? '' }
      told.push(last)
      answer(response, last)
    })
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/alerts`,
    told,
    answer(how) { answer = how },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
