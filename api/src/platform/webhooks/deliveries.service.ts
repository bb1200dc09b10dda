import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Trail } from '../../shared/trail.ts'
import type { DeliveriesList, Delivery } from './deliveries.queries.ts'
import type { EndpointsService } from './endpoints.service.ts'
import { randomUUID } from 'node:crypto'
import { Conflict, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { attemptsByDelivery, bodiesById, deliveriesPage, deliveryById } from './deliveries.queries.ts'
import { bodyOf, webhookTest } from './event-types.ts'
import { mostReplayed, replayRange } from './webhooks.input.ts'
import { sendWebhooks } from './webhooks.job.ts'

/** What was sent, and sending it again. */
export class DeliveriesService {
  /** Batches for a page of deliveries. */
  readonly bodies
  readonly attempts

  constructor(private readonly parts: { platform: Platform, jobs: JobSender, endpoints: EndpointsService }) {
    this.bodies = bodiesById(parts.platform)
    this.attempts = attemptsByDelivery(parts.platform)
  }

  async list(tenantId: string, list: DeliveriesList) {
    const { endpointId } = list.filter ?? {}
    if (endpointId)
      await this.parts.endpoints.get(tenantId, endpointId)
    return deliveriesPage(this.parts.platform, tenantId, list)
  }

  async get(tenantId: string, id: string): Promise<Delivery> {
    const delivery = isUuid(id) ? await deliveryById(this.parts.platform, tenantId, id) : undefined
    if (!delivery)
      throw new NotFound('The webhook delivery')
    return delivery
  }

  /** An event that says nothing but that it is a test: event, delivery, job and audit record commit together. */
  async test(tenantId: string, endpointId: string, trail: Trail): Promise<Delivery> {
    const endpoint = await this.#enabled(tenantId, endpointId)
    const [eventId, id] = [randomUUID(), randomUUID()]
    const timestamp = new Date().toISOString()
    await this.parts.platform.transaction(async (db) => {
      const [{ test }] = await db.execute<[{ test: boolean }]>('select test from platform.tenant where id = ?', [tenantId])
      const body = bodyOf({ type: webhookTest.name, timestamp, tenantId, data: { id: eventId } }, test)
      await db.execute('insert into platform.webhook_event (id, tenant_id, type, at, body) values (?, ?, ?, ?, ?)', [eventId, tenantId, webhookTest.name, timestamp, body])
      await db.execute('insert into platform.webhook_delivery (id, tenant_id, endpoint_id, event_id, type, next_attempt_at) values (?, ?, ?, ?, ?, clock_timestamp())', [id, tenantId, endpoint.id, eventId, webhookTest.name])
      await this.#wake(db, tenantId, endpoint.id)
      await record(db, tenantId, { action: 'webhookEndpoint.tested', subject: { type: 'webhookEndpoint', id: endpoint.id } }, trail)
    })
    return this.get(tenantId, id)
  }

  /** Sends one delivery again, under the same id, whatever became of it. */
  async replay(tenantId: string, id: string, trail: Trail): Promise<Delivery> {
    const delivery = await this.get(tenantId, id)
    await this.#enabled(tenantId, delivery.endpointId)
    await this.parts.platform.transaction(async (db) => {
      await db.execute(`${putInAgain} where id = ?`, [delivery.id])
      await this.#wake(db, tenantId, delivery.endpointId)
      await record(db, tenantId, { action: 'webhookDelivery.replayed', subject: { type: 'webhookDelivery', id: delivery.id }, details: { endpointId: delivery.endpointId, eventType: delivery.eventType } }, trail)
    })
    return this.get(tenantId, id)
  }

  /** Sends again what failed in a time, or everything; the oldest first. Answers how many. */
  async replayRange(tenantId: string, endpointId: string, range: unknown, trail: Trail): Promise<number> {
    const { since, until, all } = parseInput(replayRange, range)
    const endpoint = await this.#enabled(tenantId, endpointId)
    return this.parts.platform.transaction(async (db) => {
      const again = await db.execute<unknown[]>(`
        ${putInAgain} where id in (
          select id from platform.webhook_delivery
          where endpoint_id = ? and created_at >= ? and created_at < coalesce(?, 'infinity'::timestamptz) and state = any(?::text[])
          order by created_at, id limit ${mostReplayed} for update skip locked
        ) returning id`, [endpoint.id, since.toISOString(), until?.toISOString() ?? null, all ? '{FAILED,DELIVERED,HELD}' : '{FAILED}'])
      await this.#wake(db, tenantId, endpoint.id)
      await record(db, tenantId, { action: 'webhookEndpoint.replayed', subject: { type: 'webhookEndpoint', id: endpoint.id }, details: { deliveries: again.length, since: since.toISOString(), ...(until && { until: until.toISOString() }), all: all ?? false } }, trail)
      return again.length
    })
  }

  async #enabled(tenantId: string, endpointId: string) {
    const endpoint = await this.parts.endpoints.get(tenantId, endpointId)
    if (!endpoint.enabled)
      throw new Conflict('This webhook is switched off: switch it on first.', { code: 'WEBHOOK_DISABLED' })
    return endpoint
  }

  /** Somebody waits for it: whoever was left alone for a while is asked at once. */
  async #wake(db: PlatformDb, tenantId: string, endpointId: string): Promise<void> {
    await db.execute('update platform.webhook_endpoint set held_until = null where id = ?', [endpointId])
    // A job that waits already may run before this commits: this one runs after.
    await this.parts.jobs.enqueue(db, sendWebhooks, { tenantId, endpointId }, `${endpointId} ${randomUUID()}`)
  }
}

/** Its tries are counted from the first again; what was tried stays on its log. */
const putInAgain = `update platform.webhook_delivery set state = 'WAITING', tries = 0, next_attempt_at = clock_timestamp(), completed_at = null, error = null`
