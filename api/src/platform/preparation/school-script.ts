import type { SchoolMigration } from '../../../migrations/school/index.ts'
import { quoteIdentifier, quoteLiteral } from '../../database/schema-names.ts'

export function schoolVersion(migrations: readonly SchoolMigration[]): number {
  return Math.max(0, ...migrations.map(({ version }) => version))
}

/** The oldest code that can use a school with this history, named by the newest version it knows. */
export function servesFrom(migrations: readonly SchoolMigration[]): number {
  return Math.max(0, ...migrations.map(({ worksWith }) => worksWith))
}

/**
 * The whole history as one script for a new school: one round trip instead of one a statement.
 * Rights are granted table by table: `on all tables in schema` searches the catalogue of every school there is.
 */
export function schoolScript(migrations: readonly SchoolMigration[]): (schema: string) => string {
  const ordered = [...migrations].sort((a, b) => a.version - b.version)
  const statements = ordered.flatMap(migration => migration.statements)
  const history = ordered.map(({ version, name }) => `(${version}, ${quoteLiteral(name)}, now())`)
  const tables = ordered.flatMap(migration => migration.tables).map(quoteIdentifier)
  return (schema) => {
    const grants = tables.length > 0 ? [`grant select, insert, update, delete on ${tables.join(', ')} to ${quoteIdentifier(schema)}`] : []
    return [...statements, `insert into schema_migration (version, name, applied_at) values ${history.join(', ')}`, ...grants].join(';\n')
  }
}
