import type { ServedRequest } from '../../access/served-request.ts'
import type { Page, SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import { sql } from 'kysely'
import { z } from 'zod'
import { readKeyset } from '../../database/keyset.ts'
import { readPage } from '../../shared/page.ts'
import { isUuid } from '../../shared/uuid.ts'
import { absent, parseInput } from '../../shared/validate.ts'

export interface ApiRequestRow extends Omit<ServedRequest, 'tenantId' | 'deprecated'> {
  readonly id: string
  readonly keyName: string
  readonly keyPrefix: string
}

export interface ApiRequestList extends PageArguments { readonly filter?: unknown }

interface RequestTables {
  'platform.api_request': { id: string, tenant_id: string, key_id: string, at: string, kind: ServedRequest['kind'], operation: string, operation_name: string | null, status: number, code: string | null, cost: number, duration_ms: number, request_id: string, variables: Record<string, string>, address: string, times: number, refusal: ServedRequest['refusal'], from_explorer: boolean }
  'platform.api_key': { id: string, name: string, prefix: string }
}

const requestsFilter = z.strictObject({
  keyId: absent(z.string()),
  operation: absent(z.string().max(100)),
  status: absent(z.int()),
  failed: absent(z.boolean()),
  since: absent(z.date()),
  until: absent(z.date()),
})

const byTime: readonly SortKey[] = [
  { expression: sql.ref('r.at'), kind: 'timestamp' },
  { expression: sql.ref('r.id'), kind: 'integer' },
]

/** A page of what a tenant's keys asked for, the newest first. */
export async function apiRequestsPage(platform: Platform, tenantId: string, list: ApiRequestList): Promise<Page<ApiRequestRow>> {
  const { keyId, operation, status, failed, since, until } = parseInput(requestsFilter, list.filter ?? {})
  const request = readPage(list, [tenantId, 'apiRequests', keyId, operation, status, failed, since, until], ['timestamp', 'integer'])
  let query = platform.fork().getKysely<RequestTables>().selectFrom('platform.api_request as r').innerJoin('platform.api_key as k', 'k.id', 'r.key_id').select([
    sql<string>`r.id::text`.as('id'),
    'r.key_id as keyId',
    'k.name as keyName',
    'k.prefix as keyPrefix',
    'r.at',
    'r.kind',
    'r.operation',
    'r.operation_name as operationName',
    'r.status',
    'r.code',
    'r.cost',
    'r.duration_ms as durationMs',
    'r.request_id as requestId',
    'r.variables',
    'r.address',
    'r.times',
    'r.refusal',
    'r.from_explorer as fromExplorer',
  ]).where('r.tenant_id', '=', tenantId)
  // What is no id is nobody's, as is another school's.
  if (keyId !== null)
    query = isUuid(keyId) ? query.where('r.key_id', '=', keyId) : query.where(sql<boolean>`false`)
  if (operation !== null)
    query = query.where('r.operation', '=', operation)
  if (status !== null)
    query = query.where('r.status', '=', status)
  if (failed !== null)
    query = query.where('r.code', failed ? 'is not' : 'is', null)
  if (since)
    query = query.where('r.at', '>=', since.toISOString())
  if (until)
    query = query.where('r.at', '<', until.toISOString())
  const page = await readKeyset(query, { keys: byTime, direction: 'desc' }, request)
  return page.map(row => ({ ...row, at: new Date(row.at) }))
}
