import type { AnyEntity, EntitySchema } from '@mikro-orm/postgresql'
import type { TestDatabase } from './database.ts'
import { MikroORM } from '@mikro-orm/postgresql'

interface Column { column: string, type: string, nullable: boolean, primary: boolean, refersTo: string | null }

function line({ column, type, nullable, primary, refersTo }: Column): string {
  return `${column} ${type}${nullable ? ' null' : ''}${primary ? ' primary' : ''}${refersTo ? ` -> ${refersTo}` : ''}`
}

/** What the entities say of their columns, a line each. */
export async function entityColumns(entities: readonly object[]): Promise<string[]> {
  const orm = await MikroORM.init({ dbName: 'none', entities: entities as EntitySchema<AnyEntity>[], ensureDatabase: false })
  const lines = [...orm.getMetadata().getAll().values()].flatMap(meta => meta.props.flatMap(prop => prop.fieldNames.map((column, place) => line({
    column: `${meta.tableName}.${column}`,
    type: prop.columnTypes[place]!.replace(/^timestamptz.*/, 'timestamp with time zone').replace(/^int$/, 'integer'),
    nullable: prop.nullable === true,
    primary: prop.primary === true,
    refersTo: prop.targetMeta?.tableName ?? null,
  }))))
  await orm.close()
  return lines.sort()
}

/** What the tables of a schema really are, in the same words. Columns that the database computes are left out. */
export async function tableColumns(sql: TestDatabase['sql'], schema: string, without: readonly string[]): Promise<string[]> {
  const tables = await sql<Column>(`
    select relname || '.' || attname as column, format_type(atttypid, atttypmod) as type, not attnotnull as nullable,
      exists (select from pg_index where indrelid = pg_class.oid and indisprimary and attnum = any(indkey)) as primary,
      (select target.relname from pg_constraint join pg_class target on target.oid = confrelid where conrelid = pg_class.oid and contype = 'f' and conkey = array[attnum]) as "refersTo"
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = $1::regnamespace and relkind = 'r' and attnum > 0 and attgenerated = '' and not relname = any($2)`, [schema, without])
  return tables.map(line).sort()
}
