import type pg from 'pg'
import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import type { Actor } from '../../shared/trail.ts'
import { quoteIdentifier, schemaName } from '../../database/schema-names.ts'
import { withClient } from '../../database/with-client.ts'
import { schoolChanged } from '../../events/topics.ts'
import { appendStatement, lockChain } from './chain.ts'

/** How often every school is looked at, for what was written while nobody listened. */
const sweepEveryMs = 10 * 60_000
/** When what failed is tried again: soon, since webhooks wait for it too, and less often where it fails again. */
const firstPauseMs = 5_000
const longestPauseMs = 60_000
/** Schools asked about in one statement. */
const sweepSize = 200
/** Outbox rows carried in one transaction. */
const loadSize = 500

/** What stands in a school's outbox. */
export interface CarriedRow {
  id: string
  at: Date
  actor_kind: Actor['kind']
  actor_id: string | null
  action: string
  subject_type: string
  subject_id: string | null
  details: Record<string, unknown>
  request_id: string | null
  /** Of the record after the change, and the school's change that made it; missing where the school's outbox is of an older version. */
  subject_version?: number | null
  subject_changed?: string | null
}

/** What else is to be done with what is carried, in the transaction that puts it on record: both are there, or neither is. */
export type OnCarried = (client: pg.Client, tenantId: string, rows: readonly CarriedRow[]) => Promise<void>

export interface Courier {
  /** How long the oldest event has lain in a school, as far as the last sweep or what failed since knows; 0 where none does. */
  readonly oldestUncarriedSeconds: () => number
  stop: () => Promise<void>
}

/**
 * Takes what schools wrote into their outboxes to the platform's audit record, as owner. The two are never written in
 * one transaction: events go in first, known by the outbox row they come from, and only then the rows go out. A crash
 * between the two tells them again, and they are written once.
 */
export function startCourier(parts: { ownerUrl: string, bus: Bus, onCarried: OnCarried, log: Log }): Courier {
  const { bus, onCarried, log } = parts
  const connection = {
    connectionString: parts.ownerUrl,
    application_name: 'homeroom audit courier',
    connectionTimeoutMillis: 5_000,
    query_timeout: 60_000,
    keepAlive: true,
    // One school's lock is not to keep the others waiting.
    options: '-c lock_timeout=1s',
  }
  let stopped = false
  let working: Promise<void> | undefined
  let sweeping: Promise<void> | undefined
  /** Tenants that wait for their turn: told twice meanwhile, they are visited once. */
  const waiting = new Set<string>()
  /** Those whose turn failed. */
  const failed = new Set<string>()
  /** A sweep is to be made. */
  let unswept = false
  let again: NodeJS.Timeout | undefined
  let pauseMs = firstPauseMs
  /** Since when there has been something to carry. */
  let since: number | undefined

  function attend(tenantId: string): void {
    if (stopped)
      return
    since ??= Date.now()
    waiting.add(tenantId)
    working ??= work()
  }

  /** One after the other, on one connection, which is kept for as long as there is something to carry. */
  async function work(): Promise<void> {
    try {
      while (waiting.size > 0)
        await withClient(connection, carry)
    }
    catch (error) {
      waiting.forEach(tenantId => fail(tenantId, error))
      waiting.clear()
    }
    working = undefined
    rest()
  }

  async function carry(client: pg.Client): Promise<void> {
    for (const tenantId of waiting) {
      waiting.delete(tenantId)
      if (!stopped)
        await empty(client, tenantId, onCarried).catch((error: unknown) => !isGone(error) && fail(tenantId, error))
    }
  }

  function fail(tenantId: string, error: unknown): void {
    // Said once until they are tried again: it may be all of them.
    if (failed.size === 0)
      log.warn({ err: error, tenantId }, 'what schools have to tell could not be carried; trying again soon')
    failed.add(tenantId)
    tryAgain()
  }

  function tryAgain(): void {
    if (stopped)
      return
    again ??= setTimeout(() => {
      again = undefined
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      const tenantIds = [...failed]
      failed.clear()
      tenantIds.forEach(attend)
      if (unswept)
        sweep()
    }, pauseMs)
  }

  function rest(): void {
    if (waiting.size > 0 || failed.size > 0 || unswept)
      return
    since = undefined
    pauseMs = firstPauseMs
  }

  function sweep(): void {
    unswept = true
    sweeping ??= sweepAll()
  }

  async function sweepAll(): Promise<void> {
    while (unswept) {
      unswept = false
      if (stopped)
        break
      try {
        const found = await withClient(connection, schoolsWithNews)
        // Longer ago than this process knows.
        if (found.length > 0)
          since = Math.min(since ?? Date.now(), ...found.map(({ oldest }) => oldest.getTime()))
        found.forEach(({ id }) => attend(id))
      }
      catch (error) {
        log.warn({ err: error }, 'the outboxes could not be swept; trying again soon')
        since ??= Date.now()
        unswept = true
        tryAgain()
        break
      }
    }
    sweeping = undefined
    if (!working)
      rest()
  }

  const stopListening = bus.listen(schoolChanged, ({ tenantId }) => attend(tenantId))
  const stopRereading = bus.onReconnect(sweep)
  const timer = setInterval(sweep, sweepEveryMs)
  sweep()
  return {
    oldestUncarriedSeconds: () => since === undefined ? 0 : Math.max(0, (Date.now() - since) / 1_000),
    async stop() {
      stopped = true
      clearInterval(timer)
      clearTimeout(again)
      stopListening()
      stopRereading()
      await Promise.all([working, sweeping])
    },
  }
}

