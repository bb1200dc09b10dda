import type pg from 'pg'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { RolloutPlan } from '../../config.ts'
import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import type { Rollout } from './rollout.ts'
import { driversLock } from '../../database/tenant-lock.ts'
import { withClient } from '../../database/with-client.ts'
import { rolloutChanged } from '../../events/topics.ts'
import { schoolVersion } from '../preparation/room.ts'
import { drive } from './drive.ts'
import { openRollout, readWith } from './rollout-record.ts'
import { lastRollouts, rolloutById } from './rollout.ts'
import { keepShapes } from './shape.ts'

/** How often a worker looks for a roll-out that nobody drives: what is left where an event, or a driver, was lost. */
const lookEveryMs = 5_000
/** How often a command tells how far it is. */
const tellEveryMs = 500

interface FleetParts {
  readonly ownerUrl: string
  readonly migrations: readonly SchoolMigration[]
  readonly plan: RolloutPlan
  readonly log: Log
}

/**
 * Drives roll-outs in the background, its own and those of the console; the start of an API or of a worker never waits for
 * schools. Of several workers one drives, and when it is gone another goes on.
 */
export function startFleetWorker({ ownerUrl, migrations, plan, bus, log }: FleetParts & { readonly bus: Bus }): { stop: () => Promise<void> } {
  const newest = schoolVersion(migrations)
  const stopping = new AbortController()
  let prepared = false
  let working: Promise<void> | undefined
  let again = false
  /** Another process has the lock: what it says while it drives is nothing to look at. */
  let othersDrive = false

  const look = (): void => {
    again = true
    working ??= work().catch((error: unknown) => log.warn({ err: error }, 'the roll-out could not go on; trying again in a moment')).finally(() => { working = undefined })
  }

  async function work(): Promise<void> {
    while (again && !stopping.signal.aborted) {
      again = false
      await withClient(connection(ownerUrl), async (control) => {
        othersDrive = !await takeLock(control)
        if (othersDrive)
          return
        if (!prepared) {
          await keepShapes(control, migrations)
          await openRollout(control, newest, plan, 'start')
          prepared = true
        }
        await drive(control, { ownerUrl, migrations, newest, log, signal: stopping.signal })
      })
    }
  }

  const stops = [bus.listen(rolloutChanged, () => !othersDrive && look()), bus.onReconnect(look)]
  const timer = setInterval(look, lookEveryMs)
  look()
  return {
    async stop() {
      stopping.abort()
      clearInterval(timer)
      stops.forEach(stop => stop())
      await working
    },
  }
}

/** How a roll-out by command ended, and the schools that stayed behind. */
export interface RolledOut {
  /** Null where nothing was to do. */
  readonly rollout: Rollout | null
  readonly behind: readonly { readonly id: string, readonly slug: string, readonly code: string | null, readonly cause: string | null }[]
}

/** Brings every school to the newest version, and waits for it; one that another process drives is waited for, and gone on with. */
export async function rollOut(parts: FleetParts & { readonly progress?: (rollout: Rollout) => void }): Promise<RolledOut> {
  const { ownerUrl, migrations, plan, log, progress } = parts
  const newest = schoolVersion(migrations)
  return withClient(connection(ownerUrl), async (control) => {
    await control.query(`set lock_timeout = 0; select pg_advisory_lock(${driversLock}); reset lock_timeout`)
    await keepShapes(control, migrations)
    await openRollout(control, newest, plan, 'command')
    const read = readWith(control)
    const [begun] = await lastRollouts(read, 1)
    if (!begun || begun.endedAt)
      return { rollout: null, behind: [] }
    const timer = progress && setInterval(() => void rolloutById(read, begun.id).then(rollout => rollout && progress(rollout)).catch(() => {}), tellEveryMs)
    await drive(control, { ownerUrl, migrations, newest, log, signal: new AbortController().signal }).finally(() => clearInterval(timer))
    const behind = await read<RolledOut['behind'][number]>(`
      select id, slug, case when set_aside_version = $1 then set_aside_code end as code, case when set_aside_version = $1 then set_aside_detail end as cause
      from platform.tenant where preparation_status = 'READY' and schema_version < $1 order by set_aside_at desc nulls last, slug`, [newest])
    const rollout = (await rolloutById(read, begun.id))!
    progress?.(rollout)
    return { rollout, behind }
  })
}

async function takeLock(control: pg.Client): Promise<boolean> {
  const { rows: [lock] } = await control.query<{ taken: boolean }>(`select pg_try_advisory_lock(${driversLock}) as taken`)
  return lock?.taken === true
}

const connection = (connectionString: string) => ({ connectionString, application_name: 'homeroom roll-out', connectionTimeoutMillis: 5_000 })
