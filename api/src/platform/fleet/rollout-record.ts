import type pg from 'pg'
import type { RolloutPlan } from '../../config.ts'
import type { Change } from '../../shared/trail.ts'
import type { Read, RolloutState } from './rollout.ts'
import { randomUUID } from 'node:crypto'
import { publish } from '../../events/bus.ts'
import { rolloutChanged } from '../../events/topics.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, lockChain, platformChain } from '../audit/room.ts'
import { stillToMigrate } from './rollout.ts'

/** What a driver works by. */
export interface Order {
  readonly id: string
  readonly state: RolloutState
  readonly targetVersion: number
  readonly canaries: number
  readonly parallel: number
}

/** A school that a roll-out has still to migrate. */
export interface Candidate { readonly tenantId: string, readonly version: number }

/** Who asks for a roll-out: a worker that starts, or an operator by a command. */
type Occasion = 'start' | 'command'

/**
 * Opens a roll-out where schools are behind and none is open. A worker's start leaves schools alone that were set aside for
 * this very version, and leaves a roll-out as it was paused or stopped, unless it knows a newer version: then it is another
 * matter, and what failed is tried again. A command means now.
 */
export async function openRollout(client: pg.Client, newest: number, plan: RolloutPlan, occasion: Occasion): Promise<void> {
  await inTransaction(client, async () => {
    const { rows: [open] } = await client.query<{ id: string, target: number }>('select id, target_version as target from platform.rollout where ended_at is null for update')
    if (open && open.target > newest)
      return
    if (open) {
      const { rows: [moved] } = await client.query<{ state: RolloutState }>(`
        update platform.rollout set target_version = $2, state = case when $3 or state = 'STOPPED' then 'RUNNING' else state end
        where id = $1 and (target_version < $2 or ($3 and state <> 'RUNNING')) returning state`, [open.id, newest, occasion === 'command'])
      if (!moved)
        return
      const newer = open.target < newest
      if (newer)
        await client.query('delete from platform.rollout_school where rollout_id = $1 and outcome = \'FAILED\'', [open.id])
      await tell(client, open.id)
      await note(client, platformChain, { action: newer ? 'rollout.retargeted' : 'rollout.resumed', subject: { type: 'rollout', id: open.id }, details: { targetVersion: newest, ...newer && { from: open.target, state: moved.state } } })
      return
    }
    const { rows: [behind] } = await client.query<{ schools: number }>(`
      select count(*)::int as schools from platform.tenant
      where preparation_status = 'READY' and schema_version < $1 and ($2 or set_aside_version is distinct from $1)`, [newest, occasion === 'command'])
    if (!behind?.schools)
      return
    const id = randomUUID()
    const { rowCount } = await client.query('insert into platform.rollout (id, target_version, canaries, parallel, failure_budget) values ($1, $2, $3, $4, $5) on conflict do nothing', [id, newest, plan.canaries, plan.parallel, plan.failureBudget])
    // The console was quicker.
    if (rowCount !== 1)
      return
    await tell(client, id)
    await note(client, platformChain, { action: 'rollout.started', subject: { type: 'rollout', id }, details: { targetVersion: newest, schools: behind.schools, ...plan } })
  })
}

/** The open roll-out, where this code knows its version. One that was resumed after a stop has its failures before it again. */
export async function takeOrder(client: pg.Client, newest: number): Promise<Order | undefined> {
  return inTransaction(client, async () => {
    const { rows: [resumed] } = await client.query<{ id: string }>('update platform.rollout set stopped_reason = null where ended_at is null and state = \'RUNNING\' and stopped_reason is not null returning id')
    if (resumed)
      await client.query('delete from platform.rollout_school where rollout_id = $1 and outcome = \'FAILED\'', [resumed.id])
    const { rows: [order] } = await client.query<Order>(`
      select id, state, target_version as "targetVersion", canaries, parallel from platform.rollout where ended_at is null and target_version <= $1`, [newest])
    return order
  })
}

/** What is left, the oldest schools first. */
export async function stillLeft(client: pg.Client, id: string): Promise<Candidate[]> {
  const { rows } = await client.query<Candidate>(`
    select t.id as "tenantId", t.schema_version as version from platform.tenant t, platform.rollout r
    where r.id = $1 and ${stillToMigrate} order by t.created_at, t.id`, [id])
  return rows
}

/**
 * Who is tried before all others: the newest schools, which have the least to lose, of those whose failing is not known yet;
 * those that nobody uses would prove little, so only where there are no others. `passedOver` are those somebody is at work on.
 */
export async function chooseCanaries(client: pg.Client, id: string, passedOver: readonly string[]): Promise<Candidate[]> {
  const { rows } = await client.query<Candidate>(`
    select t.id as "tenantId", t.schema_version as version from platform.tenant t, platform.rollout r
    where r.id = $1 and ${stillToMigrate} and t.set_aside_version is distinct from r.target_version and t.id <> all($2::uuid[])
    order by t.lifecycle in ('ARCHIVED', 'DELETING'), t.created_at desc, t.id
    limit (select greatest(0, r.canaries - count(s.*)) from platform.rollout r
      left join platform.rollout_school s on s.rollout_id = r.id and s.canary and s.outcome = 'DONE' where r.id = $1 group by r.canaries)`, [id, passedOver])
  return rows
}

/** DONE, where nothing is left. */
export async function finishRollout(client: pg.Client, id: string): Promise<void> {
  await inTransaction(client, async () => {
    const { rows: [done] } = await client.query<{ targetVersion: number, migrated: number, failed: number }>(`
      update platform.rollout r set state = 'DONE', stopped_reason = null, ended_at = clock_timestamp() where id = $1 and ended_at is null
      returning target_version as "targetVersion", (select count(*)::int from platform.rollout_school where rollout_id = r.id and outcome = 'DONE') as migrated,
        (select count(*)::int from platform.rollout_school where rollout_id = r.id and outcome = 'FAILED') as failed`, [id])
    if (!done)
      return
    await tell(client, id)
    await note(client, platformChain, { action: 'rollout.finished', subject: { type: 'rollout', id }, details: { ...done } })
  })
}

/** Puts on record, in the transaction that is open, what the system did. */
export async function note(client: pg.Client, chain: string, change: Change): Promise<void> {
  for (const { text, values } of [lockChain(chain), appendStatement(chain, { ...change, ...bySystem })])
    await client.query(text, [...values])
}

export function readWith(client: pg.Client): Read {
  return async <R>(text: string, values: readonly unknown[] = []) => (await client.query(text, [...values])).rows as R[]
}

async function tell(client: pg.Client, rolloutId: string): Promise<void> {
  await client.query('select pg_notify($1, $2)', publish(rolloutChanged, { rolloutId }).values)
}

async function inTransaction<T>(client: pg.Client, fn: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await fn()
    await client.query('commit')
    return result
  }
  catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}
