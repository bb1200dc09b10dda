import type { Direction, Page, SortKey } from '../../database/keyset.ts'
import type { SchoolDb } from '../../database/school-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RosterRows, RosterTables } from './roster.tables.ts'
import type { ClassType } from './roster.words.ts'
import { sql } from 'kysely'
import { countForKey, listForKey, oneForKey } from '../../database/batches.ts'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { isUuid } from './known-id.ts'
import { filterKey, recordCondition } from './record-filter.ts'
import { matches, typeable } from './search.ts'
import { sessionColumns } from './sessions.queries.ts'

const classColumns = [
  'class.id',
  'class.sourced_id as sourcedId',
  'class.status',
  'class.version',
  'class.date_last_modified as dateLastModified',
  'class.title',
  'class.class_code as classCode',
  'class.class_type as classType',
  'class.location',
  'class.grades',
  'class.course_id as courseId',
] as const

export interface ClassFilter extends RecordFilter {
  readonly search?: string | null
  readonly termId?: string | null
  readonly courseId?: string | null
  readonly classType?: ClassType | null
  readonly grade?: string | null
}

export type ClassOrderField = 'title' | 'classCode' | 'dateLastModified'

export interface ClassList extends PageArguments {
  readonly filter?: ClassFilter | null
  readonly orderBy?: { readonly field: ClassOrderField, readonly direction: Direction } | null
}

const id: SortKey = { expression: sql.ref('class.id'), kind: 'uuid' }
const orders: Record<ClassOrderField, readonly SortKey[]> = {
  title: [{ expression: sql.ref('class.title'), kind: 'text' }, id],
  // Classes without a code come after those that have one.
  classCode: [
    { expression: sql`(${sql.ref('class.class_code')} is null)`, kind: 'boolean' },
    { expression: sql`coalesce(${sql.ref('class.class_code')}, '')`, kind: 'text' },
    id,
  ],
  dateLastModified: [{ expression: sql.ref('class.date_last_modified'), kind: 'timestamp' }, id],
}

/** One page of the classes of a school. */
export function classesPage(db: SchoolDb, list: ClassList): Promise<Page<ClassRow>> {
  const { field, direction } = list.orderBy ?? { field: 'title', direction: 'asc' }
  const keys = orders[field]
  const request = readPage(list, [db.tenantId, 'classes', filterKey(list.filter), field, direction], keys.map(key => key.kind))
  return readKeyset(listed(db, list.filter).select(classColumns), { keys, direction }, request)
}

export const classesById = oneForKey((rows: RosterRows, ids) => rows.selectFrom('class').select(classColumns).where('id', '=', ids), row => row.id)

export const termsByClass = listForKey((rows: RosterRows, classIds) => rows
  .selectFrom('class_term')
  .innerJoin('academic_session', 'academic_session.id', 'class_term.academic_session_id')
  .select([...sessionColumns, 'class_term.class_id as classId'])
  .where('class_term.class_id', '=', classIds)
  .where('academic_session.status', '=', 'active')
  .orderBy('academic_session.start_date')
  .orderBy('academic_session.id'), row => row.classId)

export const studentCountByClass = countForKey((rows: RosterRows, classIds) => rows
  .selectFrom('enrollment')
  .innerJoin('user', 'user.id', 'enrollment.user_id')
  .select(eb => ['enrollment.class_id as key', eb.fn.countAll<string>().as('count')])
  .where('enrollment.class_id', '=', classIds)
  .where('enrollment.role', '=', 'student')
  .where('enrollment.status', '=', 'active')
  .where('user.status', '=', 'active')
  .groupBy('enrollment.class_id'))

type ClassRow = NonNullable<Awaited<ReturnType<typeof classesById>>[number]>

function listed(db: SchoolDb, filter: ClassFilter | null | undefined) {
  let query = db.rows<RosterTables>().selectFrom('class').where(recordCondition('class', filter ?? {}))
  const { search, termId, courseId, classType, grade } = filter ?? {}
  if (search)
    query = query.where(eb => matches(eb, 'class.search_text', search))
  if (typeof termId === 'string') {
    // A term that cannot be is a term without classes.
    query = isUuid(termId)
      ? query.where(eb => eb.exists(eb.selectFrom('class_term')
          .select(sql.lit(1).as('one'))
          .whereRef('class_term.class_id', '=', 'class.id')
          .where('class_term.academic_session_id', '=', termId)))
      : query.where(sql.lit(false))
  }
  if (typeof courseId === 'string')
    query = isUuid(courseId) ? query.where('class.course_id', '=', courseId) : query.where(sql.lit(false))
  if (classType)
    query = query.where('class.class_type', '=', classType)
  if (grade)
    query = query.where(eb => eb(eb.val(typeable(grade, 'grade')), '=', eb.fn.any('class.grades')))
  return query
}
