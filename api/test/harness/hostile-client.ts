import type { Marked } from './canaries.ts'
import type { HostileRequest } from './hostile-inputs.ts'
import { tracesOf } from './canaries.ts'
import { inside, knock } from './knock.ts'
import { openSocket } from './raw-socket.ts'

/** Somebody who means harm, and everything that was said to them that should not have been. */
export interface HostileClient {
  /** Sends it and hears the answer; a connection that is cut is an answer, too. */
  readonly knock: (request: HostileRequest) => Promise<void>
  /** Sends these down a socket of their own, and leaves once the server has answered or closed. */
  readonly intrude: (messages: readonly (object | string | Buffer)[]) => Promise<void>
  /** Answers of 5xx, answers that tell of the inside, and traces of the schools: each with what it answered. */
  readonly wrongs: string[]
  /** How often each status was heard. */
  readonly heard: Map<number, number>
}

/** `address` tells from where the next one comes. */
export function hostileClient(base: string, address: () => string, schools: readonly Marked[]): HostileClient {
  const wrongs: string[] = []
  const heard = new Map<number, number>()

  function judge(name: string, status: number, said: string): void {
    heard.set(status, (heard.get(status) ?? 0) + 1)
    const told = inside.exec(said)?.[0]
    // Ids they have brought themselves.
    const traces = schools.flatMap(({ mark }) => tracesOf({ mark, tenantId: mark }, said))
    if (status >= 500 || told || traces.length > 0)
      wrongs.push(`${name}: ${status} ${told ?? ''} ${traces.join(' ')} ${said.slice(0, 300)}`)
  }

  return {
    wrongs,
    heard,
    async knock({ headers = ['content-type', 'application/json'], ...rest }) {
      try {
        const { status, headers: answered, body } = await knock(base, { ...rest, headers: [...headers, 'x-forwarded-for', address()] })
        judge(rest.name, status, `${JSON.stringify(answered)}\n${body}`)
      }
      catch {
        // Node does not send such a header, or the server did not wait for all of it.
        judge(rest.name, 0, '')
      }
    },
    async intrude(messages) {
      const socket = await openSocket(base, { headers: { 'x-forwarded-for': address() } })
      socket.ws.on('message', (data: Buffer) => judge(`socket ${JSON.stringify(messages).slice(0, 100)}`, 200, String(data)))
      for (const [place, message] of messages.entries()) {
        socket.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
        // What comes behind a greeting is heard once that is answered; a second greeting does not wait.
        if (isGreeting(message) && place < messages.length - 1 && !isGreeting(messages[place + 1]!))
          await Promise.race([socket.next('connection_ack').catch(() => {}), socket.closed])
      }
      // Whoever is still there has been heard to the end.
      socket.ws.send(JSON.stringify({ type: 'ping' }))
      await Promise.race([socket.next('pong').catch(() => {}), socket.closed])
      socket.ws.terminate()
      const { code, reason } = await socket.closed
      judge(`socket closed ${code}`, 200, reason)
    },
  }
}

const isGreeting = (message: object | string | Buffer) => (message as { type?: string }).type === 'connection_init'
