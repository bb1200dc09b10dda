// The floor under a pushed status: NOTIFY in, the same text to every socket out. Run by Node itself.
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import pg from 'pg'
import { WebSocketServer } from 'ws'

const listener = new pg.Client({ connectionString: process.env.DATABASE_URL })
await listener.connect()
await listener.query('listen bench_broadcast')
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
listener.on('notification', ({ payload }) => {
  for (const socket of server.clients)
    socket.send(payload ?? '')
})
server.on('listening', () => process.stdout.write(`listening at ws://127.0.0.1:${(server.address() as AddressInfo).port}\n`))
process.once('SIGTERM', () => process.exit(0))
