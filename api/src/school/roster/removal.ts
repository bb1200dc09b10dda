import type { SchoolDb } from '../../database/school-db.ts'
import type { RosterTables } from './roster.tables.ts'
import type { RecordStatus } from './roster.words.ts'
import { anyOf } from '../../database/rows.ts'
import { Enrollment } from './enrollment.entity.ts'
import { fullClass } from './roster.errors.ts'

/** What keeps lists that are read whole short. */
export const mostInClass = 500
export const mostOfPerson = 100

interface Removable { status: RecordStatus, changed: number }

/** Makes tombstones of a record and of all that cannot be without it; the change's number is what they have in common. */
export function remove(record: Removable, dependents: readonly Removable[]): void {
  for (const each of [record, ...dependents])
    each.status = 'tobedeleted'
}

/** Brings a record back, with what went in the same change: what had gone before it stays gone. */
export function restore(record: Removable, dependents: readonly Removable[]): void {
  const gone = record.changed
  for (const each of [record, ...dependents.filter(({ changed, status }) => changed === gone && status === 'tobedeleted')])
    each.status = 'active'
}

/** The places of a person or in a class that are taken. */
export function activeEnrollments(db: SchoolDb, of: { readonly user: string } | { readonly class: string }): Promise<Enrollment[]> {
  return db.em.find(Enrollment, { ...of, status: 'active' })
}

/** Places that went with a record and can be taken again, since the other side is still there. */
export async function lostEnrollments(db: SchoolDb, of: { readonly user: string } | { readonly class: string }, changed: number): Promise<Enrollment[]> {
  const other = 'user' in of ? { class: { status: 'active' as const } } : { user: { status: 'active' as const } }
  return db.em.find(Enrollment, { ...of, ...other, status: 'tobedeleted', changed })
}

/** CLASS_FULL where places that are taken would make a list too long. */
export async function refuseFull(db: SchoolDb, taken: readonly Enrollment[], field: string): Promise<void> {
  const classes = Map.groupBy(taken, enrollment => enrollment.class.id)
  const people = Map.groupBy(taken, enrollment => enrollment.user.id)
  const counts = await countActive(db, [...classes.keys()], [...people.keys()])
  const over = (taken: ReadonlyMap<string, readonly unknown[]>, most: number) => [...taken].some(([id, more]) => (counts.get(id) ?? 0) + more.length > most)
  if (over(classes, mostInClass))
    throw fullClass(field, `A class has at most ${mostInClass} places.`)
  if (over(people, mostOfPerson))
    throw fullClass(field, `A person has places in at most ${mostOfPerson} classes.`)
}

/** How many places are taken in each class and by each person. */
export async function countActive(db: SchoolDb, classIds: readonly string[], userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const counted = (column: 'class_id' | 'user_id', ids: readonly string[]) => db.rows<RosterTables>()
    .selectFrom('enrollment')
    .select(eb => [`${column} as id`, eb.fn.countAll<number>().as('count')] as const)
    .where(column, '=', anyOf(ids))
    .where('status', '=', 'active')
    .groupBy(column)
  const rows = await counted('class_id', classIds).unionAll(counted('user_id', userIds)).execute()
  return new Map(rows.map(({ id, count }) => [id, count]))
}
