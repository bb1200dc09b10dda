import type { Page, SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { instant } from '../../database/rows.ts'
import { readPage } from '../../shared/page.ts'
import { parseInput } from '../../shared/validate.ts'
import { apiKeysFilter } from './keys.input.ts'

export const keyStates = ['ACTIVE', 'EXPIRED', 'REVOKED'] as const
export type KeyState = typeof keyStates[number]

/** A key as lists show it: never the key itself. */
export interface ApiKeyRow {
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly prefix: string
  readonly lastFour: string
  readonly scopes: readonly string[]
  readonly addresses: readonly string[]
  readonly state: KeyState
  readonly createdBy: { readonly id: string, readonly name: string, readonly email: string } | null
  readonly createdAt: Date
  readonly createdAddress: string | null
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly replacedBy: string | null
  readonly lastUsedAt: Date | null
  readonly lastUsedAddress: string | null
}

export interface ApiKeyList extends PageArguments { readonly filter?: unknown }

interface KeyTables {
  'platform.api_key': {
    id: string
    tenant_id: string
    prefix: string
    last_four: string
    name: string
    scopes: string[]
    addresses: string[]
    created_by: string | null
    created_at: string
    created_address: string | null
    expires_at: string | null
    revoked_at: string | null
    replaced_by: string | null
    last_used_at: string | null
    last_used_address: string | null
  }
}

const byAge: readonly SortKey[] = [
  { expression: sql.ref('created_at'), kind: 'timestamp' },
  { expression: sql.ref('id'), kind: 'uuid' },
]

const state = sql<KeyState>`case when revoked_at is not null then 'REVOKED' when expires_at <= now() then 'EXPIRED' else 'ACTIVE' end`

/** A page of a tenant's keys, the newest first. */
export async function apiKeysPage(platform: Platform, tenantId: string, list: ApiKeyList): Promise<Page<ApiKeyRow>> {
  const filter = parseInput(apiKeysFilter, list.filter ?? {})
  const request = readPage(list, [tenantId, 'apiKeys', filter.state], ['timestamp', 'uuid'])
  let query = keys(platform).where('tenant_id', '=', tenantId)
  if (filter.state)
    query = query.where(state, '=', filter.state)
  return (await readKeyset(query, { keys: byAge, direction: 'desc' }, request)).map(dated)
}

/** One key of a tenant. */
export async function apiKeyOf(platform: Platform, tenantId: string, id: string): Promise<ApiKeyRow | undefined> {
  const row = await keys(platform).where('tenant_id', '=', tenantId).where('id', '=', id).executeTakeFirst()
  return row && dated(row)
}

/** Keys of any tenant that begin so, the newest first; of a prefix that is whole, the one. */
export async function apiKeysByPrefix(platform: Platform, prefix: string, limit: number): Promise<ApiKeyRow[]> {
  // No wildcard: a range of the unique index.
  const rows = await keys(platform).where('prefix', '>=', prefix).where(sql<boolean>`starts_with(prefix, ${prefix})`).orderBy('created_at', 'desc').limit(limit).execute()
  return rows.map(dated)
}

function keys(platform: Platform) {
  return platform.fork().getKysely<KeyTables>().selectFrom('platform.api_key').select([
    'id',
    'tenant_id as tenantId',
    'name',
    'prefix',
    'last_four as lastFour',
    'scopes',
    'addresses',
    state.as('state'),
    sql<ApiKeyRow['createdBy']>`(select json_build_object('id', a.id, 'name', a.name, 'email', a.email) from platform.account a where a.id = created_by)`.as('createdBy'),
    'created_at as createdAt',
    'created_address as createdAddress',
    'expires_at as expiresAt',
    'revoked_at as revokedAt',
    'replaced_by as replacedBy',
    'last_used_at as lastUsedAt',
    'last_used_address as lastUsedAddress',
  ])
}

/** The pool gives instants as text. */
function dated(row: Awaited<ReturnType<ReturnType<typeof keys>['executeTakeFirstOrThrow']>>): ApiKeyRow {
  return { ...row, createdAt: new Date(row.createdAt), expiresAt: instant(row.expiresAt), revokedAt: instant(row.revokedAt), lastUsedAt: instant(row.lastUsedAt) }
}
