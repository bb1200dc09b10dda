import { driversLock } from '../../database/tenant-lock.ts'
import { platformChain } from '../audit/room.ts'

/** One plain statement, and its rows. */
export type Ask = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>

export interface QueueFigures {
  readonly queue: string
  readonly waiting: number
  readonly retrying: number
  readonly active: number
  /** Given up within the last hour. */
  readonly failed: number
  /** How long the job has waited that could have run first; 0 where none waits. */
  readonly oldestWaitingSeconds: number
}

/** How the fleet stands, as one look at the database shows it. */
export interface Figures {
  readonly tenants: readonly { readonly preparation: string, readonly lifecycle: string, readonly count: number }[]
  /** Ready schools whose version is older than this release's. */
  readonly behind: number
  /** Tenants whose preparation was given up within the last quarter of an hour and that still are FAILED. */
  readonly givenUp: number
  /** How long the preparation has been asked for that is under way the longest; 0 where none is. */
  readonly oldestPreparationSeconds: number
  readonly queues: readonly QueueFigures[]
  /** How long the endpoint has not been attended to that has had webhooks due, and may be sent to, the longest; 0 where none has. */
  readonly oldestUnsentSeconds: number
  /** The state of the roll-out that was started last, where there was one. */
  readonly rollout: string | null
  /** For how long the RUNNING roll-out has moved nothing while no process drives it; 0 where one does, or none is RUNNING. */
  readonly rolloutUndrivenSeconds: number
  /** For how long the school is overdue that should have been deleted first; 0 where none is. */
  readonly deletionOverdueSeconds: number
}

// A queue of its own kind: pg-boss keeps its schedules there.
const statement = `
  with job as (
    select name,
      count(*) filter (where state = 'created')::int as waiting,
      count(*) filter (where state = 'retry')::int as retrying,
      count(*) filter (where state = 'active')::int as active,
      count(*) filter (where state = 'failed')::int as failed,
      coalesce(extract(epoch from now() - min(start_after) filter (where state < 'active' and start_after <= now())), 0)::float as "oldestWaitingSeconds"
    from pgboss.job_common where state < 'completed' or (state = 'failed' and completed_on > now() - interval '1 hour') group by name
  ), queue as (
    select q.name as queue, coalesce(waiting, 0) as waiting, coalesce(retrying, 0) as retrying, coalesce(active, 0) as active, coalesce(failed, 0) as failed,
      coalesce("oldestWaitingSeconds", 0) as "oldestWaitingSeconds"
    from pgboss.queue q left join job using (name) where q.name not like '\\_\\_%' order by q.name
  ), tenants as (
    select preparation_status as preparation, lifecycle, count(*)::int as count from platform.tenant group by 1, 2 order by 1, 2
  )
  select
    (select coalesce(json_agg(t), '[]') from tenants t) as tenants,
    (select coalesce(json_agg(q), '[]') from queue q) as queues,
    (select count(*)::int from platform.tenant where preparation_status = 'READY' and lifecycle <> 'DELETING' and schema_version < $1) as behind,
    (select count(*)::int from platform.tenant where preparation_status = 'FAILED' and preparation_error_code <> 'CANCELLED' and preparation_completed_at > now() - interval '15 minutes') as "givenUp",
    (select coalesce(extract(epoch from now() - min(created_on)), 0)::float from pgboss.job_common where name = 'prepare-tenant' and state < 'completed') as "oldestPreparationSeconds",
    (select coalesce(extract(epoch from now() - min(greatest(due.at, e.held_until, e.attended_at))), 0)::float
      from platform.webhook_endpoint e join platform.tenant t on t.id = e.tenant_id and t.lifecycle = 'ACTIVE' cross join lateral (
        select next_attempt_at as at from platform.webhook_delivery where endpoint_id = e.id and state = 'WAITING' order by next_attempt_at limit 1
      ) due where e.enabled and due.at <= now() and (e.held_until is null or e.held_until <= now())) as "oldestUnsentSeconds",
    (select state from platform.rollout order by started_at desc, id desc limit 1) as rollout,
    coalesce((
      select extract(epoch from now() - greatest(r.started_at, (select max(ended_at) from platform.rollout_school where rollout_id = r.id),
        (select at from platform.audit_event where chain = '${platformChain}' and action = 'rollout.resumed' order by sequence desc limit 1)))
      from platform.rollout r where r.state = 'RUNNING' and r.ended_at is null and not exists (
        select from pg_locks where locktype = 'advisory' and granted and objsubid = 1 and database = (select oid from pg_database where datname = current_database())
          and ((classid::bigint << 32) | objid::bigint) = ${driversLock}::bigint)
    ), 0)::float as "rolloutUndrivenSeconds",
    (select coalesce(extract(epoch from now() - min(delete_after)), 0)::float from platform.tenant where delete_after < now()) as "deletionOverdueSeconds"`

/** Reads all of them with one statement. `supportedVersion` is what this release's schools have. */
export async function readFigures(ask: Ask, supportedVersion: number): Promise<Figures> {
  const [figures] = await ask<Figures>(statement, [supportedVersion])
  return figures!
}
