import type { SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { byKey, instant, listByKey } from '../../database/rows.ts'
import { readPage } from '../../shared/page.ts'

export type DeliveryState = 'WAITING' | 'DELIVERED' | 'FAILED' | 'HELD'

/** One event on its way to one endpoint. */
export interface Delivery {
  readonly id: string
  readonly endpointId: string
  readonly eventId: string
  readonly eventType: string
  readonly state: DeliveryState
  readonly attemptCount: number
  readonly status: number | null
  readonly error: string | null
  readonly createdAt: Date
  readonly nextAttemptAt: Date | null
  readonly completedAt: Date | null
}

/** One try: where to, and what came back. */
export interface Attempt {
  readonly number: number
  readonly at: Date
  readonly url: string
  readonly durationMs: number
  readonly status: number | null
  readonly error: string | null
  readonly answer: string | null
  readonly headers: Readonly<Record<string, string>> | null
}

export interface DeliveriesList extends PageArguments {
  readonly filter?: {
    readonly endpointId?: string | null
    readonly eventType?: string | null
    readonly state?: DeliveryState | null
    readonly since?: Date | null
    readonly until?: Date | null
  } | null
}

interface DeliveryTables { 'platform.webhook_delivery': Record<string, unknown> & { id: string, tenant_id: string, endpoint_id: string, type: string, state: DeliveryState, created_at: string } }

const byAge: readonly SortKey[] = [
  { expression: sql.ref('created_at'), kind: 'timestamp' },
  { expression: sql.ref('id'), kind: 'uuid' },
]

function deliveriesOf(platform: Platform, tenantId: string) {
  return platform.fork().getKysely<DeliveryTables>().selectFrom('platform.webhook_delivery').where('tenant_id', '=', tenantId).where(sql<boolean>`exists (select from platform.webhook_endpoint e where e.id = endpoint_id and e.deleted_at is null)`).select([
    'id',
    'endpoint_id as endpointId',
    'event_id as eventId',
    'type as eventType',
    'state',
    'attempts as attemptCount',
    'status',
    'error',
    'created_at as createdAt',
    'next_attempt_at as nextAttemptAt',
    'completed_at as completedAt',
  ])
}

/** One page of what a school's endpoints were sent, the newest first. */
export async function deliveriesPage(platform: Platform, tenantId: string, list: DeliveriesList) {
  const { endpointId, eventType, state, since, until } = list.filter ?? {}
  const request = readPage(list, [tenantId, 'webhookDeliveries', endpointId, eventType, state, since, until], ['timestamp', 'uuid'])
  let query = deliveriesOf(platform, tenantId)
  if (endpointId)
    query = query.where('endpoint_id', '=', endpointId)
  if (eventType)
    query = query.where('type', '=', eventType)
  if (state)
    query = query.where('state', '=', state)
  if (since)
    query = query.where('created_at', '>=', since.toISOString())
  if (until)
    query = query.where('created_at', '<', until.toISOString())
  const page = await readKeyset(query, { keys: byAge, direction: 'desc' }, request)
  return page.map(dated)
}

export async function deliveryById(platform: Platform, tenantId: string, id: string): Promise<Delivery | undefined> {
  const [row] = await deliveriesOf(platform, tenantId).where('id', '=', id).execute()
  return row && dated(row)
}

/** Bodies of events, as they are sent, in the order of the ids. */
export function bodiesById(platform: Platform) {
  return async (ids: readonly string[]): Promise<(string | undefined)[]> => {
    const rows = await platform.query<{ id: string, body: string }>('select id, body from platform.webhook_event where id = any($1)', [ids])
    return byKey(ids, rows, row => row.id).map(row => row?.body)
  }
}

/** The last tries of each delivery, the newest first; no more than a person reads. */
export function attemptsByDelivery(platform: Platform) {
  return async (ids: readonly string[]): Promise<Attempt[][]> => {
    const rows = await platform.query<Omit<Attempt, 'at'> & { deliveryId: string, at: string }>(`
      select d.id as "deliveryId", a.number, a.at, a.url, a.duration_ms as "durationMs", a.status, a.error, a.answer, a.headers
      from unnest($1::uuid[]) as d (id) cross join lateral (
        select * from platform.webhook_attempt where delivery_id = d.id order by number desc limit 50
      ) a order by a.number desc`, [ids])
    return listByKey(ids, rows, row => row.deliveryId).map(tries => tries.map(({ deliveryId: _, at, ...row }) => ({ ...row, at: new Date(at) })))
  }
}

/** The pool gives instants as text. */
function dated(row: object): Delivery {
  const { createdAt, nextAttemptAt, completedAt, ...rest } = row as Omit<Delivery, 'createdAt' | 'nextAttemptAt' | 'completedAt'> & { createdAt: string, nextAttemptAt: string | null, completedAt: string | null }
  return { ...rest, createdAt: new Date(createdAt), nextAttemptAt: instant(nextAttemptAt), completedAt: instant(completedAt) }
}
