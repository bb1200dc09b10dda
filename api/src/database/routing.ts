import type { CompiledQuery, KyselyPlugin, QueryId } from 'kysely'
import type pg from 'pg'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import { schemaName } from './schema-names.ts'
import { openStatementReader } from './statement-reach.ts'

/** A statement was on its way to a school it does not belong to; nothing of it was sent. */
export class Misrouted extends Error {
  constructor(reason: string) {
    super(`A statement was refused before it was sent: ${reason}.`)
    this.name = 'Misrouted'
  }
}

/**
 * Watches over every statement of a SchoolDb before anything of it reaches the socket. A connection is stamped with the
 * tenant its transaction was opened for, a statement carries the tenant of the SchoolDb that made it, and the two must
 * be the same; and the statement may name no schema but the tenant's own. It costs no round trip.
 */
export interface Router {
  /** Stamps a connection for the transaction that is about to begin on it. */
  enter: (client: pg.PoolClient, tenantId: string) => void
  /** The transaction is over, or about to be: from now on the connection is nobody's. False where it was not this tenant's. */
  leave: (client: pg.PoolClient, tenantId: string) => boolean
  /** Marks what is built from a SchoolDb with its tenant, wherever it is then executed. */
  marks: (tenantId: string) => KyselyPlugin
  /** Throws Misrouted where the connection was not opened for this tenant. */
  compare: (client: pg.PoolClient, tenantId: string) => void
  /** Compares, and reads the statement as well; counts what may be sent. */
  verify: (client: pg.PoolClient, tenantId: string, statement: CompiledQuery) => void
  /** Whether the connection may go back to the pool: nothing was ever refused on it. */
  trusts: (client: pg.PoolClient) => boolean
}

export async function openRouter({ metrics, log }: { metrics: Metrics, log: Log }): Promise<Router> {
  const reachOf = await openStatementReader()
  const openFor = new WeakMap<pg.PoolClient, string>()
  const madeFor = new WeakMap<QueryId, string>()
  const distrusted = new WeakSet<pg.PoolClient>()

  function refuse(client: pg.PoolClient, tenantId: string, reason: string): never {
    distrusted.add(client)
    metrics.tenantQueryMismatch.inc()
    // Never the statement: it may hold people's data.
    log.error({ requestTenant: tenantId, connectionTenant: openFor.get(client) ?? null, reason }, 'a statement was refused: it does not belong to the school it was on its way to')
    throw new Misrouted(reason)
  }

  function compare(client: pg.PoolClient, tenantId: string): void {
    if (openFor.get(client) !== tenantId)
      refuse(client, tenantId, 'the connection was not opened for its school')
  }

  return {
    enter(client, tenantId) {
      if (openFor.has(client))
        refuse(client, tenantId, 'the connection is still open for a school')
      openFor.set(client, tenantId)
    },
    leave: (client, tenantId) => openFor.get(client) === tenantId && openFor.delete(client),
    marks: tenantId => ({
      transformQuery({ node, queryId }) {
        madeFor.set(queryId, tenantId)
        return node
      },
      transformResult: async ({ result }) => result,
    }),
    compare,
    verify(client, tenantId, { sql, parameters, queryId }) {
      compare(client, tenantId)
      const maker = madeFor.get(queryId) ?? tenantId
      if (maker !== tenantId)
        refuse(client, maker, 'it was made for another school')
      const { schemas, refusal } = reachOf(sql, parameters.length > 0)
      if (refusal)
        refuse(client, tenantId, refusal)
      const foreign = schemas.find(schema => schema !== schemaName(tenantId))
      if (foreign !== undefined)
        refuse(client, tenantId, `it names the schema ${foreign}`)
      metrics.tenantQueryVerified.inc()
    },
    trusts: client => !distrusted.has(client),
  }
}
