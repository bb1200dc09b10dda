/** How a roll-out stands; all but DONE are open. */
export type RolloutState = 'RUNNING' | 'PAUSED' | 'STOPPED' | 'DONE'
export type RolloutStop = 'CANARY_FAILED' | 'FAILURE_BUDGET'

/** A roll-out with its counts as they are now. */
export interface Rollout {
  readonly id: string
  readonly targetVersion: number
  readonly state: RolloutState
  readonly stoppedReason: RolloutStop | null
  readonly canaries: number
  readonly parallel: number
  readonly failureBudget: number
  readonly total: number
  readonly done: number
  readonly failed: number
  readonly remaining: number
  /** Schools still to be tried before all others. */
  readonly canariesLeft: number
  /** The superadmin who ordered it, by name and e-mail; null where a worker or a command opened it. */
  readonly requestedBy: string | null
  readonly startedAt: Date
  readonly endedAt: Date | null
}

type Row = Omit<Rollout, 'total' | 'startedAt' | 'endedAt'> & { readonly startedAt: Date | string, readonly endedAt: Date | string | null }

/**
 * The schools `t` that the roll-out `r` has still to migrate. What a school's row says is all there is to know, so a roll-out
 * that was cut off goes on where it was. Of any lifecycle: one that is suspended today may be resumed tomorrow.
 */
export const stillToMigrate = `t.preparation_status = 'READY' and t.schema_version < r.target_version
  and not exists (select from platform.rollout_school f where f.rollout_id = r.id and f.tenant_id = t.id and f.outcome = 'FAILED')`

/** Roll-outs with their counts, the last first; `where` narrows them down. */
export function rolloutsText(where: string) {
  return `
  select r.id, r.target_version as "targetVersion", r.state, case r.state when 'STOPPED' then r.stopped_reason end as "stoppedReason", r.canaries, r.parallel,
    r.failure_budget as "failureBudget", r.started_at as "startedAt", r.ended_at as "endedAt", settled.done, settled.failed,
    ahead.remaining, greatest(0, least(r.canaries - settled.canaries, ahead.untried)) as "canariesLeft",
    (select a.name || ' <' || a.email || '>' from platform.account a where a.id = r.requested_by) as "requestedBy"
  from platform.rollout r, lateral (
    select count(*) filter (where s.outcome = 'DONE')::int as done, count(*) filter (where s.outcome = 'FAILED')::int as failed,
      count(*) filter (where s.outcome = 'DONE' and s.canary)::int as canaries
    from platform.rollout_school s where s.rollout_id = r.id
  ) settled, lateral (
    select count(*)::int as remaining, count(*) filter (where t.set_aside_version is distinct from r.target_version)::int as untried
    from platform.tenant t where r.ended_at is null and ${stillToMigrate}
  ) ahead
  where ${where} order by r.started_at desc, r.id`
}

/** Runs a statement and answers its rows; as the request login or as the owner. */
export type Read = <R>(text: string, values?: readonly unknown[]) => Promise<R[]>

/** The last roll-outs, the newest first. */
export async function lastRollouts(read: Read, first: number): Promise<Rollout[]> {
  return (await read<Row>(`${rolloutsText('true')} limit $1`, [first])).map(rolloutOf)
}

export async function rolloutById(read: Read, id: string): Promise<Rollout | undefined> {
  return (await read<Row>(rolloutsText('r.id = $1'), [id])).map(rolloutOf)[0]
}

function rolloutOf(row: Row): Rollout {
  return { ...row, total: row.done + row.failed + row.remaining, startedAt: new Date(row.startedAt), endedAt: row.endedAt === null ? null : new Date(row.endedAt) }
}
