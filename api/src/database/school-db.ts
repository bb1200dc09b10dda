import type { EntityManager, EntitySchema } from '@mikro-orm/postgresql'
import type { CompiledQuery, IsolationLevel, Transaction } from 'kysely'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { PoolUse } from './pool-use.ts'
import { DataloaderType } from '@mikro-orm/core'
import { MikroORM } from '@mikro-orm/postgresql'
import { Kysely } from 'kysely'
import pg from 'pg'
import { traced } from '../shared/tracing.ts'
import { openAhead, poolUse } from './pool-use.ts'
import { openRouter } from './routing.ts'
import { NoResultCache, OwnEntitiesOnly, SchoolEntityManager } from './school-entities.ts'
import { ClosedDialect, TenantConnection, TenantDialect } from './tenant-connection.ts'
import { WrittenEntities } from './written-entities.ts'

/**
 * One school's database for the length of one transaction, under that school's role.
 * Writes go through `em` (entities, identity map, one flush); reads that fill lists go through `rows` (plain Kysely rows).
 * Both run on the same connection in the same transaction.
 */
export interface SchoolDb {
  readonly plane: 'school'
  readonly tenantId: string
  readonly em: EntityManager
  /** Typed by the room that reads: `db.rows<RosterTables>()`. */
  rows: <Tables>() => Kysely<Tables>
  /** Runs a statement that was built beforehand, such as a loader's (`batches.ts`). */
  run: <Row>(statement: CompiledQuery<Row>) => Promise<Row[]>
}

/** Where a tenant's school lives. On one PostgreSQL it is always `main`. */
export type NodeName = string

export interface TenantAddress {
  readonly id: string
  readonly node: NodeName
}

export interface Schools {
  /**
   * The only way to a school's data: BEGIN, the tenant's role and search_path, `fn`, COMMIT.
   * What `fn` throws rolls everything back. A SchoolDb must not outlive `fn`.
   * `snapshot`: all of it sees the school as it is at the first statement, whatever others commit meanwhile.
   * `brief`: whoever reads is likely to read once, so the end of the transaction is sent along; nothing else changes.
   * When `signal` says that nobody waits any more, the connection is cut, and PostgreSQL gives up the statement under way.
   */
  withTenant: <T>(tenant: TenantAddress, fn: (db: SchoolDb) => Promise<T>, options?: { readOnly?: boolean, snapshot?: boolean, brief?: boolean, signal?: AbortSignal }) => Promise<T>
  /** How the connections of all nodes together are used now. */
  readonly pool: () => PoolUse
  close: () => Promise<void>
}

/** Opens the data plane: one ORM for the entities, one pool a node for the connections. */
export async function openSchools(options: {
  nodes: Readonly<Record<NodeName, string>>
  poolSize: number
  /** Connections of each node that are open when this resolves. */
  ahead?: number
  entities: readonly EntitySchema[]
  metrics: Metrics
  log: Log
}): Promise<Schools> {
  const warn = (message: string) => options.log.warn(message)
  const router = await openRouter(options)
  const orm = await MikroORM.init({
    dbName: 'none',
    // There is no connection of its own to look for a database with.
    ensureDatabase: false,
    driverOptions: new ClosedDialect(),
    entities: [...options.entities],
    entityManager: SchoolEntityManager,
    subscribers: [new OwnEntitiesOnly(), new WrittenEntities()],
    // Its keys are the same for every school.
    resultCache: { adapter: NoResultCache },
    // Lists are loaded as rows, by the operation's own loaders.
    dataloader: DataloaderType.NONE,
    logger: warn,
    colors: false,
  })
  const pools = new Map(Object.entries(options.nodes).map(([node, url]) => [node, openPool(url, options.poolSize, warn)]))
  await Promise.all([...pools.values()].map(pool => openAhead(pool, options.ahead ?? 0)))

  return {
    withTenant: (tenant, fn, { readOnly = false, snapshot = false, brief = false, signal } = {}) => traced('school transaction', () => ({ 'homeroom.tenant.id': tenant.id, 'homeroom.read_only': readOnly }), async () => {
      const pool = pools.get(tenant.node)
      if (!pool)
        throw new Error(`Tenant ${tenant.id} lives on node "${tenant.node}", which this process does not know.`)
      const client = await pool.connect()
      let healthy = true
      const noteLoss = () => { healthy = false }
      client.on('error', noteLoss)
      const hangUp = () => {
        // That it is closed is told in a later turn, when the next tenant may have it already.
        noteLoss()
        client.connection.stream.destroy()
      }
      signal?.addEventListener('abort', hangUp)
      try {
        signal?.throwIfAborted()
        const connection = new TenantConnection(client, tenant.id, router)
        const rows = () => new Kysely<never>({ dialect: new TenantDialect(connection), plugins: [router.marks(tenant.id)] })
        const isolationLevel = snapshot ? 'repeatable read' : 'read committed'
        const transaction = readOnly ? beginReading(connection, rows, isolationLevel, brief) : await beginWriting(rows(), isolationLevel)
        const db = new OpenSchool(tenant.id, connection, transaction, orm.em)
        try {
          const answer = await fn(db)
          await transaction.commit()
          return answer
        }
        catch (error) {
          // What cannot be rolled back is not given to the next tenant.
          await transaction.rollback().catch(noteLoss)
          throw error
        }
      }
      finally {
        signal?.removeEventListener('abort', hangUp)
        client.off('error', noteLoss)
        // Nor is one on which a statement of another school was about to be sent.
        client.release(!healthy || !router.trusts(client))
      }
    }),
    pool: () => poolUse([...pools.values()]),
    async close() {
      await orm.close(true)
      await Promise.all([...pools.values()].map(pool => pool.end()))
    },
  }
}

