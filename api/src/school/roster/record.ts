import type { RecordStatus } from './roster.words.ts'
import { randomUUID } from 'node:crypto'
import { p } from '@mikro-orm/core'
import { changeNumberOf } from '../../database/change-number.ts'

/** The columns OneRoster gives to every record. A record made here is known to others by its own id. */
export function recordProperties() {
  return {
    id: p.uuid().primary().onCreate(() => randomUUID()),
    sourcedId: p.text().onCreate((record: { id: string }) => record.id),
    status: p.text().$type<RecordStatus>().default('active'),
    dateLastModified: p.datetime().onCreate(() => new Date()).onUpdate(() => new Date()),
    metadata: p.json<Record<string, unknown>>().onCreate(() => ({})),
    /** How often it was written. */
    version: p.integer().onCreate(() => 1).onUpdate((record: { version: number }) => record.version + 1),
    /** The school's change that wrote it last. */
    changed: p.bigint('number').onCreate((_, em) => changeNumberOf(em)).onUpdate((_, em) => changeNumberOf(em)),
  }
}

/** A list of short words, empty unless given. */
export function words() {
  return p.array().onCreate(() => [])
}
