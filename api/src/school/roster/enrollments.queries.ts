import type { SchoolDb } from '../../database/school-db.ts'
import type { RosterTables } from './roster.tables.ts'
import type { EnrollmentRole } from './roster.words.ts'
import { anyOf, byKey, listByKey } from './rows.ts'

const enrollmentColumns = [
  'enrollment.id',
  'enrollment.status',
  'enrollment.role',
  'enrollment.is_primary as primary',
  'enrollment.begin_date as beginDate',
  'enrollment.end_date as endDate',
  'enrollment.class_id as classId',
  'enrollment.user_id as userId',
] as const

/** Of whatever status: withdrawing answers the enrollment that ended. */
export async function enrollmentsById(db: SchoolDb, ids: readonly string[]) {
  return byKey(ids, await db.rows<RosterTables>().selectFrom('enrollment').select(enrollmentColumns).where('id', '=', anyOf(ids)).execute(), row => row.id)
}

/** What each person attends, by title. */
export async function enrollmentsByUser(db: SchoolDb, userIds: readonly string[]) {
  const rows = await db.rows<RosterTables>()
    .selectFrom('enrollment')
    .innerJoin('class', 'class.id', 'enrollment.class_id')
    .select(enrollmentColumns)
    .where('enrollment.user_id', '=', anyOf(userIds))
    .where('enrollment.status', '=', 'active')
    .where('class.status', '=', 'active')
    .orderBy('class.title')
    .orderBy('enrollment.id')
    .execute()
  return listByKey(userIds, rows, row => row.userId)
}

type OfClasses = (db: SchoolDb, classIds: readonly string[]) => Promise<EnrollmentRow[][]>

/** Who is in each class, by family name. One batch for each role that is asked for, so a loader knows them apart. */
export function enrollmentsByClass(role: EnrollmentRole | null | undefined): OfClasses {
  return ofClasses[role ?? 'everybody']
}

const ofClasses: Readonly<Record<EnrollmentRole | 'everybody', OfClasses>> = {
  everybody: (db, classIds) => readOfClasses(db, classIds),
  administrator: (db, classIds) => readOfClasses(db, classIds, 'administrator'),
  proctor: (db, classIds) => readOfClasses(db, classIds, 'proctor'),
  student: (db, classIds) => readOfClasses(db, classIds, 'student'),
  teacher: (db, classIds) => readOfClasses(db, classIds, 'teacher'),
}

async function readOfClasses(db: SchoolDb, classIds: readonly string[], role?: EnrollmentRole): Promise<EnrollmentRow[][]> {
  let query = db.rows<RosterTables>()
    .selectFrom('enrollment')
    .innerJoin('user', 'user.id', 'enrollment.user_id')
    .select(enrollmentColumns)
    .where('enrollment.class_id', '=', anyOf(classIds))
    .where('enrollment.status', '=', 'active')
    .where('user.status', '=', 'active')
  if (role)
    query = query.where('enrollment.role', '=', role)
  const rows = await query.orderBy('user.family_name').orderBy('user.given_name').orderBy('enrollment.id').execute()
  return listByKey(classIds, rows, row => row.classId)
}

type EnrollmentRow = NonNullable<Awaited<ReturnType<typeof enrollmentsById>>[number]>
