import type { Socket } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { cutMessages, startupParameters } from './postgres-messages.ts'

export interface Wire {
  /** The same login on the same database, by way of the wire. */
  readonly url: string
  /** The kinds of messages that clients have sent so far (`P` parse, `Q` simple query, …), by what the client calls itself. */
  readonly sent: ReadonlyMap<string, ReadonlySet<string>>
  close: () => void
}

/** A wire to PostgreSQL that changes nothing and notes what kinds of messages clients send. */
export async function openWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target)
  const sent = new Map<string, Set<string>>()
  const sockets: Socket[] = []
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    sockets.push(near, far)
    for (const socket of [near, far])
      socket.on('error', () => {})
    let kinds = new Set<string>()
    near.on('data', cutMessages({ fromClient: true }, (kind, message) => {
      if (kind === 'startup') {
        const name = startupParameters(message).application_name ?? ''
        kinds = sent.get(name) ?? kinds
        sent.set(name, kinds)
      }
      kinds.add(kind)
    }))
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { port: number }
  return {
    url: Object.assign(new URL(target), { host: `127.0.0.1:${address.port}` }).href,
    sent,
    close() {
      sockets.forEach(socket => socket.destroy())
      server.close()
    },
  }
}
