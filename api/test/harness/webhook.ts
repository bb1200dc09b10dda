import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** What a receiver was told. */
export interface Told { readonly headers: IncomingHttpHeaders, readonly body: string, readonly path: string }

export interface Receiver {
  readonly url: string
  readonly told: readonly Told[]
  /** How it answers from now on; 204 unless told. */
  answer: (how: (response: ServerResponse) => void) => void
  stop: () => Promise<void>
}

/** A real HTTP server that keeps what it is told. */
export async function openReceiver(): Promise<Receiver> {
  const told: Told[] = []
  let answer: (response: ServerResponse) => void = response => void response.writeHead(204).end()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      told.push({ headers: request.headers, body: Buffer.concat(chunks).toString(), path: request.url ?? '' })
      answer(response)
    })
  }).listen(0, '127.0.0.1')
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
