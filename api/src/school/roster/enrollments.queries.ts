import type { Page, SortKey } from '../../database/keyset.ts'
import type { SchoolDb } from '../../database/school-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RosterRows, RosterTables } from './roster.tables.ts'
import type { EnrollmentRole } from './roster.words.ts'
import { sql } from 'kysely'
import { listForKey, oneForKey } from '../../database/batches.ts'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { isUuid } from './known-id.ts'
import { filterKey, recordCondition } from './record-filter.ts'

const enrollmentColumns = [
  'enrollment.id',
  'enrollment.sourced_id as sourcedId',
  'enrollment.status',
  'enrollment.version',
  'enrollment.date_last_modified as dateLastModified',
  'enrollment.role',
  'enrollment.is_primary as primary',
  'enrollment.begin_date as beginDate',
  'enrollment.end_date as endDate',
  'enrollment.class_id as classId',
  'enrollment.user_id as userId',
] as const

/** Of whatever status: withdrawing answers the enrollment that ended. */
export const enrollmentsById = oneForKey((rows: RosterRows, ids) => rows.selectFrom('enrollment').select(enrollmentColumns).where('id', '=', ids), row => row.id)

/** What each person attends, by title. */
export const enrollmentsByUser = listForKey((rows: RosterRows, userIds) => rows
  .selectFrom('enrollment')
  .innerJoin('class', 'class.id', 'enrollment.class_id')
  .select(enrollmentColumns)
  .where('enrollment.user_id', '=', userIds)
  .where('enrollment.status', '=', 'active')
  .where('class.status', '=', 'active')
  .orderBy('class.title')
  .orderBy('enrollment.id'), row => row.userId)

/** Who is in each class, by family name. One batch for each role that is asked for, so a loader knows them apart. */
export function enrollmentsByClass(role: EnrollmentRole | null | undefined) {
  return ofClasses[role ?? 'everybody']
}

const ofClasses = {
  everybody: ofClassesAs(),
  administrator: ofClassesAs('administrator'),
  proctor: ofClassesAs('proctor'),
  student: ofClassesAs('student'),
  teacher: ofClassesAs('teacher'),
}

function ofClassesAs(role?: EnrollmentRole) {
  return listForKey((rows: RosterRows, classIds) => rows
    .selectFrom('enrollment')
    .innerJoin('user', 'user.id', 'enrollment.user_id')
    .select(enrollmentColumns)
    .where('enrollment.class_id', '=', classIds)
    .where('enrollment.status', '=', 'active')
    .where('user.status', '=', 'active')
    .$if(role !== undefined, query => query.where('enrollment.role', '=', role!))
    .orderBy('user.family_name')
    .orderBy('user.given_name')
    .orderBy('enrollment.id'), row => row.classId)
}

type EnrollmentRow = NonNullable<Awaited<ReturnType<typeof enrollmentsById>>[number]>

export interface EnrollmentFilter extends RecordFilter {
  readonly role?: EnrollmentRole | null
  readonly classId?: string | null
  readonly userId?: string | null
}
export interface EnrollmentList extends PageArguments { readonly filter?: EnrollmentFilter | null }

const byId: readonly SortKey[] = [{ expression: sql.ref('enrollment.id'), kind: 'uuid' }]

/** One page of who is in which class, by id. */
export function enrollmentsPage(db: SchoolDb, list: EnrollmentList): Promise<Page<EnrollmentRow>> {
  const { role, classId, userId } = list.filter ?? {}
  const request = readPage(list, [db.tenantId, 'enrollments', filterKey(list.filter)], byId.map(key => key.kind))
  let query = db.rows<RosterTables>().selectFrom('enrollment').where(recordCondition('enrollment', list.filter ?? {}))
  if (role)
    query = query.where('enrollment.role', '=', role)
  // An id that cannot be has no enrollments.
  for (const [column, id] of [['enrollment.class_id', classId], ['enrollment.user_id', userId]] as const) {
    if (typeof id === 'string')
      query = isUuid(id) ? query.where(column, '=', id) : query.where(sql.lit(false))
  }
  return readKeyset(query.select(enrollmentColumns), { keys: byId, direction: 'asc' }, request)
}
