/** What a school's archive says of whose it is. */
export interface ArchivedSchool {
  readonly tenantId: string
  readonly name: string
  readonly slug: string
  readonly timeZone: string
  readonly locale: string
  /** The version of its tables. */
  readonly schemaVersion: number
  readonly exportedAt: Date
}

/** A school on its way out, as one zip. */
export interface SchoolArchive {
  /** How many rows each of its tables has. */
  readonly rows: Readonly<Record<string, number>>
  /** The bytes of the zip; read once, and only while the transaction is open that it is read in. */
  readonly bytes: AsyncIterable<Buffer>
  /** How much of it has been read so far, in percent. */
  readonly progress: () => number
}

/** An archive at rest. */
export interface StoredArchive {
  readonly size: number
  /** Its bytes from `start` up to, but without, `end`, in pieces of any length. */
  readonly read: (start: number, end: number) => AsyncIterable<Buffer>
}
