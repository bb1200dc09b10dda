import type { Direction, Page, SortKey } from '../../database/keyset.ts'
import type { SchoolDb } from '../../database/school-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { RecordFilter } from './record-filter.ts'
import type { RosterRows, RosterTables } from './roster.tables.ts'
import type { RosterRole } from './roster.words.ts'
import { sql } from 'kysely'
import { listForKey, oneForKey } from '../../database/batches.ts'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { filterKey, recordCondition } from './record-filter.ts'
import { matches, typeable } from './search.ts'

export const userColumns = [
  'user.id',
  'user.sourced_id as sourcedId',
  'user.status',
  'user.version',
  'user.date_last_modified as dateLastModified',
  'user.enabled_user as enabledUser',
  'user.username',
  'user.given_name as givenName',
  'user.family_name as familyName',
  'user.middle_name as middleName',
  'user.preferred_given_name as preferredGivenName',
  'user.preferred_family_name as preferredFamilyName',
  'user.email',
  'user.phone',
  'user.identifier',
  'user.pronouns',
  'user.grades',
] as const

export interface UserFilter extends RecordFilter {
  readonly role?: RosterRole | null
  readonly search?: string | null
  readonly grade?: string | null
}

export type UserOrderField = 'familyName' | 'givenName' | 'identifier' | 'dateLastModified'

export interface UserList extends PageArguments {
  readonly filter?: UserFilter | null
  readonly orderBy?: { readonly field: UserOrderField, readonly direction: Direction } | null
}

const familyName: SortKey = { expression: sql.ref('user.family_name'), kind: 'text' }
const givenName: SortKey = { expression: sql.ref('user.given_name'), kind: 'text' }
const id: SortKey = { expression: sql.ref('user.id'), kind: 'uuid' }
const orders: Record<UserOrderField, readonly SortKey[]> = {
  familyName: [familyName, givenName, id],
  givenName: [givenName, familyName, id],
  // People without an identifier come after those who have one.
  identifier: [
    { expression: sql`(${sql.ref('user.identifier')} is null)`, kind: 'boolean' },
    { expression: sql`coalesce(${sql.ref('user.identifier')}, '')`, kind: 'text' },
    id,
  ],
  dateLastModified: [{ expression: sql.ref('user.date_last_modified'), kind: 'timestamp' }, id],
}

/** One page of the people of a school. */
export function usersPage(db: SchoolDb, list: UserList): Promise<Page<UserRow>> {
  const { field, direction } = list.orderBy ?? { field: 'familyName', direction: 'asc' }
  const keys = orders[field]
  const request = readPage(list, [db.tenantId, 'users', filterKey(list.filter), field, direction], keys.map(key => key.kind))
  return readKeyset(listed(db, list.filter).select(userColumns), { keys, direction }, request)
}

export const usersById = oneForKey((rows: RosterRows, ids) => rows.selectFrom('user').select(userColumns).where('id', '=', ids), row => row.id)

/** A class's active teachers, the primary one first. */
export const teachersByClass = listForKey((rows: RosterRows, classIds) => rows
  .selectFrom('enrollment')
  .innerJoin('user', 'user.id', 'enrollment.user_id')
  .select([...userColumns, 'enrollment.class_id as classId'])
  .where('enrollment.class_id', '=', classIds)
  .where('enrollment.role', '=', 'teacher')
  .where('enrollment.status', '=', 'active')
  .where('user.status', '=', 'active')
  .orderBy('enrollment.is_primary', 'desc')
  .orderBy('user.family_name')
  .orderBy('user.given_name')
  .orderBy('user.id'), row => row.classId)

const roleColumns = ['id', 'sourced_id as sourcedId', 'status', 'version', 'date_last_modified as dateLastModified', 'user_id as userId', 'org_id as orgId', 'role', 'role_type as roleType', 'begin_date as beginDate', 'end_date as endDate'] as const

export const rolesByUser = listForKey((rows: RosterRows, userIds) => rows
  .selectFrom('role')
  .select(roleColumns)
  .where('user_id', '=', userIds)
  .where('status', '=', 'active')
  .orderBy('role_type')
  .orderBy('role')
  .orderBy('id'), row => row.userId)

export const rolesById = oneForKey((rows: RosterRows, ids) => rows.selectFrom('role').select(roleColumns).where('id', '=', ids), row => row.id)

export const orgsById = oneForKey((rows: RosterRows, ids) => rows
  .selectFrom('org')
  .select(['id', 'sourced_id as sourcedId', 'status', 'version', 'date_last_modified as dateLastModified', 'name', 'type', 'identifier'])
  .where('id', '=', ids), row => row.id)

type UserRow = NonNullable<Awaited<ReturnType<typeof usersById>>[number]>

function listed(db: SchoolDb, filter: UserFilter | null | undefined) {
  let query = db.rows<RosterTables>().selectFrom('user').where(recordCondition('user', filter ?? {}))
  const { role, search, grade } = filter ?? {}
  if (role) {
    query = query.where(eb => eb.exists(eb.selectFrom('role')
      .select(sql.lit(1).as('one'))
      .whereRef('role.user_id', '=', 'user.id')
      .where('role.role', '=', role)
      .where('role.status', '=', 'active')))
  }
  if (search)
    query = query.where(eb => matches(eb, 'user.search_text', search))
  if (grade)
    query = query.where(eb => eb(eb.val(typeable(grade, 'grade')), '=', eb.fn.any('user.grades')))
  return query
}
