import type { SchoolDb } from '../../database/school-db.ts'
import type { EnrolInput, UpdateEnrollmentInput } from './classes.input.ts'
import type { RosterTables } from './roster.tables.ts'
import type { EnrollmentRole, RosterRole } from './roster.words.ts'
import { Invalid, invalidField } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { Class } from './class.entity.ts'
import { enrollmentChange, newEnrollment } from './classes.input.ts'
import { Enrollment } from './enrollment.entity.ts'
import { enrollmentsById } from './enrollments.queries.ts'
import { found, knownId } from './known-id.ts'
import { refuseFull } from './removal.ts'
import { alreadyEnrolled, refuseStale, store, wrongRole } from './roster.errors.ts'
import { User } from './user.entity.ts'

/** Puts people in classes and takes them out. */
export class EnrollmentsService {
  /** Somebody who was in the class before gets the same place back. */
  async enrol(db: SchoolDb, input: EnrolInput) {
    const { classId, userId, role } = parseInput(newEnrollment, input)
    const group = found(await db.em.findOne(Class, { id: knownId(classId, 'The class'), status: 'active' }), 'The class')
    const user = found(await db.em.findOne(User, { id: knownId(userId, 'The person'), status: 'active' }), 'The person')
    await refuseWrongRole(db, user.id, role, 'userId')
    const earlier = await db.em.findOne(Enrollment, { class: group, user, role }, { orderBy: { status: 'asc', dateLastModified: 'desc' } })
    if (earlier?.status === 'active')
      throw alreadyEnrolled()
    const enrollment = earlier ?? db.em.create(Enrollment, { class: group, user, role })
    await refuseFull(db, [enrollment], 'classId')
    db.em.assign(enrollment, { status: 'active', endDate: null })
    return this.#store(db, enrollment.id)
  }

  async update(db: SchoolDb, input: UpdateEnrollmentInput) {
    const { id, version, primary, ...days } = parseInput(enrollmentChange, input)
    const enrollment = found(await db.em.findOne(Enrollment, { id: knownId(id, 'The enrollment'), status: 'active' }), 'The enrollment')
    refuseStale(enrollment, version)
    if (primary && enrollment.role !== 'teacher')
      throw invalidField(['primary'], 'INVALID', 'Only a teacher can be the main one.')
    db.em.assign(enrollment, { ...days, isPrimary: primary }, { ignoreUndefined: true })
    const { beginDate, endDate } = enrollment
    if (beginDate && endDate && beginDate >= endDate)
      throw new Invalid('It must end after it begins.', { fields: [{ path: ['endDate'], code: 'ENDS_BEFORE_START', message: 'It must end after it begins.' }] })
    return this.#store(db, enrollment.id)
  }

  /** Withdrawing twice is withdrawing once. */
  async withdraw(db: SchoolDb, enrollmentId: string, version?: number | null) {
    const enrollment = found(await db.em.findOne(Enrollment, { id: knownId(enrollmentId, 'The enrollment') }), 'The enrollment')
    if (enrollment.status === 'active') {
      refuseStale(enrollment, version)
      enrollment.status = 'tobedeleted'
    }
    return this.#store(db, enrollment.id)
  }

  async #store(db: SchoolDb, id: string) {
    const changes = await store(db)
    return { answer: found((await enrollmentsById(db, [id]))[0], 'The enrollment'), changes }
  }
}

const family: readonly RosterRole[] = ['guardian', 'parent', 'relative']

/** A student's place is for students; every other place in a class is for staff. */
export async function refuseWrongRole(db: SchoolDb, userId: string, wanted: EnrollmentRole, field: string): Promise<void> {
  const roles = await db.rows<RosterTables>().selectFrom('role').select('role').where('user_id', '=', userId).where('status', '=', 'active').execute()
  const fits = wanted === 'student'
    ? roles.some(({ role }) => role === 'student')
    : roles.some(({ role }) => role !== 'student' && !family.includes(role))
  if (!fits)
    throw wrongRole(field, wanted === 'student' ? 'NOT_A_STUDENT' : 'NOT_A_TEACHER')
}
