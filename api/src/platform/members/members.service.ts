import type { MemberRole } from '../../access/principal.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { Trail } from '../../shared/trail.ts'
import type { MemberRow } from './members.queries.ts'
import { Conflict, Forbidden, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { record } from '../audit/room.ts'
import { endSessions, Membership, tellAccessChanged } from '../identity/room.ts'
import { membersOf } from './members.queries.ts'

export class MembersService {
  constructor(private readonly platform: Platform) {}

  /** Who belongs to the tenant, by name. */
  list(tenantId: string): Promise<MemberRow[]> {
    return membersOf(this.platform, tenantId)
  }

  /** Gives a member another role, from their next request on. */
  async changeRole(tenantId: string, id: string, role: MemberRole, trail: Trail): Promise<MemberRow> {
    await this.platform.transaction(async (db) => {
      const membership = await this.#take(db, tenantId, id, trail, role)
      if (membership.role === role)
        return
      const from = membership.role
      membership.role = role
      await db.flush()
      await tellAccessChanged(db, membership.accountId)
      await record(db, tenantId, { action: 'membership.roleChanged', subject: { type: 'membership', id }, details: { accountId: membership.accountId, from, to: role } }, trail)
    })
    const [member] = await membersOf(this.platform, tenantId, id)
    if (!member)
      throw new NotFound('The member')
    return member
  }

  /** Ends a membership and its sessions. The account stays, and so does what the person did. */
  async remove(tenantId: string, id: string, trail: Trail): Promise<void> {
    await this.platform.transaction(async (db) => {
      const { accountId, role } = await this.#take(db, tenantId, id, trail)
      await db.nativeDelete(Membership, { id, tenantId })
      const ended = await endSessions(db, accountId, { tenantId }, 'MEMBERSHIP_ENDED')
      await tellAccessChanged(db, accountId)
      for (const [, change] of ended)
        await record(db, tenantId, change, trail)
      await record(db, tenantId, { action: 'membership.removed', subject: { type: 'membership', id }, details: { accountId, role } }, trail)
    })
  }

  /** Locks the membership for a change; LAST_ADMIN where nobody would be left to manage the school. */
  async #take(db: PlatformDb, tenantId: string, id: string, { actor }: Trail, newRole?: MemberRole): Promise<Membership> {
    if (!isUuid(id))
      throw new NotFound('The member')
    // Two admins who act on each other take turns. The tenant's row, since rows of admins come and go while one waits for them.
    await db.execute('select id from platform.tenant where id = ? for no key update', [tenantId])
    // Read after the lock: what is here now nobody else changes before us.
    const membership = await db.findOne(Membership, { id, tenantId })
    if (!membership)
      throw new NotFound('The member')
    const admins = await db.execute<{ account_id: string }[]>(`
      select m.account_id from platform.membership m join platform.account a on a.id = m.account_id
      where m.tenant_id = ? and m.role = 'ADMIN' and a.disabled_at is null`, [tenantId])
    if (membership.role === 'ADMIN' && newRole !== 'ADMIN' && !admins.some(admin => admin.account_id !== membership.accountId))
      throw new Conflict('A school needs an admin: make somebody else one first.', { code: 'LAST_ADMIN' })
    // Whoever was removed while waiting for the lock decides nothing any more.
    if (actor.kind === 'member' && !admins.some(admin => admin.account_id === actor.id))
      throw new Forbidden()
    return membership
  }
}
