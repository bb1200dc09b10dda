import type pg from 'pg'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Change } from '../../shared/trail.ts'
import type { Failure } from './failure.ts'
import { quoteIdentifier, schemaName } from '../../database/schema-names.ts'
import { tenantLock } from '../../database/tenant-lock.ts'
import { publish } from '../../events/bus.ts'
import { rolloutChanged, tenantChanged } from '../../events/topics.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, lockChain } from '../audit/room.ts'
import { schoolScript, servesFrom } from '../preparation/room.ts'
import { Busy } from './failure.ts'

/** One school of a roll-out. */
export interface Task {
  readonly rolloutId: string
  readonly tenantId: string
  readonly from: number
  readonly target: number
  readonly canary: boolean
  /** Tries so far, this one included. */
  attempts: number
}

/** Longer than this nobody who reads the school waits behind us, while we wait for somebody who reads for long. */
const patience = '2s'

/** The part of the history that a school at `from` lacks, as one script. */
export function scriptFor(task: Task, migrations: readonly SchoolMigration[]): string {
  return schoolScript(migrations.filter(({ version }) => version > task.from && version <= task.target))(schemaName(task.tenantId))
}

/**
 * Brings one school to the target in one transaction, that of its record included. The tenant's row is touched by the last
 * statements only: the platform goes on meanwhile. Throws with the transaction open.
 */
export async function migrateSchool(client: pg.Client, task: Task, migrations: readonly SchoolMigration[], script: string): Promise<void> {
  const { tenantId, rolloutId, from, target } = task
  await client.query(`begin; set local lock_timeout = '${patience}'; set local search_path = ${quoteIdentifier(schemaName(tenantId))}`)
  const { rows: [lock] } = await client.query<{ taken: boolean }>('select pg_try_advisory_xact_lock($1::bigint) as taken', [tenantLock(tenantId)])
  if (!lock?.taken)
    throw new Busy('Somebody else is at work on this school.')
  // Looked at under the lock: another process, or an earlier try whose end we did not hear, may have been here.
  const { rows: [tenant] } = await client.query('select from platform.tenant where id = $1 and preparation_status = \'READY\' and schema_version = $2', [tenantId, from])
  if (!tenant) {
    await client.query('rollback')
    return
  }
  await client.query(script)
  const { rowCount } = await client.query(`
    with moved as (
      update platform.tenant set schema_version = $3, schema_serves_from = $4, set_aside_version = null, set_aside_code = null, set_aside_detail = null, set_aside_at = null
      where id = $2 and preparation_status = 'READY' and schema_version = $5 returning id
    ), settled as (
      insert into platform.rollout_school as s (rollout_id, tenant_id, canary, from_version, outcome, attempts, started_at, ended_at)
      select $1, id, $6, $5, 'DONE', $7, now(), clock_timestamp() from moved
      on conflict (rollout_id, tenant_id) do update set outcome = 'DONE', attempts = excluded.attempts, error_code = null, error_detail = null, ended_at = excluded.ended_at
    )
    select pg_notify($8, $9), pg_notify($10, $11) from moved`, [rolloutId, tenantId, target, servesFrom(migrations.filter(({ version }) => version <= target)), from, task.canary, task.attempts, ...events(task)])
  if (rowCount !== 1)
    throw new Busy('The school was changed under the roll-out.')
  await append(client, tenantId, { action: 'tenant.migrated', subject: { type: 'tenant', id: tenantId }, details: { from, to: target } })
  await client.query('commit')
}

/** Notes that a school stays as it was, and why; stops the roll-out where that is one failure too many, or the school was a canary. */
export async function setAside(client: pg.Client, task: Task, failure: Failure): Promise<void> {
  const { tenantId, rolloutId, from, target, canary } = task
  await client.query('begin')
  // One after the other: two that fail at once would each count without the other.
  await client.query('select from platform.rollout where id = $1 for no key update', [rolloutId])
  const { rowCount } = await client.query(`
    with moved as (
      update platform.tenant set set_aside_version = $3, set_aside_code = $6, set_aside_detail = $7, set_aside_at = clock_timestamp()
      where id = $2 and schema_version = $4 returning id
    ), settled as (
      insert into platform.rollout_school as s (rollout_id, tenant_id, canary, from_version, outcome, attempts, error_code, error_detail, ended_at)
      select $1, id, $5, $4, 'FAILED', $8, $6, $7, clock_timestamp() from moved
      on conflict (rollout_id, tenant_id) do update set outcome = 'FAILED', canary = excluded.canary, attempts = excluded.attempts,
        error_code = excluded.error_code, error_detail = excluded.error_detail, ended_at = excluded.ended_at
    )
    select pg_notify($9, $10), pg_notify($11, $12) from moved`, [rolloutId, tenantId, target, from, canary, failure.code, failure.detail, task.attempts, ...events(task)])
  if (rowCount === 1) {
    await client.query(`
      update platform.rollout set state = 'STOPPED', stopped_reason = $2 where id = $1 and ended_at is null
        and ($2 = 'CANARY_FAILED' or (select count(*) from platform.rollout_school where rollout_id = $1 and outcome = 'FAILED') > failure_budget)`, [rolloutId, canary ? 'CANARY_FAILED' : 'FAILURE_BUDGET'])
    await append(client, tenantId, { action: 'tenant.setAside', subject: { type: 'tenant', id: tenantId }, details: { from, to: target, code: failure.code } })
  }
  await client.query('commit')
}

function events({ rolloutId, tenantId }: Task): string[] {
  return [...publish(rolloutChanged, { rolloutId }).values, ...publish(tenantChanged, { tenantId }).values]
}

async function append(client: pg.Client, tenantId: string, change: Change): Promise<void> {
  for (const { text, values } of [lockChain(tenantId), appendStatement(tenantId, { ...change, ...bySystem })])
    await client.query(text, [...values])
}
