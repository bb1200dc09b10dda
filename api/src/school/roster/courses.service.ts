import type { SchoolDb } from '../../database/school-db.ts'
import type { Item } from './batch.ts'
import type { CreateCourseInput, UpdateCourseInput } from './courses.input.ts'
import type { RosterTables } from './roster.tables.ts'
import { parseInput } from '../../shared/validate.ts'
import { each, only, refuseWrongSize, resultsOf, values } from './batch.ts'
import { Course } from './course.entity.ts'
import { courseChange, newCourse } from './courses.input.ts'
import { classCountByCourse, coursesById } from './courses.queries.ts'
import { found, knownId } from './known-id.ts'
import { Org } from './org.entity.ts'
import { remove, restore } from './removal.ts'
import { courseCodeTaken, courseInUse, refuseStale, store } from './roster.errors.ts'
import { readSchool } from './school.queries.ts'

interface NewCourse { readonly title: string, readonly courseCode: string | null, readonly grades: string[], readonly subjects: string[] }

/** Keeps what a school teaches. */
export class CoursesService {
  async createCourse(db: SchoolDb, input: CreateCourseInput) {
    const { items, changes } = await this.#create(db, [{ value: parseInput(newCourse, input) }])
    return { answer: only(items), changes }
  }

  async createCourses(db: SchoolDb, inputs: readonly CreateCourseInput[]) {
    refuseWrongSize(inputs, 'inputs')
    const { items, changes } = await this.#create(db, each(inputs.map(value => ({ value })), input => parseInput(newCourse, input)))
    return { answer: { results: resultsOf(items) }, changes }
  }

  async update(db: SchoolDb, input: UpdateCourseInput) {
    const { id, version, ...change } = parseInput(courseChange, input)
    const course = found(await db.em.findOne(Course, { id: knownId(id, 'The course'), status: 'active' }), 'The course')
    refuseStale(course, version)
    // A code stands beside its subject: what an import brought would otherwise be another subject's.
    const subjectCodes = change.subjects && String(change.subjects) !== String(course.subjects) ? [] : undefined
    db.em.assign(course, { ...change, subjectCodes }, { ignoreUndefined: true })
    return this.#store(db, course)
  }

  /** A class is never without a course, so its course cannot go before it. Removing twice is removing once. */
  async remove(db: SchoolDb, id: string, version: number) {
    const course = await this.#find(db, id)
    if (course.status === 'active') {
      refuseStale(course, version)
      const [classes = 0] = await classCountByCourse(db, [course.id])
      if (classes > 0)
        throw courseInUse(classes)
      remove(course, [])
    }
    return this.#store(db, course)
  }

  async restore(db: SchoolDb, id: string) {
    const course = await this.#find(db, id)
    if (course.status === 'tobedeleted')
      restore(course, [])
    return this.#store(db, course)
  }

  /** All that can be made at once: the same few statements, however many they are. */
  async #create(db: SchoolDb, wanted: readonly Item<NewCourse>[]) {
    const free = await refuseTaken(db, wanted)
    const org = db.em.getReference(Org, (await readSchool(db)).id)
    const courses = each(free, course => db.em.create(Course, { ...course, org }))
    const changes = await store(db)
    const rows = await coursesById(db, values(courses).map(({ id }) => id))
    return { items: each(courses, () => found(rows.shift(), 'The course')), changes }
  }

  async #find(db: SchoolDb, id: string): Promise<Course> {
    return found(await db.em.findOne(Course, { id: knownId(id, 'The course') }), 'The course')
  }

  async #store(db: SchoolDb, course: Course) {
    const changes = await store(db)
    return { answer: found((await coursesById(db, [course.id]))[0], 'The course'), changes }
  }
}

/** Of two in a batch with one code the first gets it. */
async function refuseTaken(db: SchoolDb, courses: readonly Item<NewCourse>[]): Promise<Item<NewCourse>[]> {
  const wanted = values(courses).flatMap(({ courseCode }) => courseCode ?? [])
  const rows = wanted.length === 0
    ? []
    : await db.rows<RosterTables>().selectFrom('course').select('course_code').where('status', '=', 'active').where('course_code', 'in', wanted).execute()
  const taken = new Set(rows.map(row => row.course_code))
  return each(courses, (course) => {
    if (course.courseCode !== null && taken.has(course.courseCode))
      throw courseCodeTaken()
    taken.add(course.courseCode)
    return course
  })
}
