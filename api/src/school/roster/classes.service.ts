import type { SchoolDb } from '../../database/school-db.ts'
import type { CreateClassInput } from './classes.input.ts'
import type { RosterTables } from './roster.tables.ts'
import { sql } from 'kysely'
import { parseInput } from '../../shared/validate.ts'
import { AcademicSession } from './academic-session.entity.ts'
import { Class, ClassTerm } from './class.entity.ts'
import { newClass } from './classes.input.ts'
import { classesById } from './classes.queries.ts'
import { Course } from './course.entity.ts'
import { activeRoles, refuseWrongRole } from './enrolling.ts'
import { Enrollment } from './enrollment.entity.ts'
import { found, knownId } from './known-id.ts'
import { Org } from './org.entity.ts'
import { store } from './roster.errors.ts'
import { readSchool } from './school.queries.ts'
import { User } from './user.entity.ts'

/** Creates the classes of a school. */
export class ClassesService {
  async createClass(db: SchoolDb, input: CreateClassInput) {
    const { termIds, courseId, teacherId, ...fields } = parseInput(newClass, input)
    const school = await readSchool(db)
    const org = db.em.getReference(Org, school.id)
    // An empty id is no choice left out: it is an id that nothing has.
    const course = typeof courseId === 'string' ? await findCourse(db, courseId) : await courseOfTitle(db, fields.title, org)
    const created = db.em.create(Class, { ...fields, course, school: org })
    for (const academicSession of await findTerms(db, termIds))
      db.em.create(ClassTerm, { class: created, academicSession })
    if (typeof teacherId === 'string') {
      const user = found(await db.em.findOne(User, { id: knownId(teacherId, 'The teacher'), status: 'active' }), 'The teacher')
      refuseWrongRole((await activeRoles(db, [user.id])).get(user.id) ?? [], 'teacher', 'teacherId')
      db.em.create(Enrollment, { class: created, user, role: 'teacher', isPrimary: true })
    }
    const changes = await store(db)
    return { answer: found((await classesById(db, [created.id]))[0], 'The class'), changes }
  }
}

export async function findCourse(db: SchoolDb, id: string): Promise<Course> {
  return found(await db.em.findOne(Course, { id: knownId(id, 'The course'), status: 'active' }), 'The course')
}

/** OneRoster wants a course for every class: without a choice it is the one of the same title, made if there is none. */
async function courseOfTitle(db: SchoolDb, title: string, org: Org): Promise<Course> {
  const known = await db.rows<RosterTables>()
    .selectFrom('course')
    .select('id')
    .where(sql`lower(title)`, '=', sql`lower(${title})`)
    .where('status', '=', 'active')
    .orderBy('id')
    .executeTakeFirst()
  return known ? db.em.getReference(Course, known.id) : db.em.create(Course, { title, org })
}

export async function findTerms(db: SchoolDb, ids: readonly string[]): Promise<AcademicSession[]> {
  const wanted = ids.map(id => knownId(id, 'The term'))
  const terms = await db.em.find(AcademicSession, { id: { $in: wanted }, status: 'active' })
  return wanted.map(id => found(terms.find(term => term.id === id), 'The term'))
}
