import { z } from 'zod'

/** An event as receivers get it. It says what happened to which record; what is in the record they read by its id. */
export interface WebhookEvent {
  readonly type: string
  /** When it happened. */
  readonly timestamp: string
  readonly tenantId: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A kind of event that an endpoint can ask for. */
export interface EventType {
  readonly name: string
  readonly description: string
  readonly data: z.ZodType<Record<string, unknown>>
  readonly example: WebhookEvent
}

/**
 * Ids and numbers, never what a field holds: so nothing of a person enters the platform's tables, or leaves by an address that
 * somebody typed.
 */
const record = {
  id: z.uuid(),
  /** Grows with each change of the record: what is older than the version one has is dropped. */
  version: z.int().positive().optional(),
  /** The school's change that made it: a copy that is read up to there has it. */
  changed: z.int().positive().optional(),
}

const tenantId = '1e6f3b5a-8f0c-4d0e-9a53-0f6f4c1f2a10'
const id = '7b0f9c1e-2a77-4d3b-8a27-64d0d7a3c001'
const timestamp = '2027-02-01T08:15:30.120Z'

/** What schools keep, in the words of events. `ids`: what else an event names of such a record. */
const nouns = {
  student: { a: 'A student', ids: [] },
  teacher: { a: 'A teacher', ids: [] },
  person: { a: 'A person who is neither student nor teacher', ids: [] },
  class: { a: 'A class', ids: [] },
  course: { a: 'A course', ids: [] },
  enrollment: { a: 'A place in a class', ids: ['classId', 'userId'] },
  academicSession: { a: 'A school year or term', ids: [] },
  org: { a: 'The school itself', ids: [] },
} as const satisfies Record<string, { a: string, ids: readonly string[] }>

const verbs = {
  created: 'was added',
  updated: 'was changed',
  removed: 'is no longer in use',
  restored: 'is in use again',
} as const

export type EventNoun = keyof typeof nouns
export type EventVerb = keyof typeof verbs

/** All of one noun's ids, whatever else is known. */
export const idsOf = (noun: EventNoun): readonly string[] => nouns[noun].ids

function ofRecord(noun: EventNoun, verb: EventVerb): EventType {
  const { a, ids } = nouns[noun]
  const others = Object.fromEntries(ids.map((name, at) => [name, `7b0f9c1e-2a77-4d3b-8a27-64d0d7a3c00${at + 2}`]))
  const name = `${noun}.${verb}`
  return {
    name,
    description: `${a} ${verbs[verb]}.`,
    data: z.strictObject({ ...record, ...Object.fromEntries(ids.map(each => [each, z.uuid().optional()])) }),
    example: { type: name, timestamp, tenantId, data: { id, version: verb === 'created' ? 1 : 2, changed: 4711, ...others } },
  }
}

const eachRecord = (Object.keys(nouns) as EventNoun[]).flatMap(noun => (Object.keys(verbs) as EventVerb[]).map(verb => ofRecord(noun, verb)))

const ownId = z.strictObject({ id: z.uuid() })
export const tenantReady: EventType = {
  name: 'tenant.ready',
  description: 'The school has been prepared and can be used. For an endpoint that was made while it was not.',
  data: ownId,
  example: { type: 'tenant.ready', timestamp, tenantId, data: { id: tenantId } },
}
export const webhookTest: EventType = {
  name: 'webhook.test',
  description: 'Somebody of the school wants to see whether this endpoint answers. Sent when asked for, whatever the endpoint has chosen.',
  data: ownId,
  example: { type: 'webhook.test', timestamp, tenantId, data: { id } },
}

/** Every kind of event, in the order in which they are shown. */
export const eventTypes: readonly EventType[] = [tenantReady, ...eachRecord, webhookTest]

/** What an endpoint can choose from. */
export const choosable: readonly string[] = eventTypes.filter(type => type !== webhookTest).map(({ name }) => name)

/** An event's bytes, as they are kept, signed and sent; those of a test school say so. */
export function bodyOf({ type, timestamp, tenantId, data }: WebhookEvent, test = false): string {
  return JSON.stringify({ type, timestamp, tenantId, ...(test && { test }), data })
}
