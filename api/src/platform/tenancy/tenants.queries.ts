import type { Page, SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { TenantFilter } from './tenants.input.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { parseInput } from '../../shared/validate.ts'
import { tenantFilter } from './tenants.input.ts'

interface TenantTables {
  'platform.tenant': { id: string, slug: string, name: string, time_zone: string, locale: string, preparation_status: string, created_at: string }
}

const columns = ['id', 'slug', 'name', 'time_zone as timeZone', 'locale', 'created_at as createdAt'] as const

const byAge: readonly SortKey[] = [
  { expression: sql.ref('created_at'), kind: 'timestamp' },
  { expression: sql.ref('id'), kind: 'uuid' },
]

export interface TenantList extends PageArguments { readonly filter?: unknown }

export interface TenantRow { readonly id: string, readonly slug: string, readonly name: string, readonly timeZone: string, readonly locale: string, readonly createdAt: Date }

/** One page of the platform's tenants, the newest first. */
export async function tenantsPage(platform: Platform, list: TenantList): Promise<Page<TenantRow>> {
  const filter = parseInput(tenantFilter, list.filter ?? {})
  const request = readPage(list, ['tenants', filter.search, filter.status], byAge.map(key => key.kind))
  const page = await readKeyset(listed(platform, filter).select(columns), { keys: byAge, direction: 'desc' }, request)
  return page.map(row => ({ ...row, createdAt: new Date(row.createdAt) }))
}

function listed(platform: Platform, { search, status }: TenantFilter) {
  let query = platform.fork().getKysely<TenantTables>().selectFrom('platform.tenant')
  for (const word of search?.split(' ') ?? [])
    query = query.where(sql<boolean>`strpos(lower(name || ' ' || slug), lower(${word})) > 0`)
  if (status)
    query = query.where('preparation_status', '=', status)
  return query
}
