import type pg from 'pg'
import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import { withClient } from '../../database/with-client.ts'
import { tenantChanged } from '../../events/topics.ts'
import { deleteSchool } from './delete-school.ts'

/** How often somebody looks whose grace period is over. */
const sweepEveryMs = 60_000

/** Deletes schools when their grace period is over: at start, every minute, and when something about a tenant has changed. */
export function startLifecycleWorker(parts: { ownerUrl: string, bus: Bus, log: Log }): { stop: () => Promise<void> } {
  const { ownerUrl, bus, log } = parts
  const stopping = new AbortController()
  let again = false
  let working: Promise<void> | undefined

  function sweep(): void {
    again = true
    working ??= work()
  }

  async function work(): Promise<void> {
    while (again && !stopping.signal.aborted) {
      again = false
      await withClient({ connectionString: ownerUrl, application_name: 'homeroom deletions', connectionTimeoutMillis: 5_000 }, deleteDue)
        .catch((error: unknown) => log.warn({ err: error }, 'schools that are to be deleted could not be looked for'))
    }
    working = undefined
  }

  async function deleteDue(owner: pg.Client): Promise<void> {
    const { rows } = await owner.query<{ id: string }>('select id from platform.tenant where delete_after <= clock_timestamp() order by delete_after, id')
    for (const { id: tenantId } of rows) {
      if (stopping.signal.aborted)
        return
      try {
        if (await deleteSchool(owner, tenantId))
          log.info({ tenantId }, 'a school was deleted, its grace period being over')
      }
      catch (error) {
        // The others do not wait for one that is in use; the next sweep tries it again.
        log.error({ err: error, tenantId }, 'a school could not be deleted')
      }
    }
  }

  const stopListening = bus.listen(tenantChanged, sweep)
  const stopRereading = bus.onReconnect(sweep)
  const timer = setInterval(sweep, sweepEveryMs)
  sweep()
  return {
    async stop() {
      stopping.abort()
      clearInterval(timer)
      stopListening()
      stopRereading()
      await working
    },
  }
}
