import type { SchoolDb } from '../../database/school-db.ts'
import type { WrittenEntity } from '../../database/written-entities.ts'
import type { RecordChange } from '../../shared/trail.ts'
import type { RosterTables } from './roster.tables.ts'
import type { RecordStatus, RosterRole } from './roster.words.ts'
import { takeWritten } from '../../database/written-entities.ts'
import { AcademicSession } from './academic-session.entity.ts'
import { Class } from './class.entity.ts'
import { Course } from './course.entity.ts'
import { Enrollment } from './enrollment.entity.ts'
import { Org } from './org.entity.ts'
import { Role, User } from './user.entity.ts'

type Told = Org | AcademicSession | Course | Class | User | Enrollment

/** What changes of each kind of record are called. A role is told as its person's change, the terms of a class as the class's. */
const kinds: readonly { readonly of: new () => Told, readonly type: string, readonly ended: string }[] = [
  { of: Org, type: 'org', ended: 'removed' },
  { of: AcademicSession, type: 'academicSession', ended: 'removed' },
  { of: Course, type: 'course', ended: 'removed' },
  { of: Class, type: 'class', ended: 'removed' },
  { of: User, type: 'user', ended: 'removed' },
  { of: Enrollment, type: 'enrollment', ended: 'withdrawn' },
]

/** Every action that can be told of a record. */
export const recordActions: readonly string[] = kinds.flatMap(({ type, ended }) => ['created', 'changed', 'restored', ended].map(done => `${type}.${done}`))

/** Every record that was stored since this was last asked, and what became of it. */
export async function recordChanges(db: SchoolDb): Promise<RecordChange[]> {
  const written = takeWritten(db.em)
  const roles = await mainRoles(db, written)
  return written.flatMap((each) => {
    const { entity } = each
    const kind = kinds.find(({ of }) => entity instanceof of)
    if (!kind)
      return []
    const { id, version, changed } = entity as Told
    return [{ action: `${kind.type}.${happened(each, kind.ended)}`, subject: { type: kind.type, id, version, changed }, details: detailsOf(entity as Told, roles) }]
  })
}

function happened({ entity, before }: WrittenEntity, ended: string): string {
  if (!before)
    return 'created'
  const { status } = entity as { status: RecordStatus }
  if (status === before.status)
    return 'changed'
  return status === 'active' ? 'restored' : ended
}

/** Ids and words of OneRoster's, for whoever reads the audit record. */
function detailsOf(record: Told, roles: ReadonlyMap<string, RosterRole>): Record<string, unknown> {
  if (record instanceof Enrollment)
    return { classId: record.class.id, userId: record.user.id }
  const role = record instanceof User && roles.get(record.id)
  return role ? { role } : {}
}

/** What the people are that were stored: with their role, which tells students from teachers, or as they were before. */
async function mainRoles(db: SchoolDb, written: readonly WrittenEntity[]): Promise<ReadonlyMap<string, RosterRole>> {
  const entities = written.map(({ entity }) => entity)
  const roles = new Map(entities.filter(entity => entity instanceof Role && entity.roleType === 'primary').map(role => [(role as Role).user.id, (role as Role).role]))
  const others = entities.filter(entity => entity instanceof User && !roles.has(entity.id)).map(user => (user as User).id)
  if (others.length > 0) {
    const stored = await db.rows<RosterTables>().selectFrom('role').select(['user_id', 'role']).where('user_id', 'in', others).where('role_type', '=', 'primary').execute()
    stored.forEach(({ user_id, role }) => roles.set(user_id, role))
  }
  return roles
}
