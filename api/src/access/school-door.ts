import type { SchoolDb, Schools, TenantAddress } from '../database/school-db.ts'
import type { RecordChange, Trail } from '../shared/trail.ts'
import type { Once } from './kept-answers.ts'
import DataLoader from 'dataloader'
import { takeChangeNumber } from '../database/change-number.ts'
import { Forbidden } from '../shared/errors.ts'
import { AnsweredBefore, keepAnswer, refuseAnswered } from './kept-answers.ts'
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

/** A transaction that others than its opener work in. */
interface Open {
  readonly db: Promise<SchoolDb>
  readonly commit: () => Promise<void>
  readonly giveUp: () => Promise<void>
}

const reading = { readOnly: true, snapshot: true }

/** A loader's own cache makes another promise each time it is asked; a long list asks for the same few rows hundreds of times. */
interface Loaded<K, V> { readonly loader: DataLoader<K, V>, readonly answers: Map<K, Promise<V>> }

/**
 * One operation's way into one school. Its reads share one read-only transaction, opened by the first of them and
 * closed by `end`, and see the school as it was at one moment; each write is a transaction of its own, committed before it answers.
 * An operation holds at most one connection: a write first gives back the one its reads held.
 */
export class SchoolDoor {
  #reading: Open | undefined
  /** A change that is kept open until what it is answered with is known. */
  #changing: Open | undefined
  #once: Once | undefined
  #answeredBefore: string | undefined
  readonly #loaded = new Map<unknown, Loaded<unknown, unknown>>()
  #ended = false
  #brief = false
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
    const change = async (db: SchoolDb) => {
      await takeChangeNumber(db)
      if (this.#once)
        await refuseAnswered(db, this.#once)
      const { answer, changes } = await fn(db)
      await tell(db, changes, this.entry.trail)
      return answer
    }
    if (!this.#once)
      return this.schools.withTenant(await this.#admitted(), change)
    this.#changing = this.#open({})
    try {
      return await change(await this.#changing.db)
    }
    catch (error) {
      if (error instanceof AnsweredBefore)
        this.#answeredBefore = error.answer
      await this.#giveUp()
      throw error
    }
  }

  /** The operation's one change is to be made once: its transaction stays open, also for what is read of it, until `settle`. */
  makeOnce(once: Once): void {
    this.#once = once
  }

  /** What the change was answered with when it was made; undefined where it was not made before. */
  get answeredBefore(): string | undefined { return this.#answeredBefore }

  /** Keeps the answer and commits the change with it; without one nothing of the change stays. True where there was a change. */
  async settle(answer: (() => string) | undefined): Promise<boolean> {
    const changing = this.#changing
    if (!changing)
      return false
    if (answer === undefined) {
      await this.#giveUp()
      return true
    }
    await keepAnswer(await changing.db, this.#once!, answer())
    this.#changing = undefined
    await changing.commit()
    return true
  }

  /** Loads one key, together with all other keys asked of the same batch at this level of the answer. */
  load<K, V>(batch: Batch<K, V>, key: K): Promise<V> {
    let loaded = this.#loaded.get(batch) as Loaded<K, V> | undefined
    if (!loaded) {
      loaded = { loader: new DataLoader<K, V>(keys => this.#ask(batch, keys), { cache: false }), answers: new Map() }
      this.#loaded.set(batch, loaded as Loaded<unknown, unknown>)
    }
    let answer = loaded.answers.get(key)
    if (!answer)
      loaded.answers.set(key, answer = loaded.loader.load(key))
    return answer
  }

  /** One row, or the rows of one batch, are expected of the whole operation: its transaction ends with that statement. */
  expectOne(): void {
    this.#brief = true
  }

  /** Gives the connection back until something is read again: a subscription waits long between two events. */
  pause(): Promise<void> {
    return this.#stopReading()
  }

  /** The operation is over. Its reads are done: nobody waits for the end of their transaction, behind which the connection is given back. */
  async end(): Promise<void> {
    this.#ended = true
    await this.#giveUp()
    void this.#stopReading()
  }

  /** Whoever asked has gone: what is being read is given up at once. What is being written is not. */
  abandon(): void {
    this.#nobodyWaits.abort()
  }

  get abandoned(): boolean { return this.#nobodyWaits.signal.aborted }

  async #ask<K, V>(batch: Batch<K, V>, keys: readonly K[]): Promise<readonly V[]> {
    if (!this.#brief || this.#ended || this.#reading || this.#changing)
      return batch(await this.#openForReading(), keys)
    // Nothing else is expected: a transaction of its own, whose end nobody has to remember.
    return this.schools.withTenant(await this.#admitted(), db => batch(db, keys), { ...reading, brief: true, signal: this.#nobodyWaits.signal })
  }

  async #openForReading(): Promise<SchoolDb> {
    if (this.#ended)
      throw new Error('The operation is over: its school is closed.')
    if (this.#changing)
      return this.#changing.db
    return (this.#reading ??= this.#open({ ...reading, signal: this.#nobodyWaits.signal })).db
  }

  #open(options: Parameters<Schools['withTenant']>[2]): Open {
    const opened = Promise.withResolvers<SchoolDb>()
    const closing = Promise.withResolvers<void>()
    const finished = this.#admitted().then(tenant => this.schools.withTenant(tenant, (db) => {
      opened.resolve(db)
      return closing.promise
    }, options))
    // A transaction that could not open says so to whoever works in it.
    finished.catch(opened.reject)
    opened.promise.catch(() => {})
    closing.promise.catch(() => {})
    return {
      db: opened.promise,
      async commit() {
        closing.resolve()
        await finished
      },
      async giveUp() {
        closing.reject(new Error('Nothing of this is to stay.'))
        await finished.catch(() => {})
      },
    }
  }

  async #giveUp(): Promise<void> {
    const changing = this.#changing
    this.#changing = undefined
    await changing?.giveUp()
  }

  async #stopReading(): Promise<void> {
    const reading = this.#reading
    this.#reading = undefined
    // What was loaded before a write is not what is there after it.
    this.#loaded.clear()
    await reading?.commit().catch(() => {})
  }
}
