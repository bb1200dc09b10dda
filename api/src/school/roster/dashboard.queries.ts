import type { SchoolDb } from '../../database/school-db.ts'
import type { RosterTables } from './roster.tables.ts'
import type { SetupTaskKey } from './roster.words.ts'
import { sql } from 'kysely'
import { setupTasks } from './roster.words.ts'
import { dayIn } from './school-calendar.ts'
import { readSchool } from './school.queries.ts'
import { sessionColumns } from './sessions.queries.ts'

/** Everything the first screen shows: two round trips, whatever the size of the school. */
export async function readDashboard(db: SchoolDb, now: Date) {
  const school = await readSchool(db)
  const today = dayIn(school.timeZone, now)
  const [counts, ticked, schoolYear, currentTerm] = await Promise.all([readCounts(db), readTicks(db), readSchoolYear(db, today), readCurrentTerm(db, today)])
  const plain: Record<SetupTaskKey, boolean> = {
    schoolYear: false,
    teachers: counts.teacherCount > 0,
    students: counts.studentCount > 0,
    classes: counts.classCount > 0,
    enrollments: counts.hasEnrollments,
  }
  return {
    school,
    studentCount: counts.studentCount,
    teacherCount: counts.teacherCount,
    classCount: counts.classCount,
    schoolYear,
    currentTerm,
    checklist: setupTasks.map(key => ({ key, done: plain[key] || ticked.has(key) })),
  }
}

async function readCounts(db: SchoolDb) {
  const rows = db.rows<RosterTables>()
  const withRole = (role: 'student' | 'teacher') => rows.selectFrom('role')
    .innerJoin('user', 'user.id', 'role.user_id')
    .select(sql<number>`count(distinct role.user_id)::int`.as('count'))
    .where('role.role', '=', role)
    .where('role.status', '=', 'active')
    .where('user.status', '=', 'active')
  return rows.selectNoFrom(eb => [
    withRole('student').as('studentCount'),
    withRole('teacher').as('teacherCount'),
    eb.selectFrom('class').select(sql<number>`count(*)::int`.as('count')).where('status', '=', 'active').as('classCount'),
    eb.exists(eb.selectFrom('enrollment').select(sql.lit(1).as('one')).where('role', '=', 'student').where('status', '=', 'active')).as('hasEnrollments'),
  ]).$narrowType<{ studentCount: number, teacherCount: number, classCount: number, hasEnrollments: boolean }>().executeTakeFirstOrThrow()
}

async function readTicks(db: SchoolDb): Promise<ReadonlySet<SetupTaskKey>> {
  const ticks = await db.rows<RosterTables>().selectFrom('setup_task').select('key').where('completed_at', 'is not', null).execute()
  return new Set(ticks.map(tick => tick.key))
}

/** The year today belongs to; in the gap between two years, the one to come. */
async function readSchoolYear(db: SchoolDb, today: string) {
  const year = await db.rows<RosterTables>()
    .selectFrom('academic_session')
    .select(sessionColumns)
    .where('type', '=', 'schoolYear')
    .where('status', '=', 'active')
    .where('end_date', '>', today)
    .orderBy('start_date')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return year ?? null
}

/** The shortest part of a year around today, grading periods aside. */
async function readCurrentTerm(db: SchoolDb, today: string) {
  const term = await db.rows<RosterTables>()
    .selectFrom('academic_session')
    .select(sessionColumns)
    .where('type', 'in', ['semester', 'term'])
    .where('status', '=', 'active')
    .where('start_date', '<=', today)
    .where('end_date', '>', today)
    .orderBy(sql`end_date - start_date`)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return term ?? null
}
