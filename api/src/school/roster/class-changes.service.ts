import type { SchoolDb } from '../../database/school-db.ts'
import type { UpdateClassInput } from './class-changes.input.ts'
import { parseInput } from '../../shared/validate.ts'
import { classChange } from './class-changes.input.ts'
import { Class, ClassTerm } from './class.entity.ts'
import { classesById } from './classes.queries.ts'
import { findCourse, findTerms } from './classes.service.ts'
import { Course } from './course.entity.ts'
import { found, knownId } from './known-id.ts'
import { activeEnrollments, lostEnrollments, refuseFull, remove, restore } from './removal.ts'
import { courseRemoved, refuseStale, store } from './roster.errors.ts'

/** Changes classes, ends them and brings them back. */
export class ClassChangesService {
  constructor(private readonly now: () => Date) {}

  async update(db: SchoolDb, input: UpdateClassInput) {
    const { id, version, courseId, termIds, ...change } = parseInput(classChange, input)
    const group = found(await db.em.findOne(Class, { id: knownId(id, 'The class'), status: 'active' }), 'The class')
    refuseStale(group, version)
    db.em.assign(group, { ...change, ...(courseId !== undefined && { course: await findCourse(db, courseId) }) }, { ignoreUndefined: true })
    if (termIds)
      await this.#meetIn(db, group, termIds)
    return this.#store(db, group)
  }

  /** With the class go the places in it; its course stays. Removing twice is removing once. */
  async remove(db: SchoolDb, id: string, version: number) {
    const group = await this.#find(db, id)
    if (group.status === 'active') {
      refuseStale(group, version)
      remove(group, await activeEnrollments(db, { class: group.id }))
    }
    return this.#store(db, group)
  }

  /** Places come back as far as the people are still there; a class never comes back without its course. */
  async restore(db: SchoolDb, id: string) {
    const group = await this.#find(db, id)
    if (group.status === 'tobedeleted') {
      if (!await db.em.findOne(Course, { id: group.course.id, status: 'active' }))
        throw courseRemoved()
      const places = await lostEnrollments(db, { class: group.id }, group.changed)
      await refuseFull(db, places, 'id')
      restore(group, places)
    }
    return this.#store(db, group)
  }

  /** When a class meets is part of the class: it has changed, though no column of it has. */
  async #meetIn(db: SchoolDb, group: Class, termIds: readonly string[]): Promise<void> {
    const terms = await findTerms(db, termIds)
    const before = await db.em.find(ClassTerm, { class: group })
    const leaves = before.filter(({ academicSession }) => !terms.includes(academicSession))
    const joins = terms.filter(term => !before.some(({ academicSession }) => academicSession === term))
    leaves.forEach(term => db.em.remove(term))
    joins.forEach(academicSession => db.em.create(ClassTerm, { class: group, academicSession }))
    if (leaves.length + joins.length > 0)
      group.dateLastModified = this.now()
  }

  async #find(db: SchoolDb, id: string): Promise<Class> {
    return found(await db.em.findOne(Class, { id: knownId(id, 'The class') }), 'The class')
  }

  async #store(db: SchoolDb, group: Class) {
    const changes = await store(db)
    return { answer: found((await classesById(db, [group.id]))[0], 'The class'), changes }
  }
}
