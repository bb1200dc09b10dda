import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Trail } from '../../shared/trail.ts'
import type { JobOrder } from './job-order.job.ts'
import type { JobState } from './jobs.queries.ts'
import { Conflict, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { record } from '../audit/room.ts'
import { jobOrder } from './job-order.job.ts'
import { queueStates, tenantOf } from './jobs.queries.ts'

interface Job { readonly state: string, readonly data: unknown, readonly taken: boolean }

const orders = {
  retry: {
    from: ['FAILED'],
    recorded: 'job.retried',
    otherwise: 'Only a job that was given up can be tried again.',
    elsewhere: {
      'prepare-tenant': 'Have the tenant\'s preparation retried instead (retryTenantPreparation): it starts a cycle of its own.',
      'export-school': 'Export the school again instead (exportTenant): this export has been given up.',
    },
  },
  cancel: {
    from: ['WAITING', 'RETRYING'],
    recorded: 'job.cancelled',
    otherwise: 'Only a job that waits can be cancelled.',
    elsewhere: {
      'prepare-tenant': 'Have the tenant\'s preparation cancelled instead (cancelTenantPreparation): without its job it would wait for nobody.',
      'preparation-failed': 'This job is what tells the school that its preparation failed. It ends by itself.',
      'export-school': 'An export ends by itself: without its job it would wait for nobody.',
      'export-failed': 'This job is what notes that an export failed. It ends by itself.',
    },
  },
} as const satisfies Record<JobOrder['action'], { from: readonly JobState[], recorded: string, otherwise: string, elsewhere: Readonly<Record<string, string>> }>

/** What an operator may do with a job. A worker does it: the API has no right to change one. */
export class JobsService {
  constructor(private readonly parts: { platform: Platform, jobs: JobSender }) {}

  /** Orders another try of a job that was given up, or takes one back that waits. NOT_FOUND, or CONFLICT in another state. */
  async order(action: JobOrder['action'], queue: string, id: string, trail: Trail): Promise<boolean> {
    const { from, recorded, otherwise, elsewhere } = orders[action]
    const job = await this.#find(queue, id)
    const instead = (elsewhere as Readonly<Record<string, string>>)[queue]
    if (instead)
      throw new Conflict(instead, { facts: { reason: 'ELSEWHERE' } })
    const state = (Object.keys(queueStates) as JobState[]).find(name => queueStates[name] === job.state)!
    if (!(from as readonly JobState[]).includes(state))
      throw new Conflict(otherwise, { facts: { reason: 'STATE', state } })
    if (action === 'retry' && job.taken)
      throw new Conflict('Another job for the same thing waits or runs.', { facts: { reason: 'TAKEN' } })
    await this.parts.platform.transaction(async (db) => {
      if (!await this.parts.jobs.enqueue(db, jobOrder, { queue, id, action }, `${queue} ${id}`))
        throw new Conflict('Somebody has just ordered something for this job.', { facts: { reason: 'ORDERED' } })
      await record(db, tenantOf(job.data), { action: recorded, subject: { type: 'job', id }, details: { queue } }, trail)
    })
    return true
  }

  async #find(queue: string, id: string): Promise<Job> {
    const [job] = isUuid(id)
      ? await this.parts.platform.query<Job>(`
          select state, data, policy = 'exclusive' and exists (
            select from pgboss.job_common o where o.name = j.name and o.id <> j.id and o.state <= 'active' and coalesce(o.singleton_key, '') = coalesce(j.singleton_key, '')) as taken
          from pgboss.job_common j where name = $1 and id = $2 and name not like '\\_\\_%'`, [queue, id])
      : []
    if (!job)
      throw new NotFound('Job')
    return job
  }
}
