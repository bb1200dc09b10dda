import type { Db } from 'pg-boss'
import type { JobWorker } from '../../jobs/queue.ts'
import type { CarriedRow } from '../audit/room.ts'
import type { ToldEvent } from './told-events.ts'
import { randomUUID } from 'node:crypto'
import { bodyOf, tenantReady } from './event-types.ts'
import { eventOf } from './told-events.ts'
import { wakeOf } from './webhooks.job.ts'

interface Listener { readonly id: string, readonly chosen: readonly string[] | null, readonly slow: boolean, /** Its school is one to try things out in. */ readonly test: boolean }

/**
 * What a school has told, for whoever wants to hear it, in the transaction of `db`: events, deliveries and the jobs that
 * send them are there when it commits, or none is. Told twice, they are there once.
 */
export async function enterTold(jobs: JobWorker, db: Db, tenantId: string, rows: readonly CarriedRow[]): Promise<void> {
  await enter(jobs, db, tenantId, () => rows.map(row => eventOf(tenantId, row)).filter(told => told !== undefined))
}

/** That a school is ready, in the transaction that makes it so. */
export async function enterReady(jobs: JobWorker, db: Db, tenantId: string): Promise<void> {
  await enter(jobs, db, tenantId, () => [{ id: randomUUID(), event: { type: tenantReady.name, timestamp: new Date().toISOString(), tenantId, data: { id: tenantId } } }])
}

async function enter(jobs: JobWorker, db: Db, tenantId: string, told: () => ToldEvent[]): Promise<void> {
  const listeners = await listening(db, tenantId)
  // Most schools have no webhooks: that costs them this one look.
  if (listeners.length === 0)
    return
  const wanted = told().filter(({ event }) => listeners.some(listener => wants(listener, event.type)))
  if (wanted.length === 0)
    return
  const events = wanted.map(({ id, event }) => ({ id, type: event.type, at: event.timestamp, body: bodyOf(event, listeners[0]!.test) }))
  const { rows } = await db.executeSql(`
    with event as (
      insert into platform.webhook_event (id, tenant_id, type, at, body)
      select id, $1, type, at, body from jsonb_to_recordset($2::jsonb) as told (id uuid, type text, at timestamptz, body text)
      on conflict (id) do nothing returning id, type
    ), delivery as (
      insert into platform.webhook_delivery (id, tenant_id, endpoint_id, event_id, type, next_attempt_at)
      select gen_random_uuid(), $1, listener.id, event.id, event.type, clock_timestamp()
      from event join jsonb_to_recordset($3::jsonb) as listener (id uuid, chosen jsonb) on listener.chosen is null or listener.chosen ? event.type
      returning endpoint_id
    )
    select distinct endpoint_id as id from delivery`, [tenantId, JSON.stringify(events), JSON.stringify(listeners)])
  const called = new Set((rows as { id: string }[]).map(({ id }) => id))
  // Each under a key of its own: a job that waits already may run before this transaction commits, and see nothing of it.
  for (const { id, slow } of listeners.filter(listener => called.has(listener.id)))
    await jobs.send(wakeOf(slow), { tenantId, endpointId: id }, `${id} ${events[0]!.id}`, db)
}

const wants = ({ chosen }: Listener, type: string) => chosen === null || chosen.includes(type)

/** Held until the transaction ends: one that is being disabled is waited for, and what is told to it before is there to be given up. */
async function listening(db: Db, tenantId: string): Promise<Listener[]> {
  const { rows } = await db.executeSql(`
    select e.id, e.event_types as chosen, e.slow, t.test from platform.webhook_endpoint e join platform.tenant t on t.id = e.tenant_id
    where e.tenant_id = $1 and e.enabled and t.lifecycle <> 'DELETING' for share of e`, [tenantId])
  return rows as Listener[]
}
