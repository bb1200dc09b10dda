import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { Agent, request as ask, createServer } from 'node:http'
import { connect } from 'node:net'

/** What stands in front of several APIs: sends requests to those that say they are ready. */
export interface HealthProxy {
  readonly url: string
  /** Requests that an API took and did not answer. */
  readonly lost: readonly string[]
  add: (url: string) => void
  remove: (url: string) => void
  /** Resolves when this many are ready. */
  ready: (count: number) => Promise<void>
  close: () => Promise<void>
}

const lookEveryMs = 250

export async function openHealthProxy(): Promise<HealthProxy> {
  // Connections are kept, as every proxy in earnest keeps them.
  const agent = new Agent({ keepAlive: true })
  const states = new Map<string, boolean>()
  const lost: string[] = []
  const waiting = new Set<() => void>()
  let turn = 0

  async function look(url: string): Promise<void> {
    const ready = await fetch(`${url}/readyz`, { headers: { connection: 'close' } }).then(answer => answer.ok, () => false)
    if (states.has(url))
      states.set(url, ready)
    waiting.forEach(check => check())
  }
  const timer = setInterval(() => states.forEach((_, url) => void look(url)), lookEveryMs)

  /** Those that are ready, whose turn it is first. */
  function choices(): URL[] {
    const ready = [...states].filter(([, is]) => is).map(([url]) => new URL(url))
    const first = turn++ % Math.max(1, ready.length)
    return [...ready.slice(first), ...ready.slice(0, first)]
  }

  function forward(request: IncomingMessage, response: ServerResponse, body: Buffer, [target, ...others]: URL[]): void {
    if (!target) {
      lost.push('nobody was ready')
      response.writeHead(502).end()
      return
    }
    const { connection: _, 'transfer-encoding': __, ...headers } = request.headers
    const onward = ask({ agent, host: target.hostname, port: target.port, method: request.method, path: request.url, headers: { ...headers, 'content-length': body.length } })
    onward.on('response', (answer) => {
      const { connection: _, 'keep-alive': __, ...kept } = answer.headers
      response.writeHead(answer.statusCode!, kept)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    onward.on('error', (error: NodeJS.ErrnoException) => {
      // It never got there: another may have it.
      if (error.code === 'ECONNREFUSED')
        return forward(request, response, body, others)
      lost.push(`${request.method} ${request.url}: ${error.code ?? error.message}`)
      response.writeHead(502).end()
    })
    onward.end(body)
  }

  const server = createServer((request, response) => {
    void request.toArray().then(parts => forward(request, response, Buffer.concat(parts as Buffer[]), choices()))
  })
  server.on('upgrade', (request, socket: Socket) => {
    const [target] = choices()
    socket.on('error', () => {})
    if (!target)
      return socket.destroy()
    const onward = connect(Number(target.port), target.hostname)
    onward.on('error', () => socket.destroy())
    onward.on('connect', () => {
      onward.write(`GET ${request.url} HTTP/1.1\r\n${request.rawHeaders.map((part, place) => place % 2 === 0 ? `${part}: ` : `${part}\r\n`).join('')}\r\n`)
      onward.pipe(socket).pipe(onward)
    })
    socket.on('close', () => onward.destroy())
    onward.on('close', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost,
    add(url) {
      states.set(url, false)
      void look(url)
    },
    remove: url => void states.delete(url),
    ready: count => new Promise((resolve) => {
      const check = () => {
        if ([...states.values()].filter(Boolean).length < count)
          return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    }),
    async close() {
      clearInterval(timer)
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
