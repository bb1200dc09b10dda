import type pg from 'pg'
import type { Planned, ServerConnection } from './packet.ts'

/** Names that one connection keeps. A planned statement takes some 20 to 50 kB of its server process. */
const mostKept = 100

/** Texts that were asked once so far: what is asked a single time is not worth a name. */
const mostSeen = 1_000

const known = new WeakMap<pg.PoolClient, StatementNames>()

/** Of a pooled connection, for as long as it is open. */
export function statementNames(client: pg.PoolClient): StatementNames {
  const names = known.get(client) ?? new StatementNames(client.connection)
  known.set(client, names)
  return names
}

/**
 * Names for what a school is asked again. PostgreSQL plans what has a name once a connection, and to plan a small statement
 * takes it several times as long as to run it. A name is one school's: under another search_path the same text is another
 * statement, which would be planned anew each time.
 */
export class StatementNames {
  readonly #names = new Map<string, Planned>()
  readonly #seen = new Set<string>()
  readonly #dropped: string[] = []
  #count = 0

  constructor(private readonly connection: pg.Connection) {}

  /** Under which name to send the statement; undefined the first time it is asked. */
  of(tenantId: string, text: string): Planned | undefined {
    const key = `${tenantId} ${text}`
    let planned = this.#names.get(key)
    if (!planned && !this.#seen.delete(key)) {
      this.#seen.add(key)
      if (this.#seen.size > mostSeen)
        this.#seen.delete(oldest(this.#seen))
      return undefined
    }
    // What was used last goes last.
    this.#names.delete(key)
    this.#names.set(key, planned ??= { name: `s${this.#count += 1}` })
    if (this.#names.size > mostKept)
      this.#drop(oldest(this.#names.keys()))
    return planned
  }

  /** The statement failed as it was planned: its tables may have changed, and with them its columns and what its parameters are. */
  forget(tenantId: string, text: string): void {
    this.#drop(`${tenantId} ${text}`)
  }

  /** Has the server forget what was dropped. Between transactions only: a packet that is not sent yet may hold the name. */
  closeDropped(): void {
    for (const name of this.#dropped.splice(0)) {
      this.connection.close({ type: 'S', name }, true)
      delete (this.connection as ServerConnection).parsedStatements[name]
    }
  }

  #drop(key: string): void {
    const planned = this.#names.get(key)
    if (!planned)
      return
    this.#names.delete(key)
    this.#dropped.push(planned.name)
  }
}

const oldest = <T>(kept: Iterable<T>): T => kept[Symbol.iterator]().next().value!
