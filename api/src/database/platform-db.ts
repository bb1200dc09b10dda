import type { EntityManager, EntitySchema, PostgreSqlConnection } from '@mikro-orm/postgresql'
import type pg from 'pg'
import type { Planned } from './packet.ts'
import type { PoolUse } from './pool-use.ts'
import { MikroORM } from '@mikro-orm/postgresql'
import { statementFacts, traced } from '../shared/tracing.ts'
import { ExtendedClient } from './extended-client.ts'
import { Packet } from './packet.ts'
import { openAhead, poolUse } from './pool-use.ts'

/** An EntityManager of the control plane; it cannot be passed where a school's database is wanted. */
export type PlatformDb = EntityManager & { readonly plane: 'platform' }

export interface Platform {
  /** A fresh unit of work outside any transaction. */
  fork: () => PlatformDb
  /** Runs `fn` in one transaction and commits it, or rolls back what it threw out of. */
  transaction: <T>(fn: (db: PlatformDb) => Promise<T>) => Promise<T>
  /** One plain statement on a pooled connection, for reads that fill answers and for libraries that bring their own SQL. */
  query: <Row = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<Row[]>
  /**
   * As `query`, for what nearly every request asks: PostgreSQL reads and plans the text once a connection, under this name.
   * To plan some joins takes five times as long as to run them.
   */
  prepared: <Row = Record<string, unknown>>(name: string, text: string, values: readonly unknown[]) => Promise<Row[]>
  /** How its connections are used now. */
  readonly pool: () => PoolUse
  close: () => Promise<void>
}

/** What has a name, on each connection: another may have planned it after its tables changed. */
const plansOf = new WeakMap<pg.PoolClient, Map<string, Planned>>()

function planOf(client: pg.PoolClient, name: string): Planned {
  const plans = plansOf.get(client) ?? new Map<string, Planned>()
  plansOf.set(client, plans)
  const plan = plans.get(name) ?? { name }
  plans.set(name, plan)
  return plan
}

async function sendPlanned<Row>(pool: pg.Pool, { name, text, values }: { name: string, text: string, values: readonly unknown[] }): Promise<Row[]> {
  const client = await pool.connect()
  // A connection that is lost fails the packet.
  const onError = () => {}
  client.on('error', onError)
  let failure: Error | undefined
  try {
    const packet = new Packet(client)
    const answer = packet.add({ text, values, planned: planOf(client, name) })
    client.query(packet)
    const [{ rows }] = await Promise.all([answer, packet.answered])
    return rows as Row[]
  }
  catch (error) {
    failure = error as Error
    throw error
  }
  finally {
    client.off('error', onError)
    // What failed may be the connection, or a plan that is out of date: the next has one of its own.
    client.release(failure)
  }
}

/** Opens the control plane's ORM. Every entity names its schema, `platform`, itself. */
export async function openPlatform(options: {
  url: string
  poolSize: number
  /** Connections that are open when this resolves. */
  ahead?: number
  entities: readonly EntitySchema[]
  warn: (message: string) => void
}): Promise<Platform> {
  const orm = await MikroORM.init({
    clientUrl: options.url,
    entities: [...options.entities],
    pool: { min: 0, max: options.poolSize },
    driverOptions: { application_name: 'homeroom platform', connectionTimeoutMillis: 2_000, Client: ExtendedClient },
    logger: options.warn,
    colors: false,
  })
  const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient()
  await openAhead(pool, options.ahead ?? 0)
  // Past the ORM, which adds as much again to a statement this small.
  const send = async <Row>(text: string, values: readonly unknown[]): Promise<Row[]> =>
    (await traced('statement', statementFacts(text), () => pool.query(text, [...values]))).rows as Row[]
  const brand = (em: EntityManager) => Object.assign(em, { plane: 'platform' as const })
  return {
    fork: () => brand(orm.em.fork()),
    transaction: fn => traced('platform transaction', () => ({}), () => orm.em.fork().transactional(em => fn(brand(em as EntityManager)))),
    query: (text, values = []) => send(text, values),
    prepared: <Row>(name: string, text: string, values: readonly unknown[]) => traced('statement', statementFacts(text), () => sendPlanned<Row>(pool, { name, text, values })),
    pool: () => poolUse([pool]),
    close: () => orm.close(true),
  }
}
