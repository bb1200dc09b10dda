import type { SchoolDb, Schools, TenantAddress } from '../database/school-db.ts'
import type { RecordChange, Trail } from '../shared/trail.ts'
import DataLoader from 'dataloader'
import { takeChangeNumber } from '../database/change-number.ts'
import { Forbidden } from '../shared/errors.ts'
import { tell } from './outbox.ts'

/** Answers many keys with one statement, in the order of the keys. */
export type Batch<K, V> = (db: SchoolDb, keys: readonly K[]) => Promise<readonly V[]>

export interface Entry {
  /** Finds the tenant's address, or refuses (not ready, suspended, no reason given, …); asked once, before anything of the school is read. */
  readonly admit: () => Promise<TenantAddress>
  readonly mayWrite: boolean
  readonly trail: Trail
}

/** What a change of a school is answered with, and every record that it touched. */
export interface Written<T> {
  readonly answer: T
  readonly changes: readonly RecordChange[]
}

/**
 * One operation's way into one school. Its reads share one read-only transaction, opened by the first of them and
 * closed by `end`, and see the school as it was at one moment; each write is a transaction of its own, committed before it answers.
 * An operation holds at most one connection: a write first gives back the one its reads held.
 */
export class SchoolDoor {
  #reading: { db: Promise<SchoolDb>, close: () => Promise<void> } | undefined
  #loaders = new Map<unknown, DataLoader<unknown, unknown>>()
  #ended = false
  readonly #nobodyWaits = new AbortController()

  constructor(private readonly schools: Schools, private readonly entry: Entry) {}

  #address: Promise<TenantAddress> | undefined
  #admitted(): Promise<TenantAddress> {
    return this.#address ??= this.entry.admit()
  }

  /** Runs `fn` in the operation's read-only transaction. */
  async read<T>(fn: (db: SchoolDb) => Promise<T>): Promise<T> {
    return fn(await this.#openForReading())
  }

  /**
   * Runs `fn` in a transaction of its own and commits it together with the record of what it says it changed. It has the
   * school's next change number, and with it the school to itself: writers of a school come one after the other.
   */
  async write<T>(fn: (db: SchoolDb) => Promise<Written<T>>): Promise<T> {
    if (!this.entry.mayWrite)
      throw new Forbidden('This access is for reading. Ask for writing with `x-access-mode: write`.')
    await this.#stopReading()
    return this.schools.withTenant(await this.#admitted(), async (db) => {
      await takeChangeNumber(db)
      const { answer, changes } = await fn(db)
      await tell(db, changes, this.entry.trail)
      return answer
    })
  }

  /** Loads one key, together with all other keys asked of the same batch at this level of the answer. */
  load<K, V>(batch: Batch<K, V>, key: K): Promise<V> {
    let loader = this.#loaders.get(batch) as DataLoader<K, V> | undefined
    if (!loader) {
      loader = new DataLoader<K, V>(keys => this.read(db => batch(db, keys)))
      this.#loaders.set(batch, loader as DataLoader<unknown, unknown>)
    }
    return loader.load(key)
  }

  /** Gives the connection back until something is read again: a subscription waits long between two events. */
  pause(): Promise<void> {
    return this.#stopReading()
  }

  /** Gives the connection back; the operation is over. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#stopReading()
  }

  /** Whoever asked has gone: what is being read is given up at once. What is being written is not. */
  abandon(): void {
    this.#nobodyWaits.abort()
  }

  get abandoned(): boolean { return this.#nobodyWaits.signal.aborted }

  async #openForReading(): Promise<SchoolDb> {
    if (this.#ended)
      throw new Error('The operation is over: its school is closed.')
    if (!this.#reading) {
      const opened = Promise.withResolvers<SchoolDb>()
      const closing = Promise.withResolvers<void>()
      const finished = this.#admitted()
        .then(tenant => this.schools.withTenant(tenant, (db) => {
          opened.resolve(db)
          return closing.promise
        }, { readOnly: true, snapshot: true, signal: this.#nobodyWaits.signal }))
      finished.catch(opened.reject)
      this.#reading = {
        db: opened.promise,
        close: async () => {
          closing.resolve()
          // A transaction that could not open has said so to its readers.
          await finished.catch(() => {})
        },
      }
    }
    return this.#reading.db
  }

  async #stopReading(): Promise<void> {
    const reading = this.#reading
    this.#reading = undefined
    // What was loaded before a write is not what is there after it.
    this.#loaders.clear()
    await reading?.close()
  }
}
