import type { CarriedRow } from '../audit/room.ts'
import type { EventNoun, EventVerb, WebhookEvent } from './event-types.ts'
import { isUuid } from '../../shared/uuid.ts'
import { idsOf } from './event-types.ts'

/** An event of a school, by the outbox row it comes from. */
export interface ToldEvent { readonly id: string, readonly event: WebhookEvent }

/** What a school's rooms call what they keep. People are told apart by their role. */
const nouns: Readonly<Record<string, EventNoun>> = {
  org: 'org',
  class: 'class',
  course: 'course',
  enrollment: 'enrollment',
  academicSession: 'academicSession',
}
const roles: Readonly<Record<string, EventNoun>> = { student: 'student', teacher: 'teacher' }

/** What a school's rooms call what they do. */
const verbs: Readonly<Record<string, EventVerb>> = {
  created: 'created',
  changed: 'updated',
  restored: 'restored',
  removed: 'removed',
  withdrawn: 'removed',
}

/** What schools tell that is nobody's business outside. */
export const notSent: ReadonlySet<string> = new Set()

/** What an outbox row is to receivers; undefined where it is nothing to them. */
export function eventOf(tenantId: string, row: CarriedRow): ToldEvent | undefined {
  const type = eventTypeOf(row)
  if (!type || !row.subject_id || !isUuid(row.subject_id))
    return undefined
  const { noun, verb } = type
  const others = idsOf(noun).map(name => [name, row.details[name]] as const).filter(([, value]) => typeof value === 'string' && isUuid(value))
  const data = {
    id: row.subject_id,
    ...(row.subject_version && { version: row.subject_version }),
    ...(row.subject_changed && { changed: Number(row.subject_changed) }),
    ...Object.fromEntries(others),
  }
  return { id: row.id, event: { type: `${noun}.${verb}`, timestamp: row.at.toISOString(), tenantId, data } }
}

/** The kind of event that an action is, if it is one. */
export function eventTypeOf({ action, details }: Pick<CarriedRow, 'action' | 'details'>): { noun: EventNoun, verb: EventVerb } | undefined {
  const [subject = '', done = ''] = action.split('.')
  const verb = verbs[done]
  const noun = subject === 'user' ? roles[String(details.role)] ?? 'person' : nouns[subject]
  return noun && verb && !notSent.has(action) ? { noun, verb } : undefined
}
