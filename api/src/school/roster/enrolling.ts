import type { SchoolDb } from '../../database/school-db.ts'
import type { Item } from './batch.ts'
import type { RosterTables } from './roster.tables.ts'
import type { EnrollmentRole, RosterRole } from './roster.words.ts'
import { anyOf } from '../../database/rows.ts'
import { each, values } from './batch.ts'
import { Class } from './class.entity.ts'
import { Enrollment } from './enrollment.entity.ts'
import { enrollmentsById } from './enrollments.queries.ts'
import { found, knownId } from './known-id.ts'
import { countActive, mostInClass, mostOfPerson } from './removal.ts'
import { alreadyEnrolled, fullClass, store, wrongRole } from './roster.errors.ts'
import { User } from './user.entity.ts'

interface Place { readonly classId: string, readonly userId: string, readonly role: EnrollmentRole }

/** Puts people in classes, all that can be at once: the same few statements, however many they are. */
export async function enrolAll(db: SchoolDb, wanted: readonly Item<Place>[]) {
  const places = each(wanted, ({ classId, userId, role }) => ({ classId: knownId(classId, 'The class'), userId: knownId(userId, 'The person'), role }))
  const [classIds, userIds] = [values(places).map(({ classId }) => classId), values(places).map(({ userId }) => userId)]
  const groups = await db.em.find(Class, { id: { $in: classIds }, status: 'active' })
  const people = await db.em.find(User, { id: { $in: userIds }, status: 'active' })
  const roles = await activeRoles(db, userIds)
  const counts = new Map(await countActive(db, classIds, userIds))
  const earlier = values(places).length === 0
    ? []
    : await db.em.find(Enrollment, { $or: values(places).map(({ classId, userId, role }) => ({ class: classId, user: userId, role })) }, { orderBy: { status: 'asc', dateLastModified: 'desc' } })
  const taken = new Set(earlier.filter(({ status }) => status === 'active').map(({ class: group, user, role }) => [group.id, user.id, role].join()))

  const enrollments = each(places, (place) => {
    const { classId, userId, role } = place
    const group = found(groups.find(({ id }) => id === classId), 'The class')
    const user = found(people.find(({ id }) => id === userId), 'The person')
    refuseWrongRole(roles.get(userId) ?? [], role, 'userId')
    const key = [classId, userId, role].join()
    if (taken.has(key))
      throw alreadyEnrolled()
    take(counts, classId, mostInClass, `A class has at most ${mostInClass} places.`)
    take(counts, userId, mostOfPerson, `A person has places in at most ${mostOfPerson} classes.`)
    taken.add(key)
    const enrollment = earlier.find(known => known.class.id === classId && known.user.id === userId && known.role === role) ?? db.em.create(Enrollment, { class: group, user, role })
    db.em.assign(enrollment, { status: 'active', endDate: null })
    return enrollment
  })
  const changes = await store(db)
  const rows = await enrollmentsById(db, values(enrollments).map(({ id }) => id))
  return { items: each(enrollments, () => found(rows.shift(), 'The enrollment')), changes }
}

function take(counts: Map<string, number>, id: string, most: number, message: string): void {
  const count = counts.get(id) ?? 0
  if (count >= most)
    throw fullClass('classId', message)
  counts.set(id, count + 1)
}

/** What each person is at the school now. */
export async function activeRoles(db: SchoolDb, userIds: readonly string[]): Promise<ReadonlyMap<string, RosterRole[]>> {
  const rows = await db.rows<RosterTables>().selectFrom('role').select(['user_id', 'role']).where('user_id', '=', anyOf(userIds)).where('status', '=', 'active').execute()
  return new Map([...Map.groupBy(rows, row => row.user_id)].map(([id, of]) => [id, of.map(({ role }) => role)]))
}

const family: readonly RosterRole[] = ['guardian', 'parent', 'relative']

/** A student's place is for students; every other place in a class is for staff. */
export function refuseWrongRole(roles: readonly RosterRole[], wanted: EnrollmentRole, field: string): void {
  const fits = wanted === 'student' ? roles.includes('student') : roles.some(role => role !== 'student' && !family.includes(role))
  if (!fits)
    throw wrongRole(field, wanted === 'student' ? 'NOT_A_STUDENT' : 'NOT_A_TEACHER')
}
