import type { RecordStatus } from './roster.words.ts'
import { randomUUID } from 'node:crypto'
import { p } from '@mikro-orm/core'

/** The columns OneRoster gives to every record. A record made here is known to others by its own id. */
export function recordProperties() {
  return {
    id: p.uuid().primary().onCreate(() => randomUUID()),
    sourcedId: p.text().onCreate((record: { id: string }) => record.id),
    status: p.text().$type<RecordStatus>().default('active'),
    dateLastModified: p.datetime().onCreate(() => new Date()).onUpdate(() => new Date()),
    metadata: p.json<Record<string, unknown>>().onCreate(() => ({})),
  }
}

/** A list of short words, empty unless given. */
export function words() {
  return p.array().onCreate(() => [])
}
