import type { Page, SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { parseInput } from '../../shared/validate.ts'
import { receiptFilter } from './lifecycle.input.ts'

/** What went with a school: `kind` as in `table`, its name, and how many rows or things. */
export interface Gone { readonly kind: string, readonly name: string, readonly count: number }

interface ReceiptTables {
  'platform.deletion_receipt': { id: string, tenant_id: string, name: string, slug: string, reason: string | null, requested_by: string | null, requested_at: string, deleted_at: string, gone: Gone[] }
}

export interface ReceiptList extends PageArguments { readonly filter?: unknown }

const byAge: readonly SortKey[] = [
  { expression: sql.ref('deleted_at'), kind: 'timestamp' },
  { expression: sql.ref('id'), kind: 'uuid' },
]

export interface Receipt {
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly slug: string
  readonly reason: string | null
  readonly requestedBy: string | null
  readonly requestedAt: Date
  readonly deletedAt: Date
  readonly gone: readonly Gone[]
}

/** One page of what is left of deleted schools, the last one first. */
export async function receiptsPage(platform: Platform, list: ReceiptList): Promise<Page<Receipt>> {
  const { search, tenantId } = parseInput(receiptFilter, list.filter ?? {})
  const request = readPage(list, ['deletionReceipts', search, tenantId], byAge.map(key => key.kind))
  let query = platform.fork().getKysely<ReceiptTables>().selectFrom('platform.deletion_receipt').select([
    'id',
    'tenant_id as tenantId',
    'name',
    'slug',
    'reason',
    'requested_at as requestedAt',
    'deleted_at as deletedAt',
    'gone',
    sql<string | null>`(select a.name || ' <' || a.email || '>' from platform.account a where a.id = requested_by)`.as('requestedBy'),
  ])
  // As text: what is no id at all is nobody's.
  if (tenantId)
    query = query.where(sql<boolean>`tenant_id::text = lower(${tenantId})`)
  for (const word of search?.split(/\s+/).filter(Boolean) ?? [])
    query = query.where(sql<boolean>`strpos(lower(name || ' ' || slug), lower(${word})) > 0`)
  const page = await readKeyset(query, { keys: byAge, direction: 'desc' }, request)
  return page.map(row => ({ ...row, requestedAt: new Date(row.requestedAt), deletedAt: new Date(row.deletedAt) }))
}
