import type { Platform } from '../../database/platform-db.ts'
import { instant } from '../../database/rows.ts'
import { schemaName } from '../../database/schema-names.ts'

/** Who can enter a school, and when one of them was last there. */
export interface People { readonly memberCount: number, readonly lastActiveAt: Date | null }

/** One statement for any number of tenants. */
export async function readPeople(platform: Platform, tenantIds: readonly string[]): Promise<Map<string, People>> {
  const rows = await platform.query<{ id: string, memberCount: number, lastActiveAt: string | Date | null }>(`
    select t.id,
      (select count(*)::int from platform.membership m join platform.account a on a.id = m.account_id where m.tenant_id = t.id and a.disabled_at is null) as "memberCount",
      (select max(last_used_at) from platform.session s where s.tenant_id = t.id) as "lastActiveAt"
    from unnest($1::uuid[]) as t (id)`, [tenantIds])
  return new Map(rows.map(({ id, memberCount, lastActiveAt }) => [id, { memberCount, lastActiveAt: instant(lastActiveAt) }]))
}

/** Bytes of each school's tables with all that belongs to them; schools that are not there are left out. One statement. */
export async function readSizes(platform: Platform, tenantIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await platform.query<{ id: string, bytes: number }>(`
    select s.id, sum(pg_total_relation_size(c.oid))::float8 as bytes
    from unnest($1::uuid[], $2::name[]) as s (id, schema)
      join platform.tenant t on t.id = s.id and t.preparation_status = 'READY'
      join pg_namespace n on n.nspname = s.schema
      join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'm')
    group by s.id`, [tenantIds, tenantIds.map(schemaName)])
  return new Map(rows.map(({ id, bytes }) => [id, bytes]))
}
