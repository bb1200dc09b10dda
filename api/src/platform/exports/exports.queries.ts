import type { Page, SortKey } from '../../database/keyset.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { instant } from '../../database/rows.ts'
import { invalidField } from '../../shared/errors.ts'
import { readPage } from '../../shared/page.ts'
import { isUuid } from '../../shared/uuid.ts'

export type ExportState = 'QUEUED' | 'RUNNING' | 'READY' | 'FAILED'

/** An export as lists have it: everything but its bytes. */
export interface SchoolExport {
  readonly id: string
  readonly tenantId: string
  readonly tenantName: string
  readonly slug: string
  readonly timeZone: string
  readonly locale: string
  readonly tenantGone: boolean
  readonly state: ExportState
  readonly progress: number
  readonly errorCode: string | null
  readonly reason: string
  readonly requestedBy: string | null
  readonly createdAt: Date
  readonly completedAt: Date | null
  readonly expiresAt: Date | null
  readonly sizeBytes: number | null
  readonly sha256: string | null
  readonly schemaVersion: number | null
  readonly tables: readonly { readonly name: string, readonly rows: number }[]
  readonly rows: number
}

interface ExportTables { 'platform.school_export': Record<string, unknown> & { id: string, tenant_id: string } }

const byAge: readonly SortKey[] = [
  { expression: sql.ref('created_at'), kind: 'timestamp' },
  { expression: sql.ref('id'), kind: 'uuid' },
]

/** What has expired is gone, whether or not it has been removed yet. */
const kept = sql<boolean>`(expires_at is null or expires_at > now())`

function exportsOf(platform: Platform) {
  return platform.fork().getKysely<ExportTables>().selectFrom('platform.school_export').where(kept).select([
    'id',
    'tenant_id as tenantId',
    'tenant_name as tenantName',
    'slug',
    'time_zone as timeZone',
    'locale',
    'state',
    'progress',
    'error_code as errorCode',
    'reason',
    'created_at as createdAt',
    'completed_at as completedAt',
    'expires_at as expiresAt',
    'schema_version as schemaVersion',
    sql`size_bytes::float8`.as('sizeBytes'),
    sql`encode(sha256, 'hex')`.as('sha256'),
    sql`coalesce(row_counts, '{}')`.as('rowCounts'),
    sql`not exists (select from platform.tenant t where t.id = tenant_id)`.as('tenantGone'),
    sql`(select a.name || ' <' || a.email || '>' from platform.account a where a.id = requested_by)`.as('requestedBy'),
  ])
}

export interface ExportList extends PageArguments { readonly tenantId?: string | null }

/** One page of the exports there are, the newest first; of one school or of all, also of those that are gone. */
export async function exportsPage(platform: Platform, list: ExportList): Promise<Page<SchoolExport>> {
  const tenantId = list.tenantId?.toLowerCase()
  if (tenantId !== undefined && !isUuid(tenantId))
    throw invalidField(['tenantId'], 'BAD_USER_INPUT', 'Give the id of a tenant.')
  const request = readPage(list, ['schoolExports', tenantId], byAge.map(key => key.kind))
  const query = exportsOf(platform)
  const page = await readKeyset(tenantId === undefined ? query : query.where('tenant_id', '=', tenantId), { keys: byAge, direction: 'desc' }, request)
  return page.map(exportRow)
}

/** The export with this id; undefined where there is none, or none any more. */
export async function findExport(platform: Platform, id: string): Promise<SchoolExport | undefined> {
  const row = isUuid(id) ? await exportsOf(platform).where('id', '=', id).executeTakeFirst() : undefined
  return row && exportRow(row)
}

/**
 * Until the transaction ends, who makes a school from this export and who removes it wait for each other. Not the row itself:
 * to lock one takes the right to change it.
 */
export async function lockExport(db: PlatformDb, id: string): Promise<void> {
  await db.execute('select pg_advisory_xact_lock(hashtextextended(\'export \' || ?, 0))', [id])
}

/** The pool gives instants as text. */
function exportRow(row: object): SchoolExport {
  const { createdAt, completedAt, expiresAt, rowCounts, ...rest } = row as Omit<SchoolExport, 'createdAt' | 'completedAt' | 'expiresAt' | 'tables' | 'rows'> & { createdAt: string, completedAt: string | null, expiresAt: string | null, rowCounts: Record<string, number> }
  const tables = Object.entries(rowCounts).map(([name, rows]) => ({ name, rows })).sort((a, b) => a.name < b.name ? -1 : 1)
  return { ...rest, createdAt: new Date(createdAt), completedAt: instant(completedAt), expiresAt: instant(expiresAt), tables, rows: tables.reduce((sum, table) => sum + table.rows, 0) }
}
