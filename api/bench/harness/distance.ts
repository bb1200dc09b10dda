import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** The same database as if it were far away: a proxy that holds back every packet for `wayMs`, in both directions. */
export async function distant(databaseUrl: string, wayMs: number): Promise<{ url: string, close: () => Promise<void> }> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => to.destroy())
      from.on('data', packet => setTimeout(() => to.write(packet), wayMs))
      from.on('end', () => setTimeout(() => to.end(), wayMs))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    async close() {
      for (const socket of sockets)
        socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
