import type { SortKey } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import { sql } from 'kysely'
import { readKeyset } from '../../database/keyset.ts'
import { instant } from '../../database/rows.ts'
import { readPage } from '../../shared/page.ts'
import { isUuid } from '../../shared/uuid.ts'
import { redactData, redactError } from './redact.ts'

export type JobState = 'WAITING' | 'RETRYING' | 'ACTIVE' | 'COMPLETED' | 'CANCELLED' | 'FAILED'

/** How the queues call it. */
export const queueStates = { WAITING: 'created', RETRYING: 'retry', ACTIVE: 'active', COMPLETED: 'completed', CANCELLED: 'cancelled', FAILED: 'failed' } as const satisfies Record<JobState, string>
type QueueState = typeof queueStates[JobState]
const stateNames = Object.fromEntries(Object.entries(queueStates).map(([name, state]) => [state, name])) as Record<QueueState, JobState>

interface JobTables {
  'pgboss.job_common': {
    id: string
    name: string
    state: QueueState
    data: unknown
    output: unknown
    retry_count: number
    retry_limit: number
    created_on: string
    started_on: string | null
    completed_on: string | null
    start_after: string
  }
}

const columns = ['id', 'name', 'state', 'data', 'output', 'retry_count', 'retry_limit', 'created_on', 'started_on', 'completed_on', 'start_after'] as const

export interface JobList extends PageArguments {
  readonly filter?: { readonly queue?: string | null, readonly state?: JobState | null, readonly tenantId?: string | null } | null
}

const byAge: readonly SortKey[] = [
  { expression: sql.ref('created_on'), kind: 'timestamp' },
  { expression: sql.ref('id'), kind: 'uuid' },
]

/** One page of the jobs there are, the newest first. */
export async function jobsPage(platform: Platform, list: JobList) {
  const { queue, state, tenantId } = list.filter ?? {}
  const request = readPage(list, ['jobs', queue, state, tenantId], byAge.map(key => key.kind))
  let query = platform.fork().getKysely<JobTables>().selectFrom('pgboss.job_common').select(columns)
  // What the queue library keeps for itself is no work of ours.
  query = query.where('name', 'not like', '\\_\\_%')
  if (queue)
    query = query.where('name', '=', queue)
  if (state)
    query = query.where('state', '=', queueStates[state])
  if (tenantId)
    query = query.where(sql<boolean>`data ->> 'tenantId' = ${tenantId.toLowerCase()}`)
  const page = await readKeyset(query, { keys: byAge, direction: 'desc' }, request)
  return page.map(row => ({
    id: row.id,
    queue: row.name,
    state: stateNames[row.state],
    tenantId: tenantOf(row.data),
    attempt: row.started_on === null ? 0 : row.retry_count + 1,
    attempts: row.retry_limit + 1,
    data: redactData(row.data),
    error: redactError(row.output),
    createdAt: new Date(row.created_on),
    startedAt: instant(row.started_on),
    completedAt: instant(row.completed_on),
    nextAttemptAt: row.state === 'created' || row.state === 'retry' ? new Date(row.start_after) : null,
  }))
}

/** Every queue with its numbers, by name. One statement. */
export function readQueues(platform: Platform) {
  return platform.query<{ name: string, waiting: number, active: number, retrying: number, failed: number, completed: number, cancelled: number, oldestWaitingSeconds: number | null }>(`
    select q.name,
      count(*) filter (where j.state = 'created')::int as waiting,
      count(*) filter (where j.state = 'active')::int as active,
      count(*) filter (where j.state = 'retry')::int as retrying,
      count(*) filter (where j.state = 'failed')::int as failed,
      count(*) filter (where j.state = 'completed')::int as completed,
      count(*) filter (where j.state = 'cancelled')::int as cancelled,
      extract(epoch from now() - min(j.start_after) filter (where j.state < 'active' and j.start_after <= now()))::float as "oldestWaitingSeconds"
    from pgboss.queue q left join pgboss.job_common j using (name)
    where q.name not like '\\_\\_%' group by q.name order by q.name`)
}

/** The tenant a job names. */
export function tenantOf(data: unknown): string | null {
  const tenantId = data !== null && typeof data === 'object' && 'tenantId' in data ? data.tenantId : undefined
  return typeof tenantId === 'string' && isUuid(tenantId) ? tenantId : null
}
