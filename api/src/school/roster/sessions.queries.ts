import type { Page, SortKey } from '../../database/keyset.ts'
import type { SchoolDb } from '../../database/school-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RosterRows, RosterTables } from './roster.tables.ts'
import type { AcademicSessionType } from './roster.words.ts'
import { sql } from 'kysely'
import { listForKey, oneForKey } from '../../database/batches.ts'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { filterKey, recordCondition } from './record-filter.ts'

export const sessionColumns = [
  'academic_session.id',
  'academic_session.sourced_id as sourcedId',
  'academic_session.status',
  'academic_session.version',
  'academic_session.date_last_modified as dateLastModified',
  'academic_session.title',
  'academic_session.type',
  'academic_session.start_date as startDate',
  'academic_session.end_date as endDate',
  'academic_session.school_year as schoolYear',
] as const

export const sessionsById = oneForKey((rows: RosterRows, ids) => rows.selectFrom('academic_session').select(sessionColumns).where('id', '=', ids), row => row.id)

/** The parts of each session, in the order of the calendar. */
export const childrenBySession = listForKey((rows: RosterRows, parentIds) => rows
  .selectFrom('academic_session')
  .select([...sessionColumns, 'academic_session.parent_id as parentId'])
  .where('parent_id', '=', parentIds)
  .where('status', '=', 'active')
  .orderBy('start_date')
  .orderBy('id'), row => row.parentId!)

export interface SessionFilter extends RecordFilter {
  readonly type?: AcademicSessionType | null
  readonly schoolYear?: number | null
}
export interface SessionList extends PageArguments { readonly filter?: SessionFilter | null }

const byCalendar: readonly SortKey[] = [
  { expression: sql.ref('academic_session.start_date'), kind: 'day' },
  { expression: sql.ref('academic_session.id'), kind: 'uuid' },
]

/** One page of the school's calendar, the earliest first. */
export function sessionsPage(db: SchoolDb, list: SessionList): Promise<Page<SessionRow>> {
  const { type, schoolYear } = list.filter ?? {}
  const request = readPage(list, [db.tenantId, 'academicSessions', filterKey(list.filter)], byCalendar.map(key => key.kind))
  let query = db.rows<RosterTables>().selectFrom('academic_session').where(recordCondition('academic_session', list.filter ?? {}))
  if (type)
    query = query.where('academic_session.type', '=', type)
  if (typeof schoolYear === 'number')
    query = query.where('academic_session.school_year', '=', schoolYear)
  return readKeyset(query.select(sessionColumns), { keys: byCalendar, direction: 'asc' }, request)
}

type SessionRow = NonNullable<Awaited<ReturnType<typeof sessionsById>>[number]>
