import type { SchoolDb } from '../../database/school-db.ts'
import type { RosterTables } from './roster.tables.ts'
import { anyOf, byKey, listByKey } from './rows.ts'

export const sessionColumns = [
  'academic_session.id',
  'academic_session.sourced_id as sourcedId',
  'academic_session.title',
  'academic_session.type',
  'academic_session.start_date as startDate',
  'academic_session.end_date as endDate',
  'academic_session.school_year as schoolYear',
] as const

export async function sessionsById(db: SchoolDb, ids: readonly string[]) {
  return byKey(ids, await db.rows<RosterTables>().selectFrom('academic_session').select(sessionColumns).where('id', '=', anyOf(ids)).execute(), row => row.id)
}

/** The parts of each session, in the order of the calendar. */
export async function childrenBySession(db: SchoolDb, parentIds: readonly string[]) {
  const rows = await db.rows<RosterTables>()
    .selectFrom('academic_session')
    .select([...sessionColumns, 'academic_session.parent_id as parentId'])
    .where('parent_id', '=', anyOf(parentIds))
    .where('status', '=', 'active')
    .orderBy('start_date')
    .orderBy('id')
    .execute()
  return listByKey(parentIds, rows, row => row.parentId!)
}
