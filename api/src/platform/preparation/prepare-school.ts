import type { Db } from 'pg-boss'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { NewSchool } from '../../shared/seed.ts'
import type { Attempt, StepWriter } from './step-writer.ts'
import type { Step } from './steps.ts'
import { tenantLock } from '../../database/tenant-lock.ts'
import { publish } from '../../events/bus.ts'
import { tenantPreparationChanged } from '../../events/topics.ts'
import { traced } from '../../shared/tracing.ts'
import { describeFailure } from './failure.ts'
import { schoolVersion, servesFrom } from './school-script.ts'

/**
 * Makes a tenant's school inside `tx`, whose commit makes role, schema, tables, seed and READY real together.
 * Until its last statement the transaction touches no row of `platform`, so it and the step writer never wait for each other.
 */
export async function prepareSchool(parts: {
  tx: Db
  tenantId: string
  cycle: number
  /** Of a school that begins, of one that is restored, and of one to try things out in. */
  steps: { readonly fresh: readonly Step[], readonly restored: readonly Step[], readonly test: readonly Step[] }
  migrations: readonly SchoolMigration[]
  /** What else becomes true with READY, in the same transaction. */
  onReady: (tx: Db, tenantId: string) => Promise<void>
  writer: StepWriter
  metrics: Metrics
  log: Log
}): Promise<void> {
  const { tx, tenantId, cycle, writer, metrics, log } = parts
  // What is left of a cycle that is over must not end the one that came after it.
  const attempt = await isUnderWay(tx, tenantId, cycle) ? await begin(tx, tenantId, cycle, writer) : null
  if (!attempt) {
    await writer.abandon(tenantId, cycle)
    return log.info({ tenantId, cycle }, 'nothing to prepare: the tenant is ready, gone, cancelled, or in a later cycle')
  }

  metrics.preparations.inc({ outcome: 'attempt_lost' }, attempt.lost)
  const steps = parts.steps[attempt.school.restoredFrom ? 'restored' : attempt.school.test ? 'test' : 'fresh']
  const took = stopwatch()
  let current: string | undefined
  let sealing = false
  try {
    const school: NewSchool = { tenantId, ...attempt.school, cycle, now: new Date() }
    for (const [position, step] of steps.entries()) {
      current = step.name
      writer.step(attempt, position, step.name)
      const stepTook = stopwatch()
      await traced(`prepare: ${step.name}`, () => ({ 'homeroom.tenant.id': tenantId }), () => step.run(tx, school))
      metrics.preparationStepSeconds.observe({ step: step.name }, stepTook())
    }
    await writer.drain()
    sealing = true
    await seal(tx, attempt, steps.length, parts.migrations)
    await parts.onReady(tx, tenantId)
    metrics.preparations.inc({ outcome: 'ready' })
    metrics.preparationSeconds.observe(took())
    metrics.readySeconds.observe(attempt.waitedSeconds + took())
  }
  catch (error) {
    metrics.preparations.inc({ outcome: 'attempt_failed' })
    const failure = describeFailure(error, current)
    log.warn({ tenantId, cycle, attempt: attempt.number, step: current, code: failure.code, err: error }, 'a preparation attempt failed')
    const recorded = writer.fail(attempt, failure).catch(lost => log.error({ err: lost, tenantId }, 'a failed attempt could not be recorded'))
    // Once sealing has begun, `tx` holds the tenant's row until it is rolled back, which is after this returns.
    if (!sealing)
      await recorded
    throw error
  }
}

/** Starts to count; answers how many seconds have gone. */
function stopwatch(): () => number {
  const startedAt = performance.now()
  return () => (performance.now() - startedAt) / 1_000
}

async function isUnderWay(tx: Db, tenantId: string, cycle: number): Promise<boolean> {
  const { rows } = await tx.executeSql('select 1 from platform.tenant where id = $1 and preparation_cycle = $2 and preparation_status in (\'PENDING\', \'PREPARING\')', [tenantId, cycle])
  return rows.length > 0
}

async function begin(tx: Db, tenantId: string, cycle: number, writer: StepWriter): Promise<Attempt | null> {
  // Before anything is recorded: a lost worker that was about to commit holds the tenant's row.
  await takeTenant(tx, tenantId)
  return writer.begin(tenantId, cycle)
}

/** Exclusive per tenant. Whoever still holds the lock has lost its claim to the job (paused, cut off): its session is ended. */
async function takeTenant(tx: Db, tenantId: string): Promise<void> {
  const key = tenantLock(tenantId)
  const { rows: [row] } = await tx.executeSql('select pg_try_advisory_xact_lock($1::bigint) as taken', [key])
  if (row.taken)
    return
  await tx.executeSql(`
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted and pid <> pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database())
      and ((classid::bigint << 32) | objid::bigint) = $1::bigint`, [key])
  await tx.executeSql('select pg_advisory_xact_lock($1::bigint)', [key])
}

/** READY, in the transaction of the school itself. */
async function seal(tx: Db, attempt: Attempt, totalSteps: number, migrations: readonly SchoolMigration[]): Promise<void> {
  const event = publish(tenantPreparationChanged, { tenantId: attempt.tenantId })
  const { rows } = await tx.executeSql(`
    with sealed as (
      update platform.tenant set preparation_status = 'READY', preparation_step = null, preparation_completed_steps = $5, schema_version = $6, schema_serves_from = $9,
        preparation_completed_at = clock_timestamp(), preparation_sequence = preparation_sequence + 1
      where id = $1 and preparation_cycle = $2 and preparation_attempt = $3 and preparation_status = 'PREPARING' returning id
    ), attempt as (
      update platform.preparation_attempt set outcome = 'READY', ended_at = clock_timestamp() where id = $4 and outcome = 'RUNNING' returning id
    ), step as (
      update platform.preparation_step set ended_at = clock_timestamp() where attempt_id = $4 and ended_at is null
    )
    select pg_notify($7, $8) from sealed, attempt`, [attempt.tenantId, attempt.cycle, attempt.number, attempt.id, totalSteps, schoolVersion(migrations), ...event.values, servesFrom(migrations)])
  if (rows.length !== 1)
    throw new Error('The preparation was overtaken: another attempt, a retry or a deletion came between.')
}
