import type { SchoolDb } from '../../database/school-db.ts'
import type { CellKind, OneRosterFile } from './oneroster-files.ts'
import { sql } from 'kysely'
import { listCell, textCell } from './cells.ts'

/** A file that has rows: how many, and which extension columns stand behind the standard's own. */
export interface PresentFile { readonly file: OneRosterFile, readonly count: number, readonly extensions: readonly string[] }

/** Looks which rows a file would have: a file without any is left out, as the standard wants. */
export async function lookAt(db: SchoolDb, file: OneRosterFile): Promise<PresentFile> {
  const { rows: [found] } = await sql<{ count: number, extensions: string[] }>`
    select count(*)::int as count, array(select distinct k from (select ${sql.raw(file.metadata)} as metadata from ${sql.raw(file.from)}) m, pg_catalog.jsonb_object_keys(m.metadata) k order by k) as extensions
    from ${sql.raw(file.from)}`.execute(db.rows())
  return { file, ...found! }
}

export function headerOf({ file, extensions }: PresentFile): string[] {
  return [...file.columns.map(({ name }) => name), ...extensions.map(name => textCell(`metadata.${name}`))]
}

const batchSize = 500

/** The rows of a file, cell by cell in the order of its header. */
export async function* readFile(db: SchoolDb, { file, extensions }: PresentFile): AsyncGenerator<string[][]> {
  const written = file.columns.map((column, place) => ({ ...column, as: `c${place}` }))
  const values = written.flatMap(({ value, as }) => value ? [sql`${sql.raw(value)} as ${sql.ref(as)}`] : [])
  const key = sql.raw(file.key)
  let after: string | undefined
  do {
    const { rows } = await sql<Record<string, string | string[] | null> & { key: string, metadata: Record<string, unknown> }>`
      select ${sql.join(values)}, ${sql.raw(file.metadata)} as metadata, ${key} as key from ${sql.raw(file.from)} ${after ? sql`and ${key} > ${after}::uuid` : sql``} order by ${key} limit ${sql.lit(batchSize)}`.execute(db.rows())
    if (rows.length > 0)
      yield rows.map(row => [...written.map(({ kind, as }) => cell(kind, row[as])), ...extensions.map(name => extension(row.metadata[name]))])
    after = rows.length === batchSize ? rows.at(-1)!.key : undefined
  } while (after)
}

function cell(kind: CellKind, value: string | string[] | null | undefined): string {
  if (value === null || value === undefined)
    return ''
  if (Array.isArray(value))
    return kind === 'plainList' ? value.join(',') : listCell(value)
  return kind === 'text' ? textCell(value) : value
}

function extension(value: unknown): string {
  if (value === undefined || value === null)
    return ''
  return textCell(typeof value === 'string' ? value : JSON.stringify(value))
}
