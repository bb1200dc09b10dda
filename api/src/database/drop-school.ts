import { quoteIdentifier, schemaName } from './schema-names.ts'

type Query = (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>

/** Drops a school's schema and role as owner, in the transaction of `query`; says which of them were there. One that was never ready has neither. */
export async function dropSchool(query: Query, tenantId: string): Promise<{ schema: boolean, role: boolean }> {
  const name = quoteIdentifier(schemaName(tenantId))
  const { rows } = await query('select to_regnamespace($1) is not null as schema, to_regrole($1) is not null as role', [name])
  const there = rows[0] as { schema: boolean, role: boolean }
  if (there.schema)
    await query(`drop schema ${name} cascade`)
  if (there.role)
    await query(`drop role ${name}`)
  return there
}
