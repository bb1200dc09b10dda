import type { Page, SortKey } from '../../database/keyset.ts'
import type { SchoolDb } from '../../database/school-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RosterTables } from './roster.tables.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { anyOf, byKey } from '../../database/rows.ts'
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

export async function coursesById(db: SchoolDb, ids: readonly string[]) {
  return byKey(ids, await db.rows<RosterTables>().selectFrom('course').select(courseColumns).where('id', '=', anyOf(ids)).execute(), row => row.id)
}

export async function classCountByCourse(db: SchoolDb, courseIds: readonly string[]): Promise<number[]> {
  const rows = await db.rows<RosterTables>()
    .selectFrom('class')
    .select(eb => ['course_id as courseId', eb.fn.countAll<string>().as('count')])
    .where('course_id', '=', anyOf(courseIds))
    .where('status', '=', 'active')
    .groupBy('course_id')
    .execute()
  return byKey(courseIds, rows, row => row.courseId).map(row => Number(row?.count ?? 0))
}

type CourseRow = NonNullable<Awaited<ReturnType<typeof coursesById>>[number]>

function listed(db: SchoolDb, filter: CourseFilter | null | undefined) {
  const query = db.rows<RosterTables>().selectFrom('course').where(recordCondition('course', filter ?? {}))
  const search = filter?.search
  return search ? query.where(eb => matches(eb, 'course.search_text', search)) : query
}
