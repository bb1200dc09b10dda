import { z } from 'zod'

export const formatName = 'homeroom-school'
export const formatVersion = 1

/** Says what the other files of `json/` are. */
export const schemaFile = 'json/schema.json'

/** A table's rows, one JSON object a line. */
export const tableFile = (table: string): string => `json/${table}.ndjson`

/** What `json/schema.json` says: whose archive it is, the version of the tables, and what each of them holds. */
export const archiveSchema = z.object({
  format: z.literal(formatName),
  formatVersion: z.literal(formatVersion),
  tenantId: z.uuid(),
  name: z.string(),
  slug: z.string(),
  timeZone: z.string(),
  locale: z.string(),
  schemaVersion: z.int().positive(),
  exportedAt: z.iso.datetime(),
  tables: z.array(z.object({ name: z.string(), rows: z.int().min(0), columns: z.array(z.string()) })),
})

export type ArchiveSchema = z.output<typeof archiveSchema>
