import type { Repeater } from '@graphql-yoga/subscription'
import type { Principal } from '../../access/principal.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Trail } from '../../shared/trail.ts'
import type { StatusFeed } from './status-feed.ts'
import type { ReadStatuses, Status } from './status.ts'
import { publish } from '../../events/bus.ts'
import { tenantChanged, tenantPreparationChanged } from '../../events/topics.ts'
import { Conflict, Forbidden, Invalid, NotFound, Unauthenticated } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { record } from '../audit/room.ts'
import { preparationKey, prepareTenant } from './preparation.job.ts'

/** A tenant waits for its next round of attempts. */
const nextCycle = `preparation_status = 'PENDING', preparation_cycle = preparation_cycle + 1, preparation_attempt = 0,
  preparation_step = null, preparation_completed_steps = 0, preparation_error_code = null,
  preparation_started_at = null, preparation_completed_at = null, preparation_sequence = preparation_sequence + 1`

export class PreparationService {
  constructor(
    private readonly platform: Platform,
    private readonly jobs: JobSender,
    private readonly read: ReadStatuses,
    private readonly feed: StatusFeed,
  ) {}

  /** Queues the preparation of a new tenant in the transaction that makes it, and tells whoever watches all of them. */
  async request(db: PlatformDb, tenantId: string, cycle = 1): Promise<void> {
    await this.jobs.enqueue(db, prepareTenant, { tenantId, cycle }, preparationKey(tenantId, cycle))
    await db.execute('select pg_notify(?, ?)', publish(tenantPreparationChanged, { tenantId }).values)
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

  /** The statuses of many tenants in one statement, in the order of the ids; for `RequestContext.load`. */
  readonly statusesOf = async (tenantIds: readonly string[]): Promise<Status[]> => {
    const found = new Map((await this.read(tenantIds)).map(status => [status.tenantId, status]))
    return tenantIds.map((id) => {
      const status = found.get(id)
      if (!status)
        throw new NotFound('Tenant')
      return status
    })
  }

  /** The current status, then every change, then the end. */
  async watch(principal: Principal, tenantId: string): Promise<Repeater<Status>> {
    await this.status(principal, tenantId)
    return this.feed.watch(tenantId)
  }

  /** Starts a new cycle for a tenant that FAILED; CONFLICT in every other state. */
  async retry(principal: Principal, tenantId: string, trail: Trail): Promise<Status> {
    mayWatch(principal, tenantId)
    const begun = await this.platform.transaction(db => this.#begin(db, 'id = ?', tenantId, 1, trail))
    // Read after the transaction: who holds one connection and asks for another waits for those who do the same.
    const status = await this.statusOf(tenantId)
    if (begun.length === 0)
      throw new Conflict('Only a preparation that failed can be retried.', { code: 'CONFLICT', facts: { status: status.status } })
    return status
  }

  /** Starts a new cycle for every open tenant that FAILED with this code, a hundred at a time. */
  async retryAll(code: string, trail: Trail): Promise<{ count: number, tenantIds: string[] }> {
    const tenantIds: string[] = []
    for (let begun: string[] = []; ; tenantIds.push(...begun)) {
      begun = await this.platform.transaction(db => this.#begin(db, 'preparation_error_code = ?', code, 100, trail))
      if (begun.length === 0)
        return { count: tenantIds.length, tenantIds }
    }
  }

  /** Makes a test school anew, in the transaction of `db`: READY → PENDING, and its worker begins by dropping what is there. False where it is not READY. */
  async beginAnew(db: PlatformDb, tenantId: string): Promise<boolean> {
    const [begun] = await db.execute<{ cycle: number }[]>(`
      update platform.tenant set ${nextCycle} where id = ? and test and preparation_status = 'READY' and lifecycle = 'ACTIVE' returning preparation_cycle as cycle`, [tenantId])
    if (begun)
      await this.request(db, tenantId, begun.cycle)
    return begun !== undefined
  }

  /** FAILED with CANCELLED for a tenant on its way; the worker that is at it gives up and rolls back. CONFLICT in every other state. */
  async cancel(tenantId: string, trail: Trail): Promise<Status> {
    const cancelled = isUuid(tenantId) && await this.platform.transaction(async (db) => {
      const rows = await db.execute(`
        update platform.tenant set preparation_status = 'FAILED', preparation_error_code = 'CANCELLED', preparation_step = null, preparation_completed_steps = 0,
          preparation_completed_at = clock_timestamp(), preparation_sequence = preparation_sequence + 1
        where id = ? and preparation_status in ('PENDING', 'PREPARING') returning id`, [tenantId])
      if (rows.length === 0)
        return false
      await db.execute('select pg_notify(?, ?), pg_notify(?, ?)', [...publish(tenantPreparationChanged, { tenantId }).values, ...publish(tenantChanged, { tenantId }).values])
      await record(db, tenantId, { action: 'tenant.preparationCancelled', subject: { type: 'tenant', id: tenantId } }, trail)
      return true
    })
    const status = await this.statusOf(tenantId)
    if (!cancelled)
      throw new Conflict('Only a preparation that is under way can be cancelled.', { code: 'CONFLICT', facts: { status: status.status } })
    return status
  }

  /** New cycles, with their jobs, for up to `limit` tenants that FAILED and that `which` names. Answers their ids. */
  async #begin(db: PlatformDb, which: 'id = ?' | 'preparation_error_code = ?', value: string, limit: number, trail: Trail): Promise<string[]> {
    const rows = await db.execute<{ id: string, preparation_cycle: number }[]>(`
      update platform.tenant set ${nextCycle}
      where id in (select id from platform.tenant where ${which} and preparation_status = 'FAILED' and lifecycle = 'ACTIVE' order by created_at, id limit ? for update skip locked)
      returning id, preparation_cycle`, [value, limit])
    for (const { id, preparation_cycle: cycle } of rows) {
      await this.request(db, id, cycle)
      await record(db, id, { action: 'tenant.preparationRetried', subject: { type: 'tenant', id } }, trail)
    }
    return rows.map(({ id }) => id)
  }
}

/** The id is a visitor's only credential; who is signed in, or shows a key, watches their own tenant. */
export function mayWatch(principal: Principal, tenantId: string): void {
  if ('tenantId' in principal && principal.tenantId !== tenantId)
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
