import type pg from 'pg'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Log } from '../../shared/log.ts'
import type { Task } from './migrate-school.ts'
import type { Candidate, Order } from './rollout-record.ts'
import type { Telling } from './telling.ts'
import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { withClient } from '../../database/with-client.ts'
import { describeFailure, isPassing } from './failure.ts'
import { migrateSchool, scriptFor, setAside } from './migrate-school.ts'
import { chooseCanaries, finishRollout, stillLeft, takeOrder } from './rollout-record.ts'
import { startTelling } from './telling.ts'

/** How often a school is tried before it is set aside. */
const mostTries = 10
const shortestPauseMs = 100
const longestPauseMs = 5_000

export interface DriveParts {
  readonly ownerUrl: string
  readonly migrations: readonly SchoolMigration[]
  readonly newest: number
  readonly log: Log
  /** Once aborted, schools under way are finished or given back, and no other is begun. */
  readonly signal: AbortSignal
}

/**
 * Drives the open roll-out for as long as it is RUNNING: first the canaries, one after the other, then the rest, several at
 * a time and each on a connection of its own. `control` belongs to the process that holds the drivers' lock.
 */
export async function drive(control: pg.Client, parts: DriveParts): Promise<void> {
  for (;;) {
    const order = await takeOrder(control, parts.newest)
    if (order?.state !== 'RUNNING' || parts.signal.aborted)
      return
    const canaries = await chooseCanaries(control, order.id)
    const left = canaries.length > 0 ? canaries : await stillLeft(control, order.id)
    if (left.length === 0)
      return finishRollout(control, order.id)
    await migrateAll(control, parts, order, left, canaries.length > 0)
  }
}

async function migrateAll(control: pg.Client, parts: DriveParts, order: Order, schools: readonly Candidate[], canary: boolean): Promise<void> {
  const queue = schools.map(school => ({ rolloutId: order.id, tenantId: school.tenantId, from: school.version, target: order.targetVersion, canary, attempts: 0 }))
  const telling = startTelling(control, order.id)
  let broken: unknown
  const next = () => broken ?? telling.lost ?? parts.signal.aborted ? undefined : queue.shift()
  const lanes = Math.min(canary ? 1 : order.parallel, schools.length)
  await Promise.all(Array.from({ length: lanes }, () => lane(parts, telling, next).catch((error: unknown) => { broken ??= error })))
  await telling.stop().catch((error: unknown) => { broken ??= error })
  if (broken)
    throw broken
}

/** One school after the other, on one connection and its successors, for as long as the roll-out is RUNNING. */
async function lane(parts: DriveParts, telling: Telling, next: () => Task | undefined): Promise<void> {
  let task = next()
  for (let lost = 0; task;) {
    try {
      await withClient(connection(parts.ownerUrl), async (client) => {
        while (task) {
          const running = await settle(client, parts, task)
          lost = 0
          if (running)
            telling.settled(task.tenantId)
          task = running ? next() : undefined
        }
      })
    }
    catch (error) {
      // The connection is gone, perhaps in the middle of a COMMIT: on a new one the school's row says how it ended.
      if (task)
        task.lostTo = error
      if (++lost > mostTries || parts.signal.aborted)
        throw error
      await pause(lost, parts.signal)
    }
  }
}

/** Pipelined: what need not wait for an answer is sent at once. */
const connection = (connectionString: string) => ({ connectionString, application_name: 'homeroom school migrations', connectionTimeoutMillis: 5_000, pipeline: true }) as pg.ClientConfig

/**
 * Migrates a school, or sets it aside; answers false where it was not begun, the roll-out being no longer RUNNING. Throws
 * where the connection is lost; the rest is tried again, or is on record.
 */
async function settle(client: pg.Client, { migrations, log, signal }: DriveParts, task: Task): Promise<boolean> {
  const script = scriptFor(task, migrations)
  for (;;) {
    // One that ends every connection it is tried on would hold up the roll-out for ever.
    if (task.attempts >= mostTries) {
      await noteFailure(client, task, log, task.lostTo, script)
      return true
    }
    task.attempts++
    try {
      return await migrateSchool(client, task, migrations, script)
    }
    catch (error) {
      await client.query('rollback')
      const { tenantId, attempts } = task
      if (isPassing(error) && attempts < mostTries) {
        log.info({ err: error, tenantId, attempts }, 'a school is busy; its migration is tried again')
        await pause(attempts, signal)
        if (signal.aborted)
          return false
        continue
      }
      await noteFailure(client, task, log, error, script)
      return true
    }
  }
}

async function noteFailure(client: pg.Client, task: Task, log: Log, error: unknown, script: string): Promise<void> {
  const { tenantId, from, target, attempts } = task
  const failure = describeFailure(error, script)
  log.error({ err: error, tenantId, from, target, attempts, code: failure.code }, 'a school could not be migrated')
  await setAside(client, task, failure)
}

/** Twice as long each time, and not all at the same moment. */
async function pause(tries: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(shortestPauseMs * 2 ** tries, longestPauseMs)
  await wait(longest * (0.5 + randomInt(500) / 1000), undefined, { signal }).catch(() => {})
}
