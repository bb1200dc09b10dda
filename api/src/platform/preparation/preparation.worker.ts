import type { Db } from 'pg-boss'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Bus } from '../../events/bus.ts'
import type { JobWorker } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { Restoration, SeedStep } from '../../shared/seed.ts'
import { loginOf } from '../../database/logins.ts'
import { tenantLock } from '../../database/tenant-lock.ts'
import { withClient } from '../../database/with-client.ts'
import { publish } from '../../events/bus.ts'
import { tenantChanged, tenantPreparationChanged } from '../../events/topics.ts'
import { preparationFailed, prepareTenant } from './preparation.job.ts'
import { prepareSchool } from './prepare-school.ts'
import { reconcile } from './reconcile.ts'
import { StepWriter } from './step-writer.ts'
import { preparationSteps, restorationSteps, testSchoolSteps } from './steps.ts'

const reconcileEveryMs = 15_000

export interface PreparationWorker { stop: () => Promise<void> }

/** Starts taking preparation jobs. `jobs` is stopped first by whoever opened it; `stop` then closes the rest. */
export async function startPreparationWorker(parts: {
  ownerUrl: string
  requestUrl: string
  jobs: JobWorker
  bus: Bus
  migrations: readonly SchoolMigration[]
  seeds: readonly SeedStep[]
  /** What a test school gets besides. */
  sampleSeeds: readonly SeedStep[]
  restoration: Restoration
  concurrency: number
  onReady: (tx: Db, tenantId: string) => Promise<void>
  metrics: Metrics
  log: Log
}): Promise<PreparationWorker> {
  const { ownerUrl, jobs, migrations, concurrency, metrics, log } = parts
  const plan = { requestLogin: loginOf(parts.requestUrl).name, serverVersion: await serverVersion(ownerUrl), migrations }
  const steps = {
    fresh: preparationSteps({ ...plan, seeds: parts.seeds }),
    restored: restorationSteps({ ...plan, restoration: parts.restoration }),
    test: testSchoolSteps({ ...plan, seeds: [...parts.seeds, ...parts.sampleSeeds] }),
  }
  const writer = new StepWriter(ownerUrl, log)
  await jobs.handle(preparationFailed, 1, ({ tenantId, cycle }, tx) => giveUp(tx, metrics, tenantId, cycle))
  const underWay = new Set<string>()
  await jobs.handle(prepareTenant, concurrency, ({ tenantId, cycle }, tx) => {
    underWay.add(tenantId)
    return prepareSchool({ tx, tenantId, cycle, steps, migrations, onReady: parts.onReady, writer, metrics, log }).finally(() => underWay.delete(tenantId))
  })
  // A cancelled preparation may be in the middle of a long statement: that is ended, and its transaction with it.
  const stopListening = parts.bus.listen(tenantChanged, ({ tenantId }) => {
    if (underWay.has(tenantId))
      endCancelled(ownerUrl, tenantId).catch((error: unknown) => log.warn({ err: error, tenantId }, 'a cancelled preparation could not be ended; it ends by itself'))
  })

  const lookAfter = () => reconcile({ ownerUrl, jobs, log }).catch(error => log.warn({ err: error }, 'the reconciler could not run'))
  void lookAfter()
  const timer = setInterval(() => void lookAfter(), reconcileEveryMs)
  return {
    async stop() {
      clearInterval(timer)
      stopListening()
      await writer.close()
    },
  }
}

async function endCancelled(ownerUrl: string, tenantId: string): Promise<void> {
  await withClient({ connectionString: ownerUrl, application_name: 'homeroom cancellation' }, client => client.query(`
    select pg_cancel_backend(l.pid) from platform.tenant t, pg_locks l
    where t.id = $1 and t.preparation_status = 'FAILED' and l.locktype = 'advisory' and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = $2::bigint`, [tenantId, tenantLock(tenantId)]))
}

/** FAILED, after the last attempt, where that cycle is still the one under way. */
async function giveUp(tx: Db, metrics: Metrics, tenantId: string, cycle: number): Promise<void> {
  const event = publish(tenantPreparationChanged, { tenantId })
  const { rows: [given] } = await tx.executeSql(`
    with lost as (
      update platform.preparation_attempt set outcome = 'LOST', error_code = 'WORKER_LOST', ended_at = clock_timestamp()
      where tenant_id = $1 and cycle = $2 and outcome = 'RUNNING' returning id, error_code
    ), undone as (
      update platform.preparation_step s set rolled_back = true from lost where s.attempt_id = lost.id
    ), failed as (
      update platform.tenant set preparation_status = 'FAILED', preparation_step = null, preparation_completed_steps = 0,
        preparation_error_code = coalesce(
          (select error_code from lost limit 1),
          (select error_code from platform.preparation_attempt where tenant_id = $1 and cycle = $2 and error_code is not null order by number desc limit 1),
          'STEP_FAILED'),
        preparation_completed_at = clock_timestamp(), preparation_sequence = preparation_sequence + 1
      where id = $1 and preparation_cycle = $2 and preparation_status in ('PENDING', 'PREPARING') returning id
    )
    select pg_notify($3, $4), (select count(*) from lost) as lost from failed`, [tenantId, cycle, ...event.values])
  if (!given)
    return
  metrics.preparations.inc({ outcome: 'given_up' })
  metrics.preparations.inc({ outcome: 'attempt_lost' }, Number(given.lost))
}

async function serverVersion(url: string): Promise<number> {
  return withClient(url, async client => Number((await client.query('show server_version_num')).rows[0].server_version_num))
}
