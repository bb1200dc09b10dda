// PostGraphile 5 on the same tables, in the same kind of transaction: the tenant's role and search_path, then the query.
// It checks no token. Run by Node itself.
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import process from 'node:process'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const schema = process.env.SCHEMA ?? ''
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
pool.on('error', () => process.exit(1))

const postgraphileServer = postgraphile({
  extends: [PostGraphileAmberPreset],
  // The login that introspects has no rights of its own, the tenant's role decides; and every column may be asked for.
  disablePlugins: ['PgRBACPlugin', 'PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ pool, schemas: [schema] })],
  grafast: { context: () => ({ pgSettings: { search_path: schema, role: schema } }) },
  grafserv: { graphiql: false, websockets: false, watch: false },
})
const server = createServer()
await postgraphileServer.createServ(grafserv).addTo(server)
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`))
process.once('SIGTERM', () => process.exit(0))
