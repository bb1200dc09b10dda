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
}

/** One step of filling a new school; its name is what a watcher of the preparation sees. */
export interface SeedStep {
  readonly name: string
  readonly run: (sql: SeedSql, school: NewSchool) => Promise<void>
}
