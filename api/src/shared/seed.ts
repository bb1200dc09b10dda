/** The owner's connection inside the preparation transaction, with search_path set to the new school's schema. */
export interface SeedSql {
  query: (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>
}

/** What is known of a school when it is made. */
export interface NewSchool {
  readonly tenantId: string
  readonly name: string
  /** An IANA zone that has been checked at sign-up. */
  readonly timeZone: string
  /** BCP 47. */
  readonly locale: string
  readonly now: Date
  /** The export whose rows it gets in place of the seeds; null for a school that begins. */
  readonly restoredFrom: string | null
  /** How many times it has been begun, this one included. */
  readonly cycle: number
}

/** One step of filling a new school; its name is what a watcher of the preparation sees. */
export interface SeedStep {
  readonly name: string
  readonly run: (sql: SeedSql, school: NewSchool) => Promise<void>
}

/** How a school is filled again that was exported: its tables are made at the export's version, filled, and then brought up to date. */
export interface Restoration {
  /** The version of the tables that the rows are of; a SeedRefused where there is no such export any more. */
  readonly version: (sql: SeedSql, exportId: string) => Promise<number>
  readonly load: (sql: SeedSql, school: NewSchool, exportId: string) => Promise<void>
}

/** What a new school was to be filled with cannot be used. The reason is public, the message for the operator. */
export class SeedRefused extends Error {
  constructor(readonly reason: 'EXPORT_GONE' | 'EXPORT_DAMAGED' | 'EXPORT_TOO_NEW', message: string) {
    super(message)
    this.name = 'SeedRefused'
  }
}
