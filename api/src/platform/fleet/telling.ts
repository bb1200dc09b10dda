import type pg from 'pg'
import { publish } from '../../events/bus.ts'
import { rolloutChanged, tenantChanged } from '../../events/topics.ts'

const tellEveryMs = 250

export interface Telling {
  settled: (tenantId: string) => void
  /** What became of the connection that tells; without it, and the drivers' lock on it, nobody drives. */
  readonly lost: () => unknown
  /** Tells the rest. */
  stop: () => Promise<void>
}

/**
 * Tells of settled schools a few times a second, not in each school's transaction: commits with a NOTIFY go one after the
 * other, each with its write to the disk. Who watches misses nothing by a kill before it is told: watchers read by themselves too.
 */
export function startTelling(control: pg.Client, rolloutId: string): Telling {
  let untold: string[] = []
  let lost: unknown
  const tell = async (): Promise<void> => {
    const events = untold.length > 0 ? [publish(rolloutChanged, { rolloutId }), ...untold.map(tenantId => publish(tenantChanged, { tenantId }))] : []
    untold = []
    // Sent also with nothing to tell: that is how a lost connection shows.
    await control.query('select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as event (channel, payload)', [events.map(({ values }) => values[0]), events.map(({ values }) => values[1])])
  }
  const timer = setInterval(() => void tell().catch((error: unknown) => { lost ??= error }), tellEveryMs)
  return {
    settled: tenantId => void untold.push(tenantId),
    lost: () => lost,
    async stop() {
      clearInterval(timer)
      await tell()
    },
  }
}
