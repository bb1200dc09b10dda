import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult, TransactionSettings } from 'kysely'
import type pg from 'pg'
import type { Router } from './routing.ts'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { statementFacts, traced, tracePlace } from '../shared/tracing.ts'
import { quoteIdentifier, schemaName } from './schema-names.ts'

/**
 * One pooled connection for the length of one tenant transaction.
 * BEGIN and the switch of role are written to the socket without waiting for their answers (`pipeline`),
 * so they travel with the first statement and cost no round trip of their own.
 */
export class TenantConnection implements DatabaseConnection {
  #opening: Promise<unknown> = Promise.resolve()
  /** COMMIT or ROLLBACK is on its way: what came behind it would no longer run under the tenant's role. */
  #over = false
  #settings: TransactionSettings = {}
  #brief = false
  /** The COMMIT of a brief transaction, once it is sent. */
  #closing: Promise<unknown> | undefined
  /** Statements belong to the transaction in a trace, whoever sends them. */
  readonly #place = tracePlace()

  constructor(private readonly client: pg.PoolClient, private readonly tenantId: string, private readonly router: Router) {}

  /** `brief`: a reader of whom one turn's statements are expected. COMMIT travels with them; what comes later after all opens anew. */
  open(settings: TransactionSettings, brief = false): void {
    this.#settings = settings
    this.#brief = brief
    const schema = schemaName(this.tenantId)
    this.router.enter(this.client, this.tenantId)
    // One packet, together with what this turn of the event loop sends.
    const { stream } = this.client.connection
    stream.cork()
    const begin = this.#sendFrame(['begin', settings.isolationLevel === 'repeatable read' && 'isolation level repeatable read', settings.accessMode === 'read only' && 'read only'].filter(Boolean).join(' '))
    // The role comes last: once it is the tenant's, set_config is out of reach.
    const become = this.#sendFrame('select set_config(\'search_path\', $1, true), set_config(\'role\', $2, true)', [schema, schema], 'become')
    this.#opening = Promise.all([begin, become])
    // Heard at the first statement or at commit; until then nobody awaits it.
    this.#opening.catch(() => {})
    setImmediate(() => {
      if (this.#brief && this.#sent)
        this.#closeEarly()
      stream.uncork()
    })
  }

  #sent = false

  #closeEarly(): void {
    if (this.#over || !this.router.leave(this.client, this.tenantId))
      return
    this.#closing = this.#sendFrame('commit')
    this.#closing.catch(() => {})
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#over)
      throw new Error('This transaction is over.')
    if (this.#closing) {
      this.#closing = undefined
      this.open(this.#settings)
    }
    this.router.verify(this.client, this.tenantId, query)
    this.#sent = true
    try {
      const result = await traced('statement', statementFacts(query.sql), () => this.#send(query.sql, query.parameters), this.#place)
      const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(result.command)
      return { rows: result.rows as R[], numAffectedRows: changes ? BigInt(result.rowCount ?? 0) : undefined }
    }
    catch (error) {
      // Behind "current transaction is aborted" stands why it could not be opened.
      await this.#opening
      throw error
    }
  }

  async commit(): Promise<void> {
    if (this.#closing)
      return this.#closeEnd()
    await this.#opening
    if (!this.router.trusts(this.client))
      throw new Error('Nothing was committed: a statement of this transaction had been refused.')
    this.#end()
    // After an error that somebody swallowed PostgreSQL answers COMMIT with ROLLBACK, and no error of its own.
    const { command } = await this.#sendFrame('commit')
    if (command !== 'COMMIT')
      throw new Error('Nothing was committed: a statement of this transaction had failed.')
  }

  async rollback(): Promise<void> {
    // A COMMIT that failed has ended it too.
    if (this.#over)
      return
    if (this.#closing)
      return this.#closeEnd()
    this.#end()
    await this.#send('rollback', [])
  }

  /** The end of a brief transaction is on its way already. */
  async #closeEnd(): Promise<void> {
    this.#over = true
    await this.#closing
  }

  #end(): void {
    this.#over = true
    if (!this.router.leave(this.client, this.tenantId))
      throw new Error('This connection is no longer open for the school of this transaction.')
  }

  /** A point inside the transaction: set, gone back to, or given up. */
  async savepoint(what: 'savepoint' | 'rollback to savepoint' | 'release savepoint', name: string): Promise<void> {
    this.router.compare(this.client, this.tenantId)
    await this.#send(`${what} ${quoteIdentifier(name)}`, [])
  }

  /** Cursors and pipelining exclude each other. */
  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('School data is read in pages, not streamed.')
  }

  /** Always the extended protocol: one statement a message, whatever its text holds. */
  #send(text: string, values: readonly unknown[], name?: string): Promise<pg.QueryResult> {
    return this.client.query({ text, values: [...values], name, queryMode: 'extended' } as pg.QueryConfig)
  }

  /**
   * What every transaction begins and ends with is read once a connection: it has a name. A school's own statements
   * have none: PostgreSQL would plan them anew for each school all the same, and schools of two versions would share them.
   */
  #sendFrame(text: string, values: readonly unknown[] = [], name = text): Promise<pg.QueryResult> {
    return this.#send(text, values, name)
  }
}

/** A Kysely dialect whose only connection is the one given. */
export class TenantDialect implements Dialect {
  constructor(private readonly connection: TenantConnection) {}
  createDriver(): Driver { return new TenantDriver(this.connection) }
  createQueryCompiler(): PostgresQueryCompiler { return new PostgresQueryCompiler() }
  createAdapter(): PostgresAdapter { return new PostgresAdapter() }
  createIntrospector(...args: ConstructorParameters<typeof PostgresIntrospector>): PostgresIntrospector { return new PostgresIntrospector(...args) }
}

class TenantDriver implements Driver {
  constructor(private readonly connection: TenantConnection) {}
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> { return this.connection }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
  async beginTransaction(_: DatabaseConnection, settings: TransactionSettings): Promise<void> { this.connection.open(settings) }
  async commitTransaction(): Promise<void> { await this.connection.commit() }
  async rollbackTransaction(): Promise<void> { await this.connection.rollback() }
  async savepoint(_: DatabaseConnection, name: string): Promise<void> { await this.connection.savepoint('savepoint', name) }
  async rollbackToSavepoint(_: DatabaseConnection, name: string): Promise<void> { await this.connection.savepoint('rollback to savepoint', name) }
  async releaseSavepoint(_: DatabaseConnection, name: string): Promise<void> { await this.connection.savepoint('release savepoint', name) }
}

/** The school ORM's own connection: there is none, so nothing runs outside `withTenant`. */
export class ClosedDialect implements Dialect {
  createDriver(): Driver {
    const refuse = async (): Promise<never> => {
      throw new Error('School data is reached through withTenant only.')
    }
    return {
      init: async () => {},
      destroy: async () => {},
      acquireConnection: refuse,
      beginTransaction: refuse,
      commitTransaction: refuse,
      rollbackTransaction: refuse,
      releaseConnection: async () => {},
    }
  }

  createQueryCompiler(): PostgresQueryCompiler { return new PostgresQueryCompiler() }
  createAdapter(): PostgresAdapter { return new PostgresAdapter() }
  createIntrospector(...args: ConstructorParameters<typeof PostgresIntrospector>): PostgresIntrospector { return new PostgresIntrospector(...args) }
}
