import type { Platform } from '../../database/platform-db.ts'
import type { Trail } from '../../shared/trail.ts'
import type { BucketState } from './limits.queries.ts'
import { NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { adjustLimitInput } from './keys.input.ts'
import { bucketsOf } from './limits.queries.ts'

/** How full the buckets of a school are, and other limits than everybody's, for a while. */
export class LimitsService {
  constructor(private readonly platform: Platform) {}

  async state(tenantId: string, keyId: string | undefined): Promise<{ school: BucketState, key: BucketState | null }> {
    const buckets = await bucketsOf(this.platform, tenantId, keyId ? [keyId] : [])
    return { school: buckets.school, key: keyId ? buckets.key(keyId) : null }
  }

  /** Of many keys, which may be of several schools. */
  ofKeys = async (ids: readonly string[]): Promise<BucketState[]> => {
    const { key } = await bucketsOf(this.platform, null, ids)
    return ids.map(key)
  }

  /** Gives a school or one of its keys other points for a while, as the operator; what was given before is replaced. */
  async adjust(input: unknown, trail: Trail): Promise<BucketState> {
    const { tenantId, keyId, points, expiresAt, reason } = parseInput(adjustLimitInput, input)
    await this.#find(tenantId, keyId)
    await this.platform.transaction(async (db) => {
      await db.execute(`
        insert into platform.api_limit (id, tenant_id, key_id, points, reason, set_by, expires_at) values (gen_random_uuid(), ?, ?, ?, ?, ?, ?)
        on conflict on constraint api_limit_once do update
          set points = excluded.points, reason = excluded.reason, set_by = excluded.set_by, set_at = now(), expires_at = excluded.expires_at`, [tenantId, keyId, points, reason, trail.actor.id ?? null, expiresAt.toISOString()])
      await record(db, tenantId, { action: 'limit.adjusted', subject: keyId ? { type: 'apiKey', id: keyId } : { type: 'tenant', id: tenantId }, details: { points, expiresAt, reason } }, trail)
    })
    return this.#bucket(tenantId, keyId)
  }

  /** Takes such an exception back before its time. */
  async restore(tenantId: string, keyId: string | null, trail: Trail): Promise<BucketState> {
    await this.#find(tenantId, keyId)
    await this.platform.transaction(async (db) => {
      const removed = await db.execute('delete from platform.api_limit where tenant_id = ? and key_id is not distinct from ?::uuid returning id', [tenantId, keyId])
      if (removed.length === 0)
        throw new NotFound('The adjusted limit')
      await record(db, tenantId, { action: 'limit.restored', subject: keyId ? { type: 'apiKey', id: keyId } : { type: 'tenant', id: tenantId } }, trail)
    })
    return this.#bucket(tenantId, keyId)
  }

  async #bucket(tenantId: string, keyId: string | null): Promise<BucketState> {
    const { school, key } = await this.state(tenantId, keyId ?? undefined)
    return key ?? school
  }

  async #find(tenantId: string, keyId: string | null): Promise<void> {
    const [tenant] = isUuid(tenantId) ? await this.platform.query('select 1 from platform.tenant where id = $1', [tenantId]) : []
    if (!tenant)
      throw new NotFound('Tenant', { code: 'TENANT_NOT_FOUND' })
    if (keyId === null)
      return
    const [key] = isUuid(keyId) ? await this.platform.query('select 1 from platform.api_key where id = $1 and tenant_id = $2', [keyId, tenantId]) : []
    if (!key)
      throw new NotFound('The key')
  }
}
