import type { Repeater } from '@graphql-yoga/subscription'
import type { Principal } from '../../access/principal.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Trail } from '../../shared/trail.ts'
import type { StatusFeed } from './status-feed.ts'
import type { ReadStatuses, Status } from './status.ts'
import { publish } from '../../events/bus.ts'
import { tenantPreparationChanged } from '../../events/topics.ts'
import { Conflict, Forbidden, Invalid, NotFound, Unauthenticated } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { record } from '../audit/room.ts'
import { prepareTenant } from './preparation.job.ts'

export class PreparationService {
  constructor(
    private readonly platform: Platform,
    private readonly jobs: JobSender,
    private readonly read: ReadStatuses,
    private readonly feed: StatusFeed,
  ) {}

  /** Queues the preparation of a new tenant in the transaction that makes it. */
  async request(db: PlatformDb, tenantId: string, cycle = 1): Promise<void> {
    await this.jobs.enqueue(db, prepareTenant, { tenantId, cycle }, tenantId)
  }

  /** The status of a tenant, or NOT_FOUND. Members see their own tenant's only. */
  async status(principal: Principal, tenantId: string): Promise<Status> {
    mayWatch(principal, tenantId)
    return this.statusOf(tenantId)
  }

  async statusOf(tenantId: string): Promise<Status> {
    const [status] = isUuid(tenantId) ? await this.read([tenantId]) : []
    if (!status)
      throw new NotFound('Tenant')
    return status
  }

  /** The current status, then every change, then the end. */
  async watch(principal: Principal, tenantId: string): Promise<Repeater<Status>> {
    await this.status(principal, tenantId)
    return this.feed.watch(tenantId)
  }

  /** Starts a new cycle for a tenant that FAILED; CONFLICT in every other state. */
  async retry(principal: Principal, tenantId: string, trail: Trail): Promise<Status> {
    mayWatch(principal, tenantId)
    const begun = await this.platform.transaction(async (db) => {
      const rows = await db.execute<{ preparation_cycle: number }[]>(`
        update platform.tenant set preparation_status = 'PENDING', preparation_cycle = preparation_cycle + 1, preparation_attempt = 0,
          preparation_step = null, preparation_completed_steps = 0, preparation_error_code = null,
          preparation_started_at = null, preparation_completed_at = null, preparation_sequence = preparation_sequence + 1
        where id = ? and preparation_status = 'FAILED' returning preparation_cycle`, [tenantId])
      if (!rows[0])
        return false
      await this.request(db, tenantId, rows[0].preparation_cycle)
      const event = publish(tenantPreparationChanged, { tenantId })
      await db.execute('select pg_notify(?, ?)', event.values)
      await record(db, tenantId, { action: 'tenant.preparationRetried', subject: { type: 'tenant', id: tenantId } }, trail)
      return true
    })
    // Read after the transaction: who holds one connection and asks for another waits for those who do the same.
    const status = await this.statusOf(tenantId)
    if (!begun)
      throw new Conflict('Only a preparation that failed can be retried.', { code: 'CONFLICT', facts: { status: status.status } })
    return status
  }
}

/** The id is a visitor's only credential; who is signed in watches their own tenant. */
export function mayWatch(principal: Principal, tenantId: string): void {
  if (principal.kind === 'member' && principal.tenantId !== tenantId)
    throw new Forbidden('This is another school.', { code: 'TENANT_MISMATCH' })
}

/** The id asked for, else the tenant in context. */
export function watchedTenant(asked: string | null | undefined, inContext: string | undefined): string {
  if (asked === null || asked === undefined) {
    if (!inContext)
      throw new Unauthenticated()
    return inContext
  }
  if (asked === '')
    throw new Invalid('tenantId is empty.', { fields: [{ path: ['tenantId'], code: 'BAD_USER_INPUT', message: 'Give the id of a tenant.' }] })
  return asked.toLowerCase()
}
