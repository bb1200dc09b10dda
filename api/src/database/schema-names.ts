import { isUuid } from '../shared/uuid.ts'

/**
 * The PostgreSQL schema of a tenant, which is also the name of its role: `t_` and the 32 hex digits of its id.
 * Never made from the slug: slugs change, look alike and are cut at 63 bytes; ids do none of that.
 */
export function schemaName(tenantId: string): string {
  if (!isUuid(tenantId))
    throw new TypeError('A schema name is made from a tenant id: a uuid in lower case.')
  return `t_${tenantId.replaceAll('-', '')}`
}

/** Quotes a name as one PostgreSQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a text as one PostgreSQL literal, for statements that take no parameters (DDL). */
export function quoteLiteral(text: string): string {
  return text.includes('\\') ? ` E'${text.replaceAll('\\', '\\\\').replaceAll('\'', '\'\'')}'` : `'${text.replaceAll('\'', '\'\'')}'`
}