/** A school that has been deleted meanwhile has told everything; the others have not. */
const isGone = (error: unknown): boolean => (error as { code?: string }).code === '42P01'
const isLocked = (error: unknown): boolean => (error as { code?: string }).code === '55P03'

/** What a school still has to tell, in the transaction of `client`: the last thing before its schema goes. */
export async function carryRest(client: pg.Client, tenantId: string): Promise<void> {
  for (let rows = await oldest(client, tenantId); rows.length > 0; rows = await oldest(client, tenantId)) {
    await enter(client, tenantId, rows)
    await remove(client, tenantId, rows)
  }
}

async function empty(client: pg.Client, tenantId: string, onCarried: OnCarried): Promise<void> {
  for (;;) {
    const rows = await oldest(client, tenantId)
    if (rows.length === 0)
      return
    await client.query('begin')
    try {
      await onCarried(client, tenantId, rows)
      await enter(client, tenantId, rows)
      await client.query('commit')
    }
    catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    }
    await remove(client, tenantId, rows)
  }
}

const outboxOf = (tenantId: string) => `${quoteIdentifier(schemaName(tenantId))}.outbox`

async function oldest(client: pg.Client, tenantId: string): Promise<CarriedRow[]> {
  return (await client.query<CarriedRow>(`select * from ${outboxOf(tenantId)} order by at, id limit ${loadSize}`)).rows
}

async function enter(client: pg.Client, tenantId: string, rows: readonly CarriedRow[]): Promise<void> {
  await run(client, lockChain(tenantId))
  for (const row of rows)
    await run(client, appendStatement(tenantId, entryOf(row)))
}

async function remove(client: pg.Client, tenantId: string, rows: readonly CarriedRow[]): Promise<void> {
  await client.query(`delete from ${outboxOf(tenantId)} where id = any($1)`, [rows.map(({ id }) => id)])
}

function entryOf(row: CarriedRow) {
  return {
    actor: { kind: row.actor_kind, ...(row.actor_id && { id: row.actor_id }) },
    ...(row.request_id && { requestId: row.request_id }),
    action: row.action,
    subject: { type: row.subject_type, ...(row.subject_id && { id: row.subject_id }) },
    details: row.details,
    at: row.at,
    sourceId: row.id,
  }
}

const run = (client: pg.Client, { text, values }: { text: string, values: readonly unknown[] }) => client.query(text, [...values])

/** Every ready school whose outbox is not empty, and since when. */
async function schoolsWithNews(client: pg.Client): Promise<{ id: string, oldest: Date }[]> {
  // By the catalogue: a school that is being made or deleted has no outbox, or has none any more.
  const { rows } = await client.query<{ id: string }>(`
    select t.id from platform.tenant t join pg_class c on c.relname = 'outbox' and c.relnamespace = to_regnamespace('t_' || replace(t.id::text, '-', ''))
    where t.preparation_status = 'READY'`)
  const found: { id: string, oldest: Date }[] = []
  for (let from = 0; from < rows.length; from += sweepSize) {
    found.push(...await newsOf(client, rows.slice(from, from + sweepSize).map(({ id }) => id)))
  }
  return found
}

async function newsOf(client: pg.Client, ids: readonly string[]): Promise<{ id: string, oldest: Date }[]> {
  const questions = ids.map(id => `select '${id}' as id, min(at) as oldest from ${quoteIdentifier(schemaName(id))}.outbox having count(*) > 0`)
  try {
    return (await client.query<{ id: string, oldest: Date }>(questions.join(' union all '))).rows
  }
  catch (error) {
    if (!isGone(error) && !isLocked(error))
      throw error
    // One of them was deleted meanwhile, or lets nobody look: the others by halves.
    const half = Math.ceil(ids.length / 2)
    if (ids.length > 1)
      return [...await newsOf(client, ids.slice(0, half)), ...await newsOf(client, ids.slice(half))]
    return isGone(error) ? [] : ids.map(id => ({ id, oldest: new Date() }))
  }
}
