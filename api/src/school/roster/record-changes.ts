import type { SchoolDb } from '../../database/school-db.ts'
import type { WrittenEntity } from '../../database/written-entities.ts'
import type { RecordChange } from '../../shared/trail.ts'
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

/** Every record that was stored since this was last asked, and what became of it. */
export function recordChanges(db: SchoolDb): RecordChange[] {
  const written = takeWritten(db.em)
  return written.flatMap((each) => {
    const { entity } = each
    const kind = kinds.find(({ of }) => entity instanceof of)
    if (!kind)
      return []
    const { id, version, changed } = entity as Told
    return [{ action: `${kind.type}.${happened(each, kind.ended)}`, subject: { type: kind.type, id, version, changed }, details: detailsOf(entity as Told, written) }]
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
function detailsOf(record: Told, written: readonly WrittenEntity[]): Record<string, unknown> {
  if (record instanceof Enrollment)
    return { classId: record.class.id }
  if (!(record instanceof User))
    return {}
  const role = written.map(({ entity }) => entity).find((entity): entity is Role => entity instanceof Role && entity.user === record && entity.roleType === 'primary')
  return role ? { role: role.role satisfies RosterRole } : {}
}
