import type { SchoolMigration } from './migration.ts'
import { roster } from './0001-roster.ts'
import { outbox } from './0002-outbox.ts'
import { changes } from './0003-changes.ts'

export type { SchoolMigration }

/** The history of a school's tables, oldest first. A migration that has run anywhere is never edited; the next one mends it. */
export const schoolMigrations: readonly SchoolMigration[] = [roster, outbox, changes]

/** The oldest version of a school's tables that this code reads and writes without an error; schools below wait until they are migrated. */
export const oldestServed = 3
