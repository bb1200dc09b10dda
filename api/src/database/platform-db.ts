import type { EntityManager, EntitySchema, PostgreSqlConnection } from '@mikro-orm/postgresql'
import type { PoolUse } from './pool-use.ts'
import { MikroORM } from '@mikro-orm/postgresql'
import { statementFacts, traced } from '../shared/tracing.ts'
import { ExtendedClient } from './extended-client.ts'
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
  const send = async <Row>(statement: { text: string, values: readonly unknown[], name?: string }): Promise<Row[]> =>
    (await traced('statement', statementFacts(statement.text), () => pool.query({ ...statement, values: [...statement.values] }))).rows as Row[]
  const brand = (em: EntityManager) => Object.assign(em, { plane: 'platform' as const })
  return {
    fork: () => brand(orm.em.fork()),
    transaction: fn => traced('platform transaction', () => ({}), () => orm.em.fork().transactional(em => fn(brand(em as EntityManager)))),
    query: (text, values = []) => send({ text, values }),
    prepared: (name, text, values) => send({ text, values, name }),
    pool: () => poolUse([pool]),
    close: () => orm.close(true),
  }
}
