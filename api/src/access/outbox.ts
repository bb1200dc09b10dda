import type { Generated } from 'kysely'
import type { SchoolDb } from '../database/school-db.ts'
import type { RecordChange, Trail } from '../shared/trail.ts'
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
    subject_version: number | null
    subject_changed: number | null
    details: string
    request_id: string | null
  }
}

/** Writes down, record by record, what a school's own transaction changed, and wakes the worker that takes it to the platform at commit. */
export async function tell(db: SchoolDb, changes: readonly RecordChange[], { actor, requestId }: Trail): Promise<void> {
  if (changes.length === 0)
    return
  const { values } = publish(schoolChanged, { tenantId: db.tenantId })
  // One statement, one round trip.
  await db.rows<OutboxTables>()
    .with('told', query => query.insertInto('outbox').values(changes.map(({ action, subject, details }) => ({
      actor_kind: actor.kind,
      actor_id: actor.id ?? null,
      action,
      subject_type: subject.type,
      subject_id: subject.id,
      subject_version: subject.version,
      subject_changed: subject.changed,
      details: JSON.stringify(details ?? {}),
      request_id: requestId ?? null,
    }))).returning('id'))
    .selectFrom('told')
    .select(sql`pg_notify(${values[0]}, ${values[1]})`.as('woken'))
    .limit(1)
    .execute()
}
