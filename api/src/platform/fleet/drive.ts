import type pg from 'pg'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Log } from '../../shared/log.ts'
import type { Outcome, Task } from './migrate-school.ts'
import type { Candidate, Order } from './rollout-record.ts'
import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { withClient } from '../../database/with-client.ts'
import { describeFailure, isPassing } from './failure.ts'
import { planStatements, refusedAs, scriptFor } from './migrate-school.ts'
import { chooseCanaries, finishRollout, stillLeft, takeOrder } from './rollout-record.ts'
import { setAside } from './set-aside.ts'
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
  const passedOver: string[] = []
  for (let waits = 0; ;) {
    const order = await takeOrder(control, parts.newest)
    if (order?.state !== 'RUNNING' || parts.signal.aborted)
      return
    const canaries = await chooseCanaries(control, order.id, passedOver)
    if (canaries.length > 0) {
      await migrateAll(control, parts, order, canaries, true, ({ tenantId }) => void passedOver.push(tenantId))
      continue
    }
    if (passedOver.length > 0) {
      // There is no other canary, or none is wanted any more: from the beginning.
      passedOver.length = 0
      await pause(++waits, parts.signal)
      continue
    }
    const left = await stillLeft(control, order.id)
    if (left.length === 0)
      return finishRollout(control, order.id)
    await migrateAll(control, parts, order, left, false)
  }
}

/** `passOver` says what becomes of a school that somebody else is at work on; unless told, it is looked at again behind all others. */
async function migrateAll(control: pg.Client, parts: DriveParts, order: Order, schools: readonly Candidate[], canary: boolean, passOver?: (task: Task) => void): Promise<void> {
  const queue: (Task & { notBefore?: number })[] = schools.map(school => ({ rolloutId: order.id, tenantId: school.tenantId, from: school.version, target: order.targetVersion, canary, attempts: 0, failures: 0 }))
  const telling = startTelling(control, order.id)
  let broken: unknown
  const work: Work = {
    async next() {
      const task = queue.shift()
      if (task?.notBefore)
        await wait(Math.max(0, task.notBefore - Date.now()), undefined, { signal: parts.signal }).catch(() => {})
      return broken ?? telling.lost() ?? parts.signal.aborted ? undefined : task
    },
    settled: telling.settled,
    // An export of a large school takes its time: nobody waits for it who has anything else to do.
    passOver: passOver ?? (task => void queue.push({ ...task, notBefore: Date.now() + pauseMs(task.attempts) })),
  }
  const lanes = Math.min(canary ? 1 : order.parallel, schools.length)
  await Promise.all(Array.from({ length: lanes }, () => lane(parts, work).catch((error: unknown) => { broken ??= error })))
  await telling.stop().catch((error: unknown) => { broken ??= error })
  if (broken)
    throw broken
}

/** What lanes share. */
interface Work {
  next: () => Promise<Task | undefined>
  settled: (tenantId: string) => void
  passOver: (task: Task) => void
}

/** One school after the other, on one connection and its successors, for as long as the roll-out is RUNNING. */
async function lane(parts: DriveParts, work: Work): Promise<void> {
  let task = await work.next()
  for (let lost = 0; task;) {
    try {
      await withClient(connection(parts.ownerUrl), async (client) => {
        await planStatements(client)
        while (task) {
          const outcome = await settle(client, parts, task)
          lost = 0
          if (outcome === 'DONE')
            work.settled(task.tenantId)
          if (outcome === 'BUSY')
            work.passOver(task)
          task = outcome === 'ORDERED_OFF' ? undefined : await work.next()
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

const connection = (connectionString: string) => ({ connectionString, application_name: 'homeroom school migrations', connectionTimeoutMillis: 5_000 })

/** Migrates a school, or sets it aside. Throws where the connection is lost; the rest is tried again, or is on record. */
async function settle(client: pg.Client, { migrations, log, signal }: DriveParts, task: Task): Promise<Outcome> {
  for (;;) {
    // One that ends every connection it is tried on would hold up the roll-out for ever.
    if (task.failures >= mostTries) {
      await noteFailure(client, task, log, task.lostTo, '')
      return 'DONE'
    }
    task.attempts++
    const script = scriptFor(task, migrations)
    try {
      await client.query(script)
      return 'DONE'
    }
    catch (error) {
      const refused = refusedAs(error)
      task.failures += refused ? 0 : 1
      await client.query('rollback')
      if (refused)
        return refused
      const { tenantId, attempts } = task
      if (isPassing(error) && task.failures < mostTries) {
        log.info({ err: error, tenantId, attempts }, 'a school is busy; its migration is tried again')
        await pause(task.failures, signal)
        if (signal.aborted)
          return 'ORDERED_OFF'
        continue
      }
      await noteFailure(client, task, log, error, script)
      return 'DONE'
    }
  }
}

async function noteFailure(client: pg.Client, task: Task, log: Log, error: unknown, script: string): Promise<void> {
  const { tenantId, from, target, attempts } = task
  const failure = describeFailure(error, script)
  log.error({ err: error, tenantId, from, target, attempts, code: failure.code }, 'a school could not be migrated')
  await setAside(client, task, failure)
}

async function pause(tries: number, signal: AbortSignal): Promise<void> {
  await wait(pauseMs(tries), undefined, { signal }).catch(() => {})
}

/** Twice as long each time, and not all at the same moment. */
function pauseMs(tries: number): number {
  return Math.min(shortestPauseMs * 2 ** tries, longestPauseMs) * (0.5 + randomInt(500) / 1000)
}
