import type { Platform } from '../../database/platform-db.ts'

export interface DeprecatedUseRow { readonly member: string, readonly uses: number, readonly firstUsedAt: Date, readonly lastUsedAt: Date }

/** What keys use that will go, the most used first; in one statement for all of them. */
export async function deprecatedUsesOf(platform: Platform, keyIds: readonly string[]): Promise<DeprecatedUseRow[][]> {
  const rows = await platform.query<{ keyId: string, member: string, uses: number, firstUsedAt: string, lastUsedAt: string }>(`
    select key_id as "keyId", member, least(uses, 2147483647)::int as uses, first_used_at as "firstUsedAt", last_used_at as "lastUsedAt"
    from platform.api_deprecated_use d where key_id = any($1) order by d.uses desc, member`, [keyIds])
  const byKey = Map.groupBy(rows, ({ keyId }) => keyId)
  return keyIds.map(id => (byKey.get(id) ?? []).map(({ keyId: _, ...row }) => ({ ...row, firstUsedAt: new Date(row.firstUsedAt), lastUsedAt: new Date(row.lastUsedAt) })))
}