const parsers = new Map<number, (text: string) => unknown>([
  // A day stays the text it is: made a Date, 1 August would be 31 July elsewhere.
  [pg.types.builtins.DATE, text => text],
  // Counts and numbers of changes: no school gets near 2^53.
  [pg.types.builtins.INT8, Number],
])

class OpenSchool implements SchoolDb {
  readonly plane = 'school'
  readonly #connection: TenantConnection
  readonly #transaction: OpenTransaction
  readonly #entities: SchoolEntityManager
  #em: EntityManager | undefined

  constructor(readonly tenantId: string, connection: TenantConnection, transaction: OpenTransaction, entities: SchoolEntityManager) {
    this.#connection = connection
    this.#transaction = transaction
    this.#entities = entities
  }

  /** Made when asked for: most reads do without. */
  get em(): EntityManager { return this.#em ??= this.#entities.openFor(this.tenantId, this.#transaction.rows()) }

  rows<Tables>(): Kysely<Tables> { return this.#transaction.rows() as unknown as Transaction<Tables> }

  async run<Row>(statement: CompiledQuery<Row>): Promise<Row[]> { return (await this.#connection.executeQuery<Row>(statement)).rows }
}

interface OpenTransaction { readonly rows: () => Transaction<never>, commit: () => Promise<void>, rollback: () => Promise<void> }

/** A reader needs no savepoints; to begin as Kysely does costs as much as a small statement. */
function beginReading(connection: TenantConnection, open: () => Kysely<never>, isolationLevel: IsolationLevel, brief: boolean): OpenTransaction {
  let rows: Kysely<never> | undefined
  connection.open({ accessMode: 'read only', isolationLevel }, brief)
  return { rows: () => (rows ??= open()) as Transaction<never>, commit: () => connection.commit(), rollback: () => connection.rollback() }
}

/** Kysely's, for its savepoints. */
async function beginWriting(rows: Kysely<never>, isolationLevel: IsolationLevel): Promise<OpenTransaction> {
  const transaction = await rows.startTransaction().setIsolationLevel(isolationLevel).execute()
  return { rows: () => transaction, commit: () => transaction.commit().execute(), rollback: () => transaction.rollback().execute() }
}

function openPool(connectionString: string, max: number, warn: (message: string) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 2_000,
    // A backend keeps about 112 kB for each tenant it has touched: start afresh now and then.
    maxUses: 5_000,
    application_name: 'homeroom school',
    pipeline: true,
    types: { getTypeParser: (type, format) => parsers.get(type) ?? pg.types.getTypeParser(type, format) },
  } as pg.PoolConfig)
  // One that is lost while it changes hands is listened to by nobody else.
  pool.on('connect', client => client.on('error', () => {}))
  pool.on('error', error => warn(`An idle school connection was lost: ${error.message}`))
  return pool
}
