import type { SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { Actor } from '../../shared/trail.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'

interface AuditTables {
  'platform.audit_event': {
    chain: string
    sequence: string
    at: string
    actor_kind: Actor['kind']
    actor_name: string | null
    action: string
    subject_type: string | null
    subject_id: string | null
    details: Record<string, unknown>
    request_id: string | null
  }
}

export interface AuditList extends PageArguments {
  readonly filter?: { readonly action?: string | null, readonly actorKind?: Actor['kind'] | null, readonly since?: Date | null, readonly until?: Date | null } | null
}

const bySequence: readonly SortKey[] = [{ expression: sql.ref('sequence'), kind: 'integer' }]

/** One page of a chain, the newest event first. */
export async function auditPage(platform: Platform, chain: string, list: AuditList) {
  const { action, actorKind, since, until } = list.filter ?? {}
  const request = readPage(list, [chain, 'auditEvents', action, actorKind, since, until], ['integer'])
  let query = platform.fork().getKysely<AuditTables>().selectFrom('platform.audit_event').select([
    sql<string>`chain || ':' || sequence`.as('id'),
    sql<number>`sequence::int`.as('sequence'),
    'at',
    'actor_kind as actorKind',
    'actor_name as actorName',
    'action',
    'subject_type as subjectType',
    'subject_id as subjectId',
    'details',
    'request_id as requestId',
  ]).where('chain', '=', chain)
  if (action)
    query = query.where('action', '=', action)
  if (actorKind)
    query = query.where('actor_kind', '=', actorKind)
  if (since)
    query = query.where('at', '>=', since.toISOString())
  if (until)
    query = query.where('at', '<', until.toISOString())
  const page = await readKeyset(query, { keys: bySequence, direction: 'desc' }, request)
  // The pool gives instants as text.
  return page.map(row => ({ ...row, at: new Date(row.at) }))
}
