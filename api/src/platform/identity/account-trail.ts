import type { PlatformDb } from '../../database/platform-db.ts'
import type { Change, Trail } from '../../shared/trail.ts'
import type { Account } from './account.entity.ts'
import { record } from '../audit/room.ts'

/** A change and the tenant whose record it belongs to; null is the platform's own. */
export type Placed = readonly [tenantId: string | null, change: Change]

/** A change of an account concerns every school it belongs to; the platform, where that is none. */
export async function concerning(db: PlatformDb, accountId: string, change: Omit<Change, 'subject'>): Promise<Placed[]> {
  const memberships = await db.execute<{ tenant_id: string }[]>('select tenant_id from platform.membership where account_id = ?', [accountId])
  const tenants = memberships.length > 0 ? memberships.map(row => row.tenant_id) : [null]
  return tenants.map(tenantId => [tenantId, { ...change, subject: { type: 'account', id: accountId } }])
}

/** Writes changes down, as the last thing in a transaction. Always in one order: two who need the same records cannot wait for each other. */
export async function recordAll(db: PlatformDb, changes: readonly Placed[], trail: Trail): Promise<void> {
  for (const [tenantId, change] of changes.toSorted(([a], [b]) => (a ?? '') < (b ?? '') ? -1 : 1))
    await record(db, tenantId, change, trail)
}

/** The person themselves, where a password or a link has shown who it is. */
export function trailOfAccount({ id, superadmin }: Pick<Account, 'id' | 'superadmin'>, requestId: string | undefined): Trail {
  return { actor: { kind: superadmin ? 'superadmin' : 'member', id }, ...(requestId && { requestId }) }
}
