import type { SchoolDb } from '../../database/school-db.ts'
import type { UpdateSchoolYearInput } from './school-year.input.ts'
import { LockMode } from '@mikro-orm/core'
import { Invalid } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { AcademicSession } from './academic-session.entity.ts'
import { found, knownId } from './known-id.ts'
import { refuseStale, store } from './roster.errors.ts'
import { yearOfEnd } from './school-calendar.ts'
import { schoolYearChange } from './school-year.input.ts'
import { overlap, schoolYearMistakes } from './school-year.rules.ts'
import { sessionsById } from './sessions.queries.ts'
import { SetupTask } from './setup-task.entity.ts'

/** Keeps a school's calendar. */
export class SchoolYearService {
  constructor(private readonly now: () => Date) {}

  /** Changes a year and those of its parts that are named, all or nothing, and ticks it off the check-list. */
  async updateSchoolYear(db: SchoolDb, input: UpdateSchoolYearInput) {
    const { id, version, terms, ...change } = parseInput(schoolYearChange, input)
    // All years at once, in one order: two changes of the calendar wait for each other.
    const years = await db.em.find(AcademicSession, { type: 'schoolYear', status: 'active' }, { orderBy: { id: 'asc' }, lockMode: LockMode.PESSIMISTIC_WRITE })
    const yearId = knownId(id, 'The school year')
    const year = found(years.find(candidate => candidate.id === yearId), 'The school year')
    const parts = await db.em.find(AcademicSession, { parentId: year.id, status: 'active' }, { orderBy: { startDate: 'asc', id: 'asc' } })
    refuseStale(year, version)
    for (const [place, term] of terms.entries()) {
      const part = found(parts.find(part => part.id === knownId(term.id, 'The term')), 'The term')
      refuseStale(part, term.version, ['terms', String(place), 'version'])
    }

    const wanted = parts.map((part) => {
      const place = terms.findLastIndex(term => term.id.toLowerCase() === part.id)
      const { startDate, endDate, title } = terms[place] ?? part
      return { part, title, startDate, endDate, type: part.type, place: place === -1 ? undefined : place }
    })
    const mistakes = schoolYearMistakes(change, wanted)
    if (years.some(other => other !== year && overlap(other, change)))
      mistakes.push({ path: ['startDate'], code: 'OVERLAPS', message: 'Another school year already covers some of these days.' })
    if (mistakes.length > 0)
      throw new Invalid(mistakes[0]!.message, { fields: mistakes })

    const schoolYear = yearOfEnd(change.endDate)
    const renumbered = schoolYear !== year.schoolYear
    db.em.assign(year, { ...change, schoolYear })
    for (const { part, title, startDate, endDate } of wanted) {
      // A part's own school_year follows by the foreign key: it has changed all the same.
      db.em.assign(part, { title, startDate, endDate, ...(renumbered && { dateLastModified: this.now() }) })
    }
    const task = await db.em.findOne(SetupTask, { key: 'schoolYear' }) ?? db.em.create(SetupTask, { key: 'schoolYear' })
    task.completedAt ??= this.now()
    const changes = await store(db)
    return { answer: found((await sessionsById(db, [year.id]))[0], 'The school year'), changes }
  }
}
