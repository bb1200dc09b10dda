import type { StoredArchive } from '../../shared/school-archive.ts'
import type { SeedSql } from '../../shared/seed.ts'
import type { ArchiveSchema } from './archive-schema.ts'
import type { OpenArchive } from './archive.ts'
import type { SchoolTable } from './school-tables.ts'
import { quoteIdentifier } from '../../database/schema-names.ts'
import { SeedRefused } from '../../shared/seed.ts'
import { archiveSchema, schemaFile, tableFile } from './archive-schema.ts'
import { openArchive } from './archive.ts'
import { tablesIn } from './school-tables.ts'

/** What the old school had yet to tell of itself, and what it answered: the new one would tell it as its own. */
const notLoaded = new Set(['outbox', 'idempotency_key'])

/**
 * Fills a new school's empty tables, which are of the archive's version, with the rows of an archive. All of them as they were,
 * but for the school itself: that is known by its tenant's id, and the tenant is another.
 */
export async function loadSchool(sql: SeedSql, stored: StoredArchive, school: { readonly tenantId: string }): Promise<void> {
  const archive = await openArchive(stored).catch(refuse)
  const schema = await readSchema(archive).catch(refuse)
  const tables = await matchTables(sql, schema)

  // Rows come in no order that foreign keys would want, and some refer to others of their table: all is compared at the end.
  const keys = (await sql.query('select conrelid::regclass::text as "table", conname as name from pg_constraint where contype = \'f\' and connamespace = current_schema()::regnamespace')).rows as { table: string, name: string }[]
  const alter = (how: string) => keys.map(({ table, name }) => `alter table ${table} alter constraint ${quoteIdentifier(name)} ${how}`).join(';\n')
  await sql.query(alter('deferrable initially deferred'))
  for (const { name, rows } of schema.tables.filter(table => !notLoaded.has(table.name))) {
    // What a step of the history put there is in the archive too, as it was.
    await sql.query(`delete from ${quoteIdentifier(name)}`)
    let loaded = 0
    for await (const batch of lines(archive.text(tableFile(name)))) {
      await insert(sql, tables.get(name)!, batch)
      loaded += batch.length
    }
    if (loaded !== rows)
      refuse(new Error(`The archive says that ${name} has ${rows} rows, and has ${loaded}.`))
  }
  await sql.query('update org set sourced_id = $2 where sourced_id = $1', [schema.tenantId, school.tenantId])
  await sql.query('set constraints all immediate')
  await sql.query(alter('not deferrable'))
}

/** What cannot be read as what we wrote is no export of ours, or no longer. */
function refuse(error: Error): never {
  throw error instanceof SeedRefused ? error : new SeedRefused('EXPORT_DAMAGED', error.message)
}

/** Longer than any that we write. */
const longestSchema = 1_000_000

async function readSchema(archive: OpenArchive): Promise<ArchiveSchema> {
  let text = ''
  for await (const piece of archive.text(schemaFile)) {
    text += piece
    if (text.length > longestSchema)
      throw new Error(`${schemaFile} is too long.`)
  }
  return archiveSchema.parse(JSON.parse(text))
}

/** The tables by name; they must be those of the archive, column by column. */
async function matchTables(sql: SeedSql, schema: ArchiveSchema): Promise<ReadonlyMap<string, SchoolTable>> {
  const tables = await tablesIn(sql)
  const told = (list: readonly { name: string, columns: readonly string[] }[]) => list.map(({ name, columns }) => `${name} (${[...columns].sort().join(', ')})`).sort().join('; ')
  const [archived, made] = [told(schema.tables), told(tables.map(({ name, columns }) => ({ name, columns: columns.map(column => column.name) })))]
  if (archived !== made)
    refuse(new Error(`The archive has other tables than version ${schema.schemaVersion}: ${archived} rather than ${made}`))
  return new Map(tables.map(table => [table.name, table]))
}

async function insert(sql: SeedSql, { name, columns }: SchoolTable, batch: readonly string[]): Promise<void> {
  const table = quoteIdentifier(name)
  const written = columns.filter(({ generated }) => !generated).map(column => quoteIdentifier(column.name)).join(', ')
  await sql.query(`insert into ${table} (${written}) select ${written} from json_populate_recordset(null::${table}, $1::json)`, [`[${batch.join(',')}]`])
}

const batchSize = 500

/** Lines of a text, some at a time. What ends a line is "\n" and nothing else: other signs that end one may stand in JSON. */
async function* lines(pieces: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let batch: string[] = []
  let rest = ''
  for await (const piece of pieces) {
    const found = (rest + piece).split('\n')
    rest = found.pop()!
    batch.push(...found)
    for (; batch.length >= batchSize; batch = batch.slice(batchSize))
      yield batch.slice(0, batchSize)
  }
  if (rest !== '')
    batch.push(rest)
  if (batch.length > 0)
    yield batch
}
