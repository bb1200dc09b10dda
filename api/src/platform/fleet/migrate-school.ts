import type pg from 'pg'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Change } from '../../shared/trail.ts'
import type { Failure } from './failure.ts'
import { quoteIdentifier, schemaName } from '../../database/schema-names.ts'
import { tenantLock } from '../../database/tenant-lock.ts'
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
  /** How the last connection ended that it was tried on, where one did. */
  lostTo?: unknown
}

/** Longer than this nobody who reads the school waits behind us, while we wait for somebody who reads for long. */
const patience = '2s'

/** The part of the history that a school at `from` lacks, as one script; behind it names mean again what they meant before. */
export function scriptFor(task: Task, migrations: readonly SchoolMigration[]): string {
  const schema = schemaName(task.tenantId)
  const script = schoolScript(migrations.filter(({ version }) => version > task.from && version <= task.target))(schema)
  return `set local search_path = ${quoteIdentifier(schema)};\n${script};\nset local search_path = default`
}

/**
 * Brings one school to the target in one transaction, that of its record included. The tenant's row is touched by the last
 * statements only: the platform goes on meanwhile. Answers false, with nothing begun, where the roll-out is no longer RUNNING.
 * Throws with the transaction open.
 *
 * `client` is pipelined, so it waits for three answers only. Statements with a name are planned once a connection, which
 * holds for as long as the search path is the same.
 */
export async function migrateSchool(client: pg.Client, task: Task, migrations: readonly SchoolMigration[], script: string): Promise<boolean> {
  const { tenantId, rolloutId, from, target } = task
  const [, { rows: [lock] }, { rows: [found] }] = await Promise.all([
    client.query(`begin; set local lock_timeout = '${patience}'`),
    client.query<{ taken: boolean }>({ name: 'lock school', text: 'select pg_try_advisory_xact_lock($1::bigint) as taken', values: [tenantLock(tenantId)] }),
    // Looked at under the lock: another process, or an earlier try whose end we did not hear, may have been here.
    client.query<{ running: boolean, waiting: boolean }>({ name: 'look at school', text: lookText, values: [rolloutId, tenantId, from] }),
  ])
  if (!lock?.taken)
    throw new Busy('Somebody else is at work on this school.')
  // One under way is finished, whatever was ordered meanwhile.
  const mayBegin = task.attempts > 1 || found!.running
  if (!mayBegin || !found!.waiting) {
    await client.query('rollback')
    return mayBegin
  }
  const [, { rowCount }] = await Promise.all([
    client.query(script),
    client.query({ name: 'settle school', text: settleText, values: [rolloutId, tenantId, target, servesFrom(migrations.filter(({ version }) => version <= target)), from, task.canary, task.attempts] }),
    append(client, tenantId, { action: 'tenant.migrated', subject: { type: 'tenant', id: tenantId }, details: { from, to: target } }),
  ])
  if (rowCount !== 1)
    throw new Busy('The school was changed under the roll-out.')
  await client.query('commit')
  return true
}

const lookText = `
  select exists (select from platform.rollout where id = $1 and state = 'RUNNING') as running,
    exists (select from platform.tenant where id = $2 and preparation_status = 'READY' and schema_version = $3) as waiting`

const settleText = `
  with moved as (
    update platform.tenant set schema_version = $3, schema_serves_from = $4, set_aside_version = null, set_aside_code = null, set_aside_detail = null, set_aside_at = null
    where id = $2 and preparation_status = 'READY' and schema_version = $5 returning id
  )
  insert into platform.rollout_school as s (rollout_id, tenant_id, canary, from_version, outcome, attempts, started_at, ended_at)
  select $1, id, $6, $5, 'DONE', $7, now(), clock_timestamp() from moved
  on conflict (rollout_id, tenant_id) do update set outcome = 'DONE', attempts = excluded.attempts, error_code = null, error_detail = null, ended_at = excluded.ended_at`

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
    )
    insert into platform.rollout_school as s (rollout_id, tenant_id, canary, from_version, outcome, attempts, error_code, error_detail, ended_at)
    select $1, id, $5, $4, 'FAILED', $8, $6, $7, clock_timestamp() from moved
    on conflict (rollout_id, tenant_id) do update set outcome = 'FAILED', canary = excluded.canary, attempts = excluded.attempts,
      error_code = excluded.error_code, error_detail = excluded.error_detail, ended_at = excluded.ended_at`, [rolloutId, tenantId, target, from, canary, failure.code, failure.detail, task.attempts])
  if (rowCount === 1) {
    await client.query(`
      update platform.rollout set state = 'STOPPED', stopped_reason = $2 where id = $1 and ended_at is null
        and ($2 = 'CANARY_FAILED' or (select count(*) from platform.rollout_school where rollout_id = $1 and outcome = 'FAILED') > failure_budget)`, [rolloutId, canary ? 'CANARY_FAILED' : 'FAILURE_BUDGET'])
    await append(client, tenantId, { action: 'tenant.setAside', subject: { type: 'tenant', id: tenantId }, details: { from, to: target, code: failure.code } })
  }
  await client.query('commit')
}

async function append(client: pg.Client, tenantId: string, change: Change): Promise<void> {
  const [lock, event] = [lockChain(tenantId), appendStatement(tenantId, { ...change, ...bySystem })]
  await Promise.all([
    client.query({ name: 'lock chain', text: lock.text, values: [...lock.values] }),
    client.query({ name: 'append event', text: event.text, values: [...event.values] }),
  ])
}
