import type { Limits } from '../../access/limits.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { PageArguments } from '../../shared/page.ts'
import type { Seal } from '../../shared/seal.ts'
import type { Trail } from '../../shared/trail.ts'
import type { Endpoint } from './endpoints.queries.ts'
import type { Resolve } from './public-address.ts'
import { randomUUID } from 'node:crypto'
import { Conflict, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { giveUpWaiting } from './disable.ts'
import { checkUrl } from './endpoint-url.ts'
import { endpointOf, endpointsById, endpointsPage } from './endpoints.queries.ts'
import { newWebhookSecret, sealSecret } from './webhook-secret.ts'
import { changedEndpoint, mostEndpoints, newEndpoint, overlap, overlapHours } from './webhooks.input.ts'

export interface EndpointsParts {
  readonly platform: Platform
  readonly limits: Limits
  readonly seal: Seal
  readonly allowPrivate: boolean
  readonly resolve: Resolve
}

/** An endpoint with its secret, which nobody is shown again. */
export interface WithSecret { readonly endpoint: Endpoint, readonly secret: string }

export class EndpointsService {
  /** A batch for a page of deliveries. */
  readonly byId

  constructor(private readonly parts: EndpointsParts) {
    this.byId = endpointsById(parts.platform)
  }

  list(tenantId: string, list: PageArguments) {
    return endpointsPage(this.parts.platform, tenantId, list)
  }

  async get(tenantId: string, id: string): Promise<Endpoint> {
    const endpoint = isUuid(id) ? await endpointOf(this.parts.platform, tenantId, id) : undefined
    if (!endpoint)
      throw new NotFound('The webhook endpoint')
    return endpoint
  }

  async create(tenantId: string, input: unknown, trail: Trail): Promise<WithSecret> {
    const { url: text, description, eventTypes } = parseInput(newEndpoint, input)
    const url = await this.#checked(tenantId, text)
    const id = randomUUID()
    const secret = await this.parts.platform.transaction(async (db) => {
      // One at a time for each school: two at once would both find room for one more.
      await db.execute('select pg_advisory_xact_lock(hashtextextended(\'webhook endpoints \' || ?, 0))', [tenantId])
      const [{ count }] = await db.execute<[{ count: number }]>('select count(*)::int as count from platform.webhook_endpoint where tenant_id = ? and deleted_at is null', [tenantId])
      if (count >= mostEndpoints)
        throw new Conflict(`A school can have ${mostEndpoints} webhook endpoints.`, { code: 'WEBHOOK_LIMIT' })
      await db.execute('insert into platform.webhook_endpoint (id, tenant_id, url, description, event_types, created_by) values (?, ?, ?, ?, ?::text[], ?)', [id, tenantId, url, description, arrayOf(eventTypes), trail.actor.id ?? null])
      const made = await this.#addSecret(db, id)
      await this.#record(db, tenantId, 'created', id, { host: new URL(url).host, eventTypes: eventTypes ?? 'all' }, trail)
      return made
    })
    return { endpoint: await this.get(tenantId, id), secret }
  }

  /** Changes what is given. Switched off by hand, what waits for it is given up; switched on, it begins anew. */
  async update(tenantId: string, id: string, input: unknown, trail: Trail): Promise<Endpoint> {
    const { url: text, description, eventTypes, enabled } = parseInput(changedEndpoint, input)
    const before = await this.get(tenantId, id)
    const url = typeof text === 'string' && text.trim() !== before.url ? await this.#checked(tenantId, text) : before.url
    await this.parts.platform.transaction(async (db) => {
      const turned = typeof enabled === 'boolean' && enabled !== before.enabled
      const changed = await db.execute<unknown[]>(`
        update platform.webhook_endpoint set url = ?, description = ?, event_types = ?::text[] where id = ? and tenant_id = ? and deleted_at is null returning id`, [url, description === undefined ? before.description : description, arrayOf(eventTypes === undefined ? before.eventTypes : eventTypes), id, tenantId])
      if (changed.length === 0)
        throw new NotFound('The webhook endpoint')
      // Another address is another receiver: what the last one did is not held against it.
      if (url !== before.url || (turned && enabled))
        await db.execute('update platform.webhook_endpoint set failing_since = null, held_until = null, silences = 0 where id = ?', [id])
      if (turned)
        await turn(db, id, enabled)
      const fields = [url !== before.url && 'url', description !== undefined && description !== before.description && 'description', eventTypes !== undefined && 'eventTypes'].filter(Boolean)
      if (fields.length > 0)
        await this.#record(db, tenantId, 'updated', id, { fields, ...(url !== before.url && { host: new URL(url).host }) }, trail)
      if (turned)
        await this.#record(db, tenantId, enabled ? 'enabled' : 'disabled', id, enabled ? {} : { reason: 'BY_HAND' }, trail)
    })
    return this.get(tenantId, id)
  }

  /** A new secret. Those before go on signing beside it until the overlap is over, so that the receiver can change when it likes. */
  async rotate(tenantId: string, id: string, hours: number | null | undefined, trail: Trail): Promise<WithSecret> {
    const { overlapHours: overlapping } = parseInput(overlap, { overlapHours: hours ?? overlapHours.usual })
    const { id: endpointId } = await this.get(tenantId, id)
    const secret = await this.parts.platform.transaction(async (db) => {
      await db.execute('select 1 from platform.webhook_endpoint where id = ? for update', [endpointId])
      await db.execute('update platform.webhook_secret set expires_at = least(expires_at, now() + make_interval(hours => ?::int)) where endpoint_id = ?', [overlapping, endpointId])
      const made = await this.#addSecret(db, endpointId)
      await this.#record(db, tenantId, 'secretRotated', endpointId, { overlapHours: overlapping }, trail)
      return made
    })
    return { endpoint: await this.get(tenantId, endpointId), secret }
  }

  /** It is told nothing any more, and its secrets are gone. What was sent to it goes with the nightly tidy. */
  async delete(tenantId: string, id: string, trail: Trail): Promise<void> {
    const { id: endpointId, enabled, url } = await this.get(tenantId, id)
    await this.parts.platform.transaction(async (db) => {
      if (enabled)
        await turn(db, endpointId, false)
      await db.execute('update platform.webhook_endpoint set deleted_at = now() where id = ?', [endpointId])
      await db.execute('delete from platform.webhook_secret where endpoint_id = ?', [endpointId])
      await this.#record(db, tenantId, 'deleted', endpointId, { host: new URL(url).host }, trail)
    })
  }

  async #checked(tenantId: string, url: string): Promise<string> {
    // Nothing of a test school is sent: its address may be anywhere, and no name server is asked about it.
    const [tenant] = await this.parts.platform.query<{ test: boolean }>('select test from platform.tenant where id = $1', [tenantId])
    if (tenant?.test)
      return checkUrl(url, { ...this.parts, allowPrivate: true })
    // Each asks a name server.
    await this.parts.limits.count('webhookUrl', tenantId)
    return checkUrl(url, this.parts)
  }

  async #addSecret(db: PlatformDb, endpointId: string): Promise<string> {
    const id = randomUUID()
    const secret = newWebhookSecret()
    await db.execute('insert into platform.webhook_secret (id, endpoint_id, sealed) values (?, ?, ?)', [id, endpointId, sealSecret(this.parts.seal, id, secret)])
    return secret
  }

  #record(db: PlatformDb, tenantId: string, done: string, id: string, details: Record<string, unknown>, trail: Trail): Promise<void> {
    return record(db, tenantId, { action: `webhookEndpoint.${done}`, subject: { type: 'webhookEndpoint', id }, details }, trail)
  }
}

async function turn(db: PlatformDb, id: string, on: boolean): Promise<void> {
  await db.execute(`
    update platform.webhook_endpoint set enabled = ?, disabled_reason = ?, disabled_at = case when ?::boolean then null else now() end
    where id = ?`, [on, on ? null : 'BY_HAND', on, id])
  if (!on)
    await db.execute(giveUpWaiting.replace('$1', '?'), [id])
}

/** As PostgreSQL reads a list: the words are ours, and hold nothing that needs quoting. */
function arrayOf(types: readonly string[] | null): string | null {
  return types && `{${types.join(',')}}`
}
