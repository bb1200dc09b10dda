import type { SchoolDb } from '../../database/school-db.ts'
import type { EnrolInput, UpdateEnrollmentInput } from './classes.input.ts'
import { Invalid, invalidField } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { each, only, refuseWrongSize, resultsOf, values } from './batch.ts'
import { enrollmentChange, newEnrollment } from './classes.input.ts'
import { enrolAll } from './enrolling.ts'
import { Enrollment } from './enrollment.entity.ts'
import { enrollmentsById } from './enrollments.queries.ts'
import { found, knownId } from './known-id.ts'
import { refuseStale, store } from './roster.errors.ts'

/** Puts people in classes and takes them out. */
export class EnrollmentsService {
  /** Somebody who was in the class before gets the same place back. */
  async enrol(db: SchoolDb, input: EnrolInput) {
    const { items, changes } = await enrolAll(db, [{ value: parseInput(newEnrollment, input) }])
    return { answer: only(items), changes }
  }

  async enrolMany(db: SchoolDb, inputs: readonly EnrolInput[]) {
    refuseWrongSize(inputs, 'inputs')
    const { items, changes } = await enrolAll(db, each(inputs.map(value => ({ value })), input => parseInput(newEnrollment, input)))
    return { answer: { results: resultsOf(items) }, changes }
  }

  /** Those that are withdrawn already stay so. */
  async withdrawMany(db: SchoolDb, enrollmentIds: readonly string[]) {
    refuseWrongSize(enrollmentIds, 'enrollmentIds')
    const ids = each(enrollmentIds.map(value => ({ value })), id => knownId(id, 'The enrollment'))
    const enrollments = await db.em.find(Enrollment, { id: { $in: values(ids) } })
    const withdrawn = each(ids, (id) => {
      const enrollment = found(enrollments.find(candidate => candidate.id === id), 'The enrollment')
      enrollment.status = 'tobedeleted'
      return enrollment.id
    })
    const changes = await store(db)
    const rows = await enrollmentsById(db, values(withdrawn))
    return { answer: { results: resultsOf(each(withdrawn, () => found(rows.shift(), 'The enrollment'))) }, changes }
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
