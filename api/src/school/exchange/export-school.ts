import type { SchoolDb } from '../../database/school-db.ts'
import type { ArchivedSchool, SchoolArchive } from '../../shared/school-archive.ts'
import type { ArchiveSchema } from './archive-schema.ts'
import type { ArchivedFile } from './archive.ts'
import { formatName, formatVersion, schemaFile, tableFile } from './archive-schema.ts'
import { zip } from './archive.ts'
import { csvLines } from './cells.ts'
import { manifest, oneRosterFiles } from './oneroster-files.ts'
import { headerOf, lookAt, readFile } from './oneroster-rows.ts'
import { countRows, readRows, tablesOf } from './school-tables.ts'

/**
 * Everything a school has, as one zip: OneRoster 1.2 for other systems, and beside it every row of every table in JSON, which
 * loses nothing. Read in one snapshot, row by row as the zip is read.
 */
export async function exportSchool(db: SchoolDb, school: ArchivedSchool): Promise<SchoolArchive> {
  const tables = await tablesOf(db)
  const rows: Record<string, number> = {}
  for (const table of tables)
    rows[table.name] = await countRows(db, table)
  const present = []
  for (const file of oneRosterFiles)
    present.push(await lookAt(db, file))
  const files = present.filter(({ count }) => count > 0)

  let done = 0
  const total = [...Object.values(rows), ...files.map(({ count }) => count)].reduce((sum, count) => sum + count, 0)
  const schema: ArchiveSchema = {
    format: formatName,
    formatVersion,
    ...school,
    exportedAt: school.exportedAt.toISOString(),
    tables: tables.map(({ name, columns }) => ({ name, rows: rows[name]!, columns: columns.map(column => column.name) })),
  }
  const archived: ArchivedFile[] = [
    { name: 'manifest.csv', text: () => [csvLines(manifest(files.map(({ file }) => file.name)))] },
    ...files.map(present => ({
      name: `${present.file.name}.csv`,
      async* text() {
        yield csvLines([headerOf(present)])
        for await (const batch of readFile(db, present)) {
          yield csvLines(batch)
          done += batch.length
        }
      },
    })),
    { name: schemaFile, text: () => [`${JSON.stringify(schema, null, 2)}\n`] },
    ...tables.map(table => ({
      name: tableFile(table.name),
      async* text() {
        for await (const batch of readRows(db, table)) {
          yield `${batch.join('\n')}\n`
          done += batch.length
        }
      },
    })),
  ]
  return {
    rows,
    bytes: zip(archived, school.exportedAt),
    progress: () => total === 0 ? 100 : Math.floor(done * 100 / total),
  }
}
