import type { Log } from '../../shared/log.ts'
import type { Failure } from './failure.ts'
import pg from 'pg'
import { publish } from '../../events/bus.ts'
import { tenantPreparationChanged } from '../../events/topics.ts'

/** One try at preparing one tenant, as it is on record. */
export interface Attempt {
  readonly id: string
  readonly tenantId: string
  readonly cycle: number
  readonly number: number
  readonly school: { readonly name: string, readonly timeZone: string, readonly locale: string, readonly restoredFrom: string | null, readonly test: boolean }
  /** Seconds from the job in the queue to this attempt. */
  readonly waitedSeconds: number
  /** Attempts whose worker was lost, found by this one. */
  readonly lost: number
}

/**
 * Records attempts and steps while the preparation's own transaction is open, on one connection outside all pools:
 * with a pooled one, preparations that hold the pool would wait for themselves.
 * Writes are short transactions in the order they were asked for; nobody waits for a step to be written.
 */
export class StepWriter {
  #client: pg.Client | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(private readonly ownerUrl: string, private readonly log: Log) {}

  /**
   * Marks the tenant PREPARING and opens its next attempt; an attempt that a lost worker left open is closed as LOST.
   * Null where there is nothing to prepare: the cycle is over, or the tenant is gone.
   */
  async begin(tenantId: string, cycle: number): Promise<Attempt | null> {
    const rows = await this.#write(`
      with moved as (
        update platform.tenant set
          preparation_status = 'PREPARING', preparation_attempt = preparation_attempt + 1, preparation_step = null, preparation_completed_steps = 0,
          preparation_started_at = coalesce(preparation_started_at, clock_timestamp()), preparation_sequence = preparation_sequence + 1
        where id = $1 and preparation_cycle = $2 and preparation_status in ('PENDING', 'PREPARING') and lifecycle = 'ACTIVE'
        returning id, preparation_attempt as number, name, time_zone, locale, restored_from, test
      ), lost as (
        update platform.preparation_attempt a set outcome = 'LOST', error_code = 'WORKER_LOST', ended_at = clock_timestamp()
        from moved where a.tenant_id = moved.id and a.outcome = 'RUNNING' returning a.id
      ), undone as (
        update platform.preparation_step s set rolled_back = true from lost where s.attempt_id = lost.id
      ), opened as (
        insert into platform.preparation_attempt (tenant_id, cycle, number) select id, $2, number from moved returning id
      )
      select opened.id as attempt_id, moved.number, moved.name, moved.time_zone, moved.locale, moved.restored_from, moved.test::text, (select count(*) from lost) as lost,
        (select extract(epoch from clock_timestamp() - min(created_on)) from pgboss.job_common j where j.name = 'prepare-tenant' and j.singleton_key = moved.id || ':' || $2 and j.state < 'completed') as waited,
        pg_notify($3, $4) from moved, opened`, [tenantId, cycle], tenantId)
    const row = rows[0]
    return row
      ? { id: row.attempt_id!, tenantId, cycle, number: Number(row.number), school: { name: row.name!, timeZone: row.time_zone!, locale: row.locale!, restoredFrom: row.restored_from ?? null, test: row.test === 'true' }, waitedSeconds: Number(row.waited ?? 0), lost: Number(row.lost) }
      : null
  }

  /** Notes that a step begins, and that the one before it is done; a lost attempt has no more steps. Does not wait. */
  step(attempt: Attempt, position: number, name: string): void {
    this.#write(`
      with done as (
        update platform.preparation_step set ended_at = clock_timestamp() where attempt_id = $1 and ended_at is null
      ), begun as (
        insert into platform.preparation_step (attempt_id, position, name)
        select id, $5::int, $6::text from platform.preparation_attempt where id = $1 and outcome = 'RUNNING'
      ), moved as (
        update platform.tenant set preparation_step = $6, preparation_completed_steps = $5, preparation_sequence = preparation_sequence + 1
        where id = $2 and preparation_cycle = $7 and preparation_attempt = $8 and preparation_status = 'PREPARING' returning id
      )
      select pg_notify($3, $4) from moved`, [attempt.id, attempt.tenantId], attempt.tenantId, [position, name, attempt.cycle, attempt.number])
      // A step that is not shown is a pity; the work goes on.
      .catch(error => this.log.warn({ err: error, tenantId: attempt.tenantId, step: name }, 'a step could not be recorded'))
  }

  /** Resolves when everything asked for so far is written: the next statement may be the last. */
  async drain(): Promise<void> {
    await this.#queue
  }

  /** Notes that an attempt failed and that its steps were rolled back. The status stays PREPARING until the last try is over. */
  async fail(attempt: Attempt, failure: Failure): Promise<void> {
    await this.#write(`
      with failed as (
        update platform.preparation_attempt set outcome = 'FAILED', error_detail = $6, ended_at = clock_timestamp(),
          error_code = coalesce((select preparation_error_code from platform.tenant where id = $2 and preparation_cycle = $7 and preparation_error_code = 'CANCELLED'), $5)
        where id = $1 and outcome = 'RUNNING' returning id
      ), undone as (
        update platform.preparation_step s set rolled_back = true from failed where s.attempt_id = failed.id
      ), moved as (
        update platform.tenant t set preparation_step = null, preparation_completed_steps = 0, preparation_sequence = preparation_sequence + 1
        from failed where t.id = $2 and t.preparation_cycle = $7 and t.preparation_attempt = $8 and t.preparation_status = 'PREPARING' returning t.id
      )
      select pg_notify($3, $4) from moved`, [attempt.id, attempt.tenantId], attempt.tenantId, [failure.code, failure.detail, attempt.cycle, attempt.number])
  }

  /** Notes that nobody is at a cycle any more that was cancelled or overtaken: what its worker left open is LOST. */
  async abandon(tenantId: string, cycle: number): Promise<void> {
    await this.#write(`
      with lost as (
        update platform.preparation_attempt set outcome = 'LOST', error_code = 'WORKER_LOST', ended_at = clock_timestamp()
        where tenant_id = $1 and cycle = $2 and outcome = 'RUNNING' returning id
      ), undone as (
        update platform.preparation_step s set rolled_back = true from lost where s.attempt_id = lost.id
      )
      select pg_notify($3, $4) from lost`, [tenantId, cycle], tenantId)
  }

  async close(): Promise<void> {
    await this.#queue
    await this.#client?.end().catch(() => {})
  }

  /** Parameters 3 and 4 are always the event; it travels with the change, at commit. */
  #write(text: string, first: [unknown, unknown], tenantId: string, rest: unknown[] = []): Promise<Record<string, string>[]> {
    const event = publish(tenantPreparationChanged, { tenantId })
    const written = this.#queue.then(async () => {
      const client = await this.#connected()
      try {
        return (await client.query(text, [...first, ...event.values, ...rest])).rows as Record<string, string>[]
      }
      catch (error) {
        // Not the server's word but its silence: the next write gets a connection of its own.
        if (!(error instanceof pg.DatabaseError))
          this.#leave(client)
        throw error
      }
    })
    this.#queue = written.catch(() => {})
    return written
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client)
      return this.#client
    const client = new pg.Client({
      connectionString: this.ownerUrl,
      application_name: 'homeroom preparation steps',
      connectionTimeoutMillis: 5_000,
      // Longer than the server's own patience: preparations wait in `drain` for a peer that has vanished.
      query_timeout: 6_000,
      // Commits stay synchronous: a crash that lost them would take `sequence` back, and watchers drop what is older.
      options: '-c lock_timeout=2s -c statement_timeout=5s',
    })
    client.on('error', () => this.#leave(client))
    await client.connect()
    return this.#client = client
  }

  #leave(client: pg.Client): void {
    if (this.#client !== client)
      return
    this.#client = undefined
    client.end().catch(() => {})
  }
}
