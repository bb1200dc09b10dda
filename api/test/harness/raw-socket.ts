import { once } from 'node:events'
import WebSocket from 'ws'

export interface Frame { type: string, id?: string, payload?: unknown }

/** A socket that speaks graphql-transport-ws as badly as a test wants it to. */
export interface RawSocket {
  readonly ws: WebSocket
  /** Texts go as they are, all else as JSON. */
  send: (message: unknown) => void
  /** The first message of this type that nobody has taken yet. Rejects where the socket closes without one. */
  next: (type: string) => Promise<Frame>
  /** How it ended. */
  readonly closed: Promise<{ code: number, reason: string }>
}

/** `protocol` null: none is asked for. */
export interface Handshake { origin?: string, protocol?: string | null, path?: string, headers?: Record<string, string>, autoPong?: boolean }

export function dial(base: string, { origin, protocol = 'graphql-transport-ws', path = '/graphql', headers, autoPong = true }: Handshake = {}): WebSocket {
  return new WebSocket(`${base.replace(/^http/, 'ws')}${path}`, protocol ?? [], { autoPong, ...(origin !== undefined && { origin }), ...(headers && { headers }) })
}

/** Opens a socket and says nothing yet. */
export async function openSocket(base: string, handshake?: Handshake): Promise<RawSocket> {
  const ws = dial(base, handshake)
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  ws.on('message', (data: Buffer) => {
    frames.push(JSON.parse(String(data)) as Frame)
    waiting.forEach(look => look())
  })
  const closed = new Promise<{ code: number, reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  await once(ws, 'open')
  ws.on('error', () => {}) // a server that cuts us off
  return {
    ws,
    closed,
    send: message => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next(type) {
      for (;;) {
        const at = frames.findIndex(frame => frame.type === type)
        if (at >= 0)
          return frames.splice(at, 1)[0]!
        const more = Promise.withResolvers<undefined>()
        const look = () => more.resolve(undefined)
        waiting.add(look)
        const end = await Promise.race([more.promise, closed])
        waiting.delete(look)
        if (end && !frames.some(frame => frame.type === type))
          throw new Error(`Closed with ${end.code} ${end.reason} before any ${type}.`)
      }
    },
  }
}

/** Opens a socket and has it acknowledged. */
export async function initSocket(base: string, params: Record<string, unknown> = {}, handshake?: Handshake): Promise<RawSocket> {
  const socket = await openSocket(base, handshake)
  socket.send({ type: 'connection_init', payload: params })
  await socket.next('connection_ack')
  return socket
}

/** Whether a socket still answers: its server has heard all that was sent before. */
export async function answers(socket: RawSocket): Promise<void> {
  socket.send({ type: 'ping' })
  await socket.next('pong')
}
