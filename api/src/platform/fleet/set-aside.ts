import type pg from 'pg'
import type { Failure } from './failure.ts'
import type { Task } from './migrate-school.ts'
import { platformChain } from '../audit/room.ts'
import { note } from './rollout-record.ts'

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
    const reason = canary ? 'CANARY_FAILED' : 'FAILURE_BUDGET'
    const { rowCount: stopped } = await client.query(`
      update platform.rollout set state = 'STOPPED', stopped_reason = $2 where id = $1 and ended_at is null and state <> 'STOPPED'
        and ($2 = 'CANARY_FAILED' or (select count(*) from platform.rollout_school where rollout_id = $1 and outcome = 'FAILED') > failure_budget)`, [rolloutId, reason])
    await note(client, tenantId, { action: 'tenant.setAside', subject: { type: 'tenant', id: tenantId }, details: { from, to: target, code: failure.code } })
    if (stopped === 1)
      await note(client, platformChain, { action: 'rollout.stopped', subject: { type: 'rollout', id: rolloutId }, details: { targetVersion: target, reason } })
  }
  await client.query('commit')
}
