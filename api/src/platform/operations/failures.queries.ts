import type { Platform } from '../../database/platform-db.ts'
import { instant } from '../../database/rows.ts'
import { prepareTenant } from '../preparation/room.ts'

/** How a preparation failed, or its last attempt did, as it is stored. */
export interface StoredFailure {
  readonly code: string
  readonly step: string | null
  readonly cause: string | null
  readonly attempts: number
  readonly at: Date
  readonly nextAttemptAt: Date | null
}

/** The last attempt of `t`'s round that failed, with the step it failed in: the one without an end. */
const lastFailedAttempt = `
  select a.error_code, a.error_detail, a.ended_at, (
    select s.name from platform.preparation_step s where s.attempt_id = a.id and s.ended_at is null order by s.position desc limit 1
  ) as step
  from platform.preparation_attempt a
  where a.tenant_id = t.id and a.cycle = t.preparation_cycle and a.outcome in ('FAILED', 'LOST')
  order by a.number desc limit 1`

/** Of those that FAILED, and of those under way whose last attempt did. One statement for any number of tenants. */
export async function readFailures(platform: Platform, tenantIds: readonly string[]): Promise<Map<string, StoredFailure>> {
  const rows = await platform.query<Omit<StoredFailure, 'at' | 'nextAttemptAt'> & { id: string, at: string | Date, nextAttemptAt: string | Date | null }>(`
    select t.id, coalesce(t.preparation_error_code, f.error_code, 'STEP_FAILED') as code, f.step, f.error_detail as cause, t.preparation_attempt as attempts,
      case t.preparation_status when 'FAILED' then t.preparation_completed_at else f.ended_at end as at,
      -- The queue's own index for jobs that wait has the key.
      (select j.start_after from pgboss.job_common j
        where t.preparation_status <> 'FAILED' and j.name = $2 and j.state < 'active' and j.singleton_key = t.id || ':' || t.preparation_cycle limit 1) as "nextAttemptAt"
    from platform.tenant t left join lateral (${lastFailedAttempt}) f on true
    where t.id = any($1) and (t.preparation_status = 'FAILED' or (t.preparation_status in ('PENDING', 'PREPARING') and f.ended_at is not null))`, [tenantIds, prepareTenant.name])
  return new Map(rows.map(({ id, at, nextAttemptAt, ...row }) => [id, { ...row, at: new Date(at), nextAttemptAt: instant(nextAttemptAt) }]))
}

/** Open failures that one retry would take together. */
export interface FailureGroup {
  readonly code: string
  readonly count: number
  readonly step: string | null
  readonly cause: string | null
  readonly oldestAt: Date
  readonly newestAt: Date
  readonly tenantIds: readonly string[]
}

/** How many of a group are named. */
const named = 5

/** By code, most first. One statement. */
export async function readFailureGroups(platform: Platform): Promise<FailureGroup[]> {
  const rows = await platform.query<Omit<FailureGroup, 'oldestAt' | 'newestAt'> & { oldestAt: string | Date, newestAt: string | Date }>(`
    with failed as (
      select id, preparation_error_code as code, preparation_completed_at as at from platform.tenant
      where preparation_status = 'FAILED' and lifecycle = 'ACTIVE'
    ), grouped as (
      select code, count(*)::int as count, min(at) as oldest_at, max(at) as newest_at, (array_agg(id::text order by at desc, id))[:${named}] as ids
      from failed group by code
    )
    select g.code, g.count, f.step, f.error_detail as cause, g.oldest_at as "oldestAt", g.newest_at as "newestAt", g.ids as "tenantIds"
    from grouped g join platform.tenant t on t.id = g.ids[1]::uuid left join lateral (${lastFailedAttempt}) f on true
    order by g.count desc, g.code`)
  return rows.map(row => ({ ...row, oldestAt: new Date(row.oldestAt), newestAt: new Date(row.newestAt) }))
}
