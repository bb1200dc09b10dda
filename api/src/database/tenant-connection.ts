import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult, TransactionSettings } from 'kysely'
import type pg from 'pg'
import type { Answer, Statement } from './packet.ts'
import type { Router } from './routing.ts'
import type { StatementNames } from './statement-names.ts'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { Unavailable } from '../shared/errors.ts'
import { statementFacts, traced, tracePlace } from '../shared/tracing.ts'
import { noColumns, Packet } from './packet.ts'
import { quoteIdentifier, schemaName } from './schema-names.ts'
import { statementNames } from './statement-names.ts'

/** What transactions begin and end with: planned once a connection, and nobody reads what is answered. */
const become = { text: 'select set_config(\'search_path\', $1, true), set_config(\'role\', $2, true)', planned: { name: 'become', columns: noColumns } }
const frame = (text: string): Statement => ({ text, values: [], planned: { name: text, columns: noColumns } })
const commit = frame('commit')
const rollback = frame('rollback')
function begin({ isolationLevel, accessMode }: TransactionSettings) {
  return frame(`begin${isolationLevel === 'repeatable read' ? ' isolation level repeatable read' : ''}${accessMode === 'read only' ? ' read only' : ''}`)
}

/**
 * One pooled connection for the length of one tenant transaction.
 * BEGIN and the switch of role travel in one packet with what is asked first, and cost no round trip of their own.
 */
export class TenantConnection implements DatabaseConnection {
  #settings: TransactionSettings = {}
  /** What is not sent yet. */
  #packet: Packet | undefined
  /** What is asked until the end of this turn of the event loop goes together. */
  #gathering = false
  /** Somebody has asked something: before, there is nothing to send, and nothing to end. */
  #asked = false
  /** The end of a transaction that was sent whole. */
  #ending: Promise<unknown> | undefined
  /** COMMIT or ROLLBACK is on its way: what came behind it would no longer run under the tenant's role. */
  #over = false
  readonly #names: StatementNames
  /** Statements belong to the transaction in a trace, whoever sends them. */
  readonly #place = tracePlace()

  constructor(private readonly client: pg.PoolClient, private readonly tenantId: string, private readonly router: Router) {
    this.#names = statementNames(client)
    this.#names.closeDropped()
  }

  /** `brief`: a reader of whom one turn's statements are expected. COMMIT travels with them; what comes later after all opens anew. */
  open(settings: TransactionSettings, brief = false): void {
    this.#settings = settings
    this.#asked = false
    this.router.enter(this.client, this.tenantId)
    const schema = schemaName(this.tenantId)
    this.#packet = new Packet(this.client)
    this.#packet.addSilent(begin(settings))
    // The role comes last: once it is the tenant's, set_config is out of reach.
    this.#packet.addSilent({ ...become, values: [schema, schema] })
    this.#gathering = true
    setImmediate(() => {
      this.#gathering = false
      if (!this.#asked || !this.#packet)
        return
      if (brief)
        this.#sendWhole(this.#packet)
      else
        this.#send()
    })
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const ended = this.#ending
    if (ended) {
      await ended
      if (this.#ending === ended && !this.#over) {
        this.#ending = undefined
        this.open(this.#settings)
      }
    }
    if (this.#over)
      throw new Error('This transaction is over.')
    this.router.verify(this.client, this.tenantId, query)
    const { sql, parameters } = query
    // What is written is planned anew: a plan keeps the types its parameters had, and would cut a value to one that the column no longer is.
    const planned = this.#settings.accessMode === 'read only' ? this.#names.of(this.tenantId, sql) : undefined
    try {
      const { rows, command, rowCount } = await traced('statement', statementFacts(sql), () => this.#ask({ text: sql, values: parameters, planned }), this.#place)
      const changes = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(command)
      return { rows: rows as R[], numAffectedRows: changes ? BigInt(rowCount ?? 0) : undefined }
    }
    catch (error) {
      this.#names.forget(this.tenantId, sql)
      // The statement's columns have become others than those that were planned.
      throw (error as { routine?: string }).routine === 'RevalidateCachedQuery' ? new Unavailable(error) : error
    }
  }

  async commit(): Promise<void> {
    if (!this.router.trusts(this.client))
      throw new Error('Nothing was committed: a statement of this transaction had been refused.')
    // After an error that somebody swallowed PostgreSQL answers COMMIT with ROLLBACK, and no error of its own.
    const answer = await this.#end(commit)
    if (answer && answer.command !== 'COMMIT')
      throw new Error('Nothing was committed: a statement of this transaction had failed.')
  }

  async rollback(): Promise<void> {
    if (!this.#over)
      await this.#end(rollback)
    // A COMMIT that failed has ended it too, unless it was cancelled before it ran.
    else if (this.#asked)
      await this.#sendAlone(rollback)
  }

  /** A point inside the transaction: set, gone back to, or given up. */
  async savepoint(what: 'savepoint' | 'rollback to savepoint' | 'release savepoint', name: string): Promise<void> {
    this.router.compare(this.client, this.tenantId)
    await this.#ask({ text: `${what} ${quoteIdentifier(name)}`, values: [] })
  }

  /** Cursors and pipelining exclude each other. */
  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('School data is read in pages, not streamed.')
  }

  #ask(statement: Statement): Promise<Answer> {
    this.#asked = true
    const answer = (this.#packet ??= new Packet(this.client)).add(statement)
    if (!this.#gathering)
      this.#send()
    return answer
  }

  #send(): void {
    const packet = this.#packet
    this.#packet = undefined
    if (packet && this.#asked)
      this.client.query(packet)
  }

  #sendWhole(packet: Packet): void {
    this.#packet = undefined
    if (!this.router.leave(this.client, this.tenantId))
      return packet.handleError(notOpen())
    packet.addSilent(commit)
    this.client.query(packet)
    // What fails takes COMMIT with it, and leaves the transaction open.
    this.#ending = packet.answered.then(done => done ? undefined : this.#sendAlone(rollback))
    // Whoever ends the transaction hears of it.
    this.#ending.catch(() => {})
  }

  #sendAlone(statement: Statement): Promise<Answer> {
    const packet = new Packet(this.client)
    const answer = packet.add(statement)
    this.client.query(packet)
    return answer
  }

  /** What was asked before goes first, in a packet of its own: behind something that fails the end would be passed over. */
  async #end(how: Statement): Promise<Answer | undefined> {
    this.#over = true
    if (this.#ending)
      return void await this.#ending
    this.#send()
    if (!this.router.leave(this.client, this.tenantId))
      throw notOpen()
    return this.#asked ? this.#sendAlone(how) : undefined
  }
}

const notOpen = () => new Error('This connection is no longer open for the school of this transaction.')

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
