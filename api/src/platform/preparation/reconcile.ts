import type { JobWorker } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import { withClient } from '../../database/with-client.ts'
import { publish } from '../../events/bus.ts'
import { tenantPreparationChanged } from '../../events/topics.ts'
import { preparationFailed, preparationKey, prepareTenant } from './preparation.job.ts'

/** A job that commits together with its tenant cannot be late; what is older than this and has none has lost it. */
const graceSeconds = 10

/** Finds every tenant that is on its way without a job that would bring it there, and gives it one, in a new cycle. */
export async function reconcile(parts: { ownerUrl: string, jobs: JobWorker, log: Log }): Promise<void> {
  await withClient({ connectionString: parts.ownerUrl, application_name: 'homeroom reconciler', connectionTimeoutMillis: 5_000 }, async (client) => {
    // One at a time: two would both find it, and the job of the first would name a cycle that the second has ended.
    const { rows: [lock] } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock(hashtext(\'homeroom reconciler\')) as taken')
    if (!lock?.taken)
      return
    const { rows } = await client.query<{ id: string, preparation_cycle: number }>(`
      update platform.tenant t set preparation_cycle = preparation_cycle + 1, preparation_attempt = 0, preparation_sequence = preparation_sequence + 1
      where t.preparation_status in ('PENDING', 'PREPARING') and t.lifecycle = 'ACTIVE' and t.created_at < now() - $3 * interval '1 second'
        and not exists (
          select from pgboss.job j where j.name in ($1, $2) and j.state < 'completed' and j.data ->> 'tenantId' = t.id::text)
      returning t.id, t.preparation_cycle`, [prepareTenant.name, preparationFailed.name, graceSeconds])
    for (const { id, preparation_cycle: cycle } of rows) {
      await client.query('select pg_notify($1, $2)', [...publish(tenantPreparationChanged, { tenantId: id }).values])
      parts.log.warn({ tenantId: id, cycle }, 'a tenant had lost its preparation job; queued again')
      await parts.jobs.send(prepareTenant, { tenantId: id, cycle }, preparationKey(id, cycle))
    }
  })
}
