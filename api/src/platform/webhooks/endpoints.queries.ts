import type { SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { DisabledReason } from './disable.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { byKey, instant } from '../../database/rows.ts'
import { readPage } from '../../shared/page.ts'

/** An endpoint as its school sees it: everything but its secrets. */
export interface Endpoint {
  readonly id: string
  readonly url: string
  readonly description: string | null
  readonly eventTypes: readonly string[] | null
  readonly enabled: boolean
  readonly disabledReason: DisabledReason | null
  readonly disabledAt: Date | null
  readonly createdAt: Date
  readonly failingSince: Date | null
  readonly deliveredAt: Date | null
  readonly previousSecretUntil: Date | null
  readonly waiting: number
}

interface EndpointTables { 'platform.webhook_endpoint': Record<string, unknown> & { id: string, tenant_id: string, deleted_at: string | null } }

const byAge: readonly SortKey[] = [
  { expression: sql.ref('e.created_at'), kind: 'timestamp' },
  { expression: sql.ref('e.id'), kind: 'uuid' },
]

function endpointsOf(platform: Platform) {
  return platform.fork().getKysely<EndpointTables>().selectFrom('platform.webhook_endpoint as e').where('deleted_at', 'is', null).select([
    'e.id',
    'url',
    'description',
    'event_types as eventTypes',
    'enabled',
    'disabled_reason as disabledReason',
    'disabled_at as disabledAt',
    'created_at as createdAt',
    'failing_since as failingSince',
    'delivered_at as deliveredAt',
    sql`(select max(expires_at) from platform.webhook_secret s where s.endpoint_id = e.id and s.expires_at > now())`.as('previousSecretUntil'),
    // Counted as far as it matters to a person.
    sql<number>`(select count(*)::int from (select from platform.webhook_delivery d where d.endpoint_id = e.id and d.state = 'WAITING' limit 10000) waiting)`.as('waiting'),
  ])
}

/** One page of a school's endpoints, the oldest first. */
export async function endpointsPage(platform: Platform, tenantId: string, list: PageArguments) {
  const request = readPage(list, [tenantId, 'webhookEndpoints'], ['timestamp', 'uuid'])
  const page = await readKeyset(endpointsOf(platform).where('tenant_id', '=', tenantId), { keys: byAge, direction: 'asc' }, request)
  return page.map(dated)
}

export async function endpointOf(platform: Platform, tenantId: string, id: string): Promise<Endpoint | undefined> {
  const [row] = await endpointsOf(platform).where('tenant_id', '=', tenantId).where('e.id', '=', id).execute()
  return row && dated(row)
}

/** The endpoints of a page of deliveries, in the order of the ids: whose they are has been looked at. */
export function endpointsById(platform: Platform) {
  return async (ids: readonly string[]): Promise<(Endpoint | undefined)[]> => {
    const rows = await endpointsOf(platform).where('e.id', 'in', [...ids]).execute()
    return byKey(ids, rows.map(dated), endpoint => endpoint.id)
  }
}

type Moment = 'createdAt' | 'disabledAt' | 'failingSince' | 'deliveredAt' | 'previousSecretUntil'

/** The pool gives instants as text. */
function dated(row: object): Endpoint {
  const { createdAt, disabledAt, failingSince, deliveredAt, previousSecretUntil, ...rest } = row as Omit<Endpoint, Moment> & { createdAt: string } & Record<Exclude<Moment, 'createdAt'>, string | null>
  return { ...rest, createdAt: new Date(createdAt), disabledAt: instant(disabledAt), failingSince: instant(failingSince), deliveredAt: instant(deliveredAt), previousSecretUntil: instant(previousSecretUntil) }
}
