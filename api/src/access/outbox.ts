import type { Generated } from 'kysely'
import type { SchoolDb } from '../database/school-db.ts'
import type { Change, Trail } from '../shared/trail.ts'
import { sql } from 'kysely'
import { publish } from '../events/bus.ts'
import { schoolChanged } from '../events/topics.ts'

interface OutboxTables {
  outbox: {
    id: Generated<string>
    actor_kind: string
    actor_id: string | null
    action: string
    subject_type: string
    subject_id: string | null
    details: string
    request_id: string | null
  }
}

/** Writes down a change in the school's own transaction, and wakes the worker that takes it to the platform at commit. */
export async function tell(db: SchoolDb, change: Change, { actor, requestId }: Trail): Promise<void> {
  const { values } = publish(schoolChanged, { tenantId: db.tenantId })
  // One statement, one round trip.
  await db.rows<OutboxTables>()
    .with('told', query => query.insertInto('outbox').values({
      actor_kind: actor.kind,
      actor_id: actor.id ?? null,
      action: change.action,
      subject_type: change.subject.type,
      subject_id: change.subject.id ?? null,
      details: JSON.stringify(change.details ?? {}),
      request_id: requestId ?? null,
    }).returning('id'))
    .selectFrom('told')
    .select(sql`pg_notify(${values[0]}, ${values[1]})`.as('woken'))
    .execute()
}
