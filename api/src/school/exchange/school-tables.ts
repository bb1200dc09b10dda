import type { SchoolDb } from '../../database/school-db.ts'
import type { SeedSql } from '../../shared/seed.ts'
import { sql } from 'kysely'

/** A table as the catalogue has it. Generated columns are written out, and made anew where the rows are loaded. */
export interface SchoolTable {
  readonly name: string
  readonly columns: readonly { readonly name: string, readonly generated: boolean }[]
  /** The columns of its primary key, with their types. */
  readonly key: readonly { readonly name: string, readonly type: string }[]
}

/** How far the tables have come is said once for the archive, and made anew with the tables; no school's role reads it. */
const notRows = 'schema_migration'

// Every table there is, whoever added it: what the school's role may not read ends the export rather than being left out.
const tablesText = `
  select c.relname as name,
    (select json_agg(json_build_object('name', a.attname, 'generated', a.attgenerated <> '') order by a.attnum)
     from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    (select json_agg(json_build_object('name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod)) order by array_position(i.indkey::int2[], a.attnum))
     from pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indrelid = c.oid and i.indisprimary) as key
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = current_schema() and c.relkind in ('r', 'p') and c.relname <> '${notRows}' order by c.relname`

/** The tables of the school that is open. */
export async function tablesOf(db: SchoolDb): Promise<readonly SchoolTable[]> {
  return (await sql<SchoolTable>`${sql.raw(tablesText)}`.execute(db.rows())).rows
}

/** The tables of the schema that search_path names first. */
export async function tablesIn(seed: SeedSql): Promise<readonly SchoolTable[]> {
  return (await seed.query(tablesText)).rows as unknown as SchoolTable[]
}

export async function countRows(db: SchoolDb, { name }: SchoolTable): Promise<number> {
  const { rows: [counted] } = await sql<{ count: number }>`select count(*)::int as count from ${sql.table(name)}`.execute(db.rows())
  return counted!.count
}

/** Rows at a time: with all that a row may hold, a few megabytes. */
const batchSize = 200

/** Every row as PostgreSQL itself writes it in JSON: nothing passes through a number or a date of ours. */
export async function* readRows(db: SchoolDb, { name, key }: SchoolTable): AsyncGenerator<readonly string[]> {
  const columns = sql.join(key.map(column => sql.ref(`t.${column.name}`)))
  let after: string[] | undefined
  do {
    const beyond = after && sql`where (${columns}) > (${sql.join(after.map((value, place) => sql`${value}::text::${sql.raw(key[place]!.type)}`))})`
    const { rows } = await sql<{ line: string, key: string[] }>`
      select pg_catalog.row_to_json(t)::text as line, array[${sql.join(key.map(column => sql`${sql.ref(`t.${column.name}`)}::text`))}] as key
      from ${sql.table(name)} t ${beyond ?? sql``} order by ${columns} limit ${sql.lit(batchSize)}`.execute(db.rows())
    if (rows.length > 0)
      yield rows.map(({ line }) => line)
    after = rows.length === batchSize ? rows.at(-1)!.key : undefined
  } while (after)
}
