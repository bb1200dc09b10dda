import type { Socket } from 'node:net'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import pg from 'pg'
import { cutMessages, serverMessage } from './postgres-messages.ts'

export interface Pooler {
  /** The same login on the same database, by way of the pooler. */
  readonly url: string
  close: () => Promise<void>
}

interface Backend {
  readonly client: pg.Client
  readonly socket: Socket
  /** Whom it works for now. */
  guest?: Guest
}

interface Guest {
  readonly socket: Socket
  /** What has not been passed on yet. */
  waiting: Buffer[]
  /** Answers that are still to come. */
  open: number
  backend?: Backend
}

/**
 * A pooler in transaction mode for one login: a client has a server's connection for one transaction, the next client gets
 * it as it was left. It takes the connection used last, or with `inTurn` the one unused for longest.
 */
export async function openPooler(target: string, options: { size: number, inTurn?: boolean }): Promise<Pooler> {
  const idle: Backend[] = []
  const queue: Guest[] = []
  const backends = await Promise.all(Array.from({ length: options.size }, () => openBackend(target, release)))
  idle.push(...backends)

  function serve(guest: Guest): void {
    guest.backend ??= options.inTurn ? idle.shift() : idle.pop()
    if (!guest.backend)
      return void (queue.includes(guest) || queue.push(guest))
    guest.backend.guest = guest
    guest.backend.socket.write(Buffer.concat(guest.waiting))
    guest.waiting = []
  }
  function release(backend: Backend): void {
    delete backend.guest?.backend
    delete backend.guest
    idle.push(backend)
    const next = queue.shift()
    if (next)
      serve(next)
  }

  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const guest: Guest = { socket, waiting: [], open: 0 }
    socket.on('data', cutMessages({ fromClient: true }, (kind, message) => {
      if (kind === 'startup')
        return void socket.write(welcome())
      if (kind === 'X')
        return void socket.end()
      guest.waiting.push(message)
      guest.open += Number(kind === 'Q' || kind === 'S')
      serve(guest)
    }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { port: number }
  return {
    url: Object.assign(new URL(target), { host: `127.0.0.1:${address.port}` }).href,
    async close() {
      sockets.forEach(socket => socket.destroy())
      server.close()
      backends.forEach(({ socket }) => socket.destroy())
    },
  }
}

/** `pg` signs in; from then on the socket is ours. */
async function openBackend(url: string, release: (backend: Backend) => void): Promise<Backend> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  const socket = client.connection.stream as Socket
  const backend: Backend = { client, socket }
  socket.removeAllListeners('data')
  socket.on('data', cutMessages({ fromClient: false }, (kind, message) => {
    const { guest } = backend
    guest?.socket.write(message)
    if (kind !== 'Z' || !guest)
      return
    guest.open--
    // `I`: no transaction is open.
    if (guest.open === 0 && message.at(-1) === 'I'.charCodeAt(0))
      release(backend)
  }))
  return backend
}

/** Everybody may come in; the key to cancel with is made up, as poolers do. */
function welcome(): Buffer {
  return Buffer.concat([serverMessage('R', Buffer.alloc(4)), serverMessage('K', randomBytes(8)), serverMessage('Z', Buffer.from('I'))])
}
