import type { Page, SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { ServedVersions } from './served-versions.ts'
import type { Lifecycle, PreparationStatus } from './tenant.entity.ts'
import type { TenantFilter, TenantOrder } from './tenants.input.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { instant } from '../../database/rows.ts'
import { readPage } from '../../shared/page.ts'
import { parseInput } from '../../shared/validate.ts'
import { tenantFilter, tenantOrder } from './tenants.input.ts'

/** A tenant as lists have it: a plain row. */
export interface TenantRow {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly timeZone: string
  readonly locale: string
  readonly createdAt: Date
  readonly test: boolean
  readonly lifecycle: Lifecycle
  readonly lifecycleReason: string | null
  readonly lifecycleChangedAt: Date
  readonly deleteAfter: Date | null
  readonly node: string
  readonly schemaVersion: number | null
  readonly preparationStatus: PreparationStatus
  readonly restoredFrom: string | null
  readonly setAsideVersion: number | null
  readonly setAsideCode: string | null
  readonly setAsideDetail: string | null
  readonly setAsideAt: Date | null
}

/** How many tenants there are in each state. */
export type TenantCounts = Readonly<Record<'all' | 'pending' | 'preparing' | 'ready' | 'failed' | 'active' | 'suspended' | 'archived' | 'deleting' | 'behind' | 'test', number>>

interface TenantTables {
  'platform.tenant': Record<string, unknown> & { id: string, test: boolean, preparation_status: string, lifecycle: string, preparation_error_code: string | null }
}

const columns = [
  'id',
  'slug',
  'name',
  'time_zone as timeZone',
  'locale',
  'created_at as createdAt',
  'test',
  'lifecycle',
  'lifecycle_reason as lifecycleReason',
  'lifecycle_changed_at as lifecycleChangedAt',
  'delete_after as deleteAfter',
  'node',
  'schema_version as schemaVersion',
  'preparation_status as preparationStatus',
  'restored_from as restoredFrom',
  'set_aside_version as setAsideVersion',
  'set_aside_code as setAsideCode',
  'set_aside_detail as setAsideDetail',
  'set_aside_at as setAsideAt',
] as const

const id: SortKey = { expression: sql.ref('id'), kind: 'uuid' }
const createdAt: SortKey = { expression: sql.ref('created_at'), kind: 'timestamp' }

/** The greater, the sooner somebody should look: a school that could not be made before one that is not as new as it should be. */
const urgency = sql`case
  when preparation_status = 'FAILED' and lifecycle in ('ACTIVE', 'SUSPENDED') then 6
  when preparation_status = 'PREPARING' and preparation_attempt > 1 then 5
  when preparation_status in ('PENDING', 'PREPARING') then 4
  when set_aside_version is not null then 3
  when lifecycle in ('SUSPENDED', 'DELETING') then 2
  when lifecycle = 'ACTIVE' then 1
  else 0 end`

const orders: Readonly<Record<TenantOrder['field'], readonly SortKey[]>> = {
  FAILURES_FIRST: [
    { expression: urgency, kind: 'integer' },
    { expression: sql`greatest(coalesce(preparation_completed_at, created_at), lifecycle_changed_at, coalesce(set_aside_at, created_at))`, kind: 'timestamp' },
    id,
  ],
  CREATED_AT: [createdAt, id],
  NAME: [{ expression: sql`lower(name) collate "und-x-icu"`, kind: 'text' }, id],
  LAST_ACTIVE_AT: [
    { expression: sql`coalesce((select max(last_used_at) from platform.session s where s.tenant_id = platform.tenant.id), '1970-01-01Z')`, kind: 'timestamp' },
    id,
  ],
}

export interface TenantList extends PageArguments { readonly filter?: unknown, readonly orderBy?: unknown }

/** A page of tenants, with what else the search has found. */
export interface TenantPage { readonly page: Page<TenantRow>, readonly counts: () => Promise<TenantCounts> }

/** One page of the platform's tenants, the newest first unless told. */
export async function tenantsPage(platform: Platform, served: ServedVersions, list: TenantList): Promise<TenantPage> {
  const filter = parseInput(tenantFilter, list.filter ?? {})
  const { field, direction } = parseInput(tenantOrder, list.orderBy ?? { field: 'CREATED_AT' })
  const keys = orders[field]
  const request = readPage(list, ['tenants', filter, field, direction], keys.map(key => key.kind))
  const page = await readKeyset(listed(platform, served, filter).select(columns), { keys, direction }, request)
  return { page: page.map(tenantRow), counts: () => countTenants(platform, served, filter.search) }
}

/** These tenants, in no order; those that are gone are left out. */
export async function tenantsById(platform: Platform, ids: readonly string[]): Promise<TenantRow[]> {
  const rows = await platform.fork().getKysely<TenantTables>().selectFrom('platform.tenant').select(columns).where('id', 'in', ids).execute()
  return rows.map(row => tenantRow(row))
}

async function countTenants(platform: Platform, served: ServedVersions, search: string | null): Promise<TenantCounts> {
  const states = { pending: 'PENDING', preparing: 'PREPARING', ready: 'READY', failed: 'FAILED' }
  const lives = { active: 'ACTIVE', suspended: 'SUSPENDED', archived: 'ARCHIVED', deleting: 'DELETING' }
  const some = (condition: ReturnType<typeof sql<boolean>>, name: string) => sql<number>`(count(*) filter (where ${condition}))::int`.as(name)
  const counted = await listed(platform, served, { search, status: null, lifecycle: null, errorCode: null, behind: null, test: null }).select([
    some(sql<boolean>`true`, 'all'),
    ...Object.entries(states).map(([name, state]) => some(sql<boolean>`preparation_status = ${state}`, name)),
    ...Object.entries(lives).map(([name, state]) => some(sql<boolean>`lifecycle = ${state}`, name)),
    some(isBehind(served), 'behind'),
    some(sql<boolean>`test`, 'test'),
  ]).executeTakeFirstOrThrow()
  return counted as TenantCounts
}

/** Ready, and not at the version that this release makes, or refused to come there. */
const isBehind = ({ newest }: ServedVersions) => sql<boolean>`(preparation_status = 'READY' and (schema_version < ${newest} or set_aside_version is not null))`

function listed(platform: Platform, served: ServedVersions, { search, status, lifecycle, errorCode, behind, test }: TenantFilter) {
  let query = platform.fork().getKysely<TenantTables>().selectFrom('platform.tenant')
  for (const word of search?.split(' ') ?? [])
    query = query.where(sql<boolean>`strpos(lower(name || ' ' || slug), lower(${word})) > 0`)
  if (status)
    query = query.where('preparation_status', '=', status)
  if (lifecycle)
    query = query.where('lifecycle', '=', lifecycle)
  if (errorCode)
    query = query.where('preparation_error_code', '=', errorCode)
  if (behind !== null)
    query = query.where(sql<boolean>`${isBehind(served)} = ${behind}`)
  if (test !== null)
    query = query.where('test', '=', test)
  return query
}

/** The pool gives instants as text. */
function tenantRow(row: object): TenantRow {
  const { createdAt, lifecycleChangedAt, deleteAfter, setAsideAt, ...rest } = row as Omit<TenantRow, 'createdAt' | 'lifecycleChangedAt' | 'deleteAfter' | 'setAsideAt'> & Record<'createdAt' | 'lifecycleChangedAt', string> & Record<'deleteAfter' | 'setAsideAt', string | null>
  return { ...rest, createdAt: new Date(createdAt), lifecycleChangedAt: new Date(lifecycleChangedAt), deleteAfter: instant(deleteAfter), setAsideAt: instant(setAsideAt) }
}
