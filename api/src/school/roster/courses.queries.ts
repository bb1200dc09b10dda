import type { Page, SortKey } from '../../database/keyset.ts'
import type { SchoolDb } from '../../database/school-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RosterRows, RosterTables } from './roster.tables.ts'
import { sql } from 'kysely'
import { countForKey, oneForKey } from '../../database/batches.ts'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { filterKey, recordCondition } from './record-filter.ts'
import { matches } from './search.ts'

const courseColumns = ['course.id', 'course.sourced_id as sourcedId', 'course.status', 'course.version', 'course.date_last_modified as dateLastModified', 'course.title', 'course.course_code as courseCode', 'course.grades', 'course.subjects'] as const

export interface CourseFilter extends RecordFilter { readonly search?: string | null }
export interface CourseList extends PageArguments { readonly filter?: CourseFilter | null }

const byTitle: readonly SortKey[] = [
  { expression: sql.ref('course.title'), kind: 'text' },
  { expression: sql.ref('course.id'), kind: 'uuid' },
]

/** One page of what the school teaches, by title. */
export function coursesPage(db: SchoolDb, list: CourseList): Promise<Page<CourseRow>> {
  const request = readPage(list, [db.tenantId, 'courses', filterKey(list.filter)], byTitle.map(key => key.kind))
  return readKeyset(listed(db, list.filter).select(courseColumns), { keys: byTitle, direction: 'asc' }, request)
}

export const coursesById = oneForKey((rows: RosterRows, ids) => rows.selectFrom('course').select(courseColumns).where('id', '=', ids), row => row.id)

export const classCountByCourse = countForKey((rows: RosterRows, courseIds) => rows
  .selectFrom('class')
  .select(eb => ['course_id as key', eb.fn.countAll<string>().as('count')])
  .where('course_id', '=', courseIds)
  .where('status', '=', 'active')
  .groupBy('course_id'))

type CourseRow = NonNullable<Awaited<ReturnType<typeof coursesById>>[number]>

function listed(db: SchoolDb, filter: CourseFilter | null | undefined) {
  const query = db.rows<RosterTables>().selectFrom('course').where(recordCondition('course', filter ?? {}))
  const search = filter?.search
  return search ? query.where(eb => matches(eb, 'course.search_text', search)) : query
}
