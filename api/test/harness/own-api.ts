import type { Member, Superadmin } from '../../src/access/principal.ts'
import type { Schools } from '../../src/database/school-db.ts'
import type { Change } from '../../src/shared/trail.ts'
import { randomUUID } from 'node:crypto'
import { openBus } from '../../src/events/bus.ts'
import { accessChanged } from '../../src/events/topics.ts'
import { NotFound, Unauthenticated } from '../../src/shared/errors.ts'
import { createLog } from '../../src/shared/log.ts'
import { createMetrics } from '../../src/shared/metrics.ts'
import { openHttp } from '../../src/transport/http.ts'
import { graphqlSchema } from '../../src/transport/schema.ts'
import { openSockets } from '../../src/transport/socket.ts'

export interface OwnApi {
  readonly url: string
  /** What it has logged, from debug on. */
  readonly lines: readonly Record<string, unknown>[]
  /** The accesses of superadmins it has put on record. */
  readonly accesses: readonly Change[]
  readonly stop: () => Promise<void>
}

/** The real transport around a test's own resolvers. Any token is good, and is `principal`'s. */
export async function openOwnApi(options: { resolvers: readonly object[], listenerUrl: string, schools: Schools, principal?: Member | Superadmin }): Promise<OwnApi> {
  const { principal } = options
  const lines: Record<string, unknown>[] = []
  const log = createLog('debug', { write: line => void lines.push(JSON.parse(line) as Record<string, unknown>) })
  const accesses: Change[] = []
  const bus = await openBus({ url: options.listenerUrl, topics: [accessChanged], log: createLog('silent') })
  const reception = {
    async recognise() {
      if (!principal)
        throw new Unauthenticated()
      return { principal }
    },
    standings: async () => new Map(),
    charge: async () => undefined,
    noteRequest: () => {},
    noteRefusal: () => {},
    findTenantBySlug: async () => null,
    admit: async (id: string) => ({ id, node: 'main' }),
    schools: options.schools,
    recordAccess: async (_: string, access: Change) => void accesses.push(access),
    baseDomain: undefined,
    baseUrl: undefined,
    log,
  }
  const config = { trustedProxies: [], baseUrl: undefined, baseDomain: undefined, metricsToken: undefined, rateLimits: false }
  const metrics = createMetrics()
  const schema = await graphqlSchema(options.resolvers)
  const http = await openHttp({ config, schema, reception, findExport: () => Promise.reject(new NotFound('The export')), health: async () => ({}), webRoot: undefined, metrics, log })
  const sockets = openSockets({ server: http.fastify.server, schema, reception, bus, config, metrics, log })
  const url = await http.fastify.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    lines,
    accesses,
    async stop() {
      await sockets.stop()
      await http.stop()
      await bus.close()
    },
  }
}

/** A member of this tenant whose token lasts a while. */
export function memberOf(tenantId: string): Member {
  return { kind: 'member', accountId: randomUUID(), sessionId: randomUUID(), tenantId, role: 'OFFICE', suspended: false, expiresAt: new Date(Date.now() + 600_000) }
}
