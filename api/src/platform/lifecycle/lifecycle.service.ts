import type { Platform } from '../../database/platform-db.ts'
import type { Trail } from '../../shared/trail.ts'
import type { Lifecycle, TenancyService, Tenant } from '../tenancy/room.ts'
import type { Move, MoveName } from './lifecycle.rules.ts'
import { Conflict, invalidField } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { reasonInput } from './lifecycle.input.ts'
import { moves } from './lifecycle.rules.ts'
import { makeMove } from './make-move.ts'

export class LifecycleService {
  /** `graceDays`: how long a school that is to be deleted can still be kept. */
  constructor(private readonly parts: { platform: Platform, tenancy: TenancyService, graceDays: number }) {}

  /** Makes a move that needs no word: resume, unarchive, keep. */
  async move(name: 'resume' | 'unarchive' | 'keep', tenantId: string, trail: Trail): Promise<Tenant> {
    return this.#make(name, await this.parts.tenancy.get(tenantId), null, trail)
  }

  /** Closes a school, with a reason that it will read. */
  async close(name: 'suspend' | 'archive', tenantId: string, words: { reason: string }, trail: Trail): Promise<Tenant> {
    const { reason } = parseInput(reasonInput, words)
    return this.#make(name, await this.parts.tenancy.get(tenantId), reason, trail)
  }

  /** Has a school deleted when the grace period is over. `slug` is the operator's word that it is this one. */
  async delete(tenantId: string, { slug, ...words }: { slug: string, reason: string }, trail: Trail): Promise<Tenant> {
    const { reason } = parseInput(reasonInput, words)
    const tenant = await this.parts.tenancy.get(tenantId)
    if (slug.trim() !== tenant.slug)
      throw invalidField(['slug'], 'NOT_CONFIRMED', 'This is not the short name of the school that you are about to delete.')
    return this.#make('delete', tenant, reason, trail)
  }

  async #make(name: MoveName, tenant: Tenant, reason: string | null, trail: Trail): Promise<Tenant> {
    const move: Move = moves[name]
    await this.parts.platform.transaction(async (db) => {
      if (!await makeMove(db, tenant.id, move, { reason, graceDays: this.parts.graceDays }))
        throw await this.#refusal(name, tenant.id)
      await record(db, tenant.id, { action: move.action, subject: { type: 'tenant', id: tenant.id }, details: { ...(reason !== null && { reason }) } }, trail)
    })
    return this.parts.tenancy.get(tenant.id)
  }

  async #refusal(name: MoveName, tenantId: string): Promise<Conflict> {
    const { lifecycle, preparationStatus } = await this.parts.tenancy.get(tenantId)
    const allowed: readonly Lifecycle[] = moves[name].from
    return allowed.includes(lifecycle)
      ? new Conflict('This school is being prepared: wait for the end, or cancel the preparation first.', { code: 'LIFECYCLE_CONFLICT', facts: { lifecycle, preparation: preparationStatus } })
      : new Conflict(`This school is ${lifecycle}: that cannot be done now.`, { code: 'LIFECYCLE_CONFLICT', facts: { lifecycle } })
  }
}
