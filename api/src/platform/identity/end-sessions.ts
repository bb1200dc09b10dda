import type { PlatformDb } from '../../database/platform-db.ts'
import type { Placed } from './account-trail.ts'
import type { Session } from './session.entity.ts'
import { tellAccessChanged } from './live-sessions.ts'

/**
 * Ends sessions of an account in the transaction of `db`: all, one, all but one, or those in one school. Their tokens are void, their sockets
 * closed at commit. Answers what is to be recorded: nothing where none was open.
 */
export async function endSessions(db: PlatformDb, accountId: string, which: { only?: string, except?: string, tenantId?: string }, reason: NonNullable<Session['revokedReason']>): Promise<Placed[]> {
  const ended = await db.execute<{ id: string, tenant_id: string | null }[]>(`
    update platform.session set revoked_at = now(), revoked_reason = ?
    where account_id = ? and revoked_at is null and expires_at > now() and (?::uuid is null or id = ?) and (?::uuid is null or id <> ?) and (?::uuid is null or tenant_id = ?)
    returning id, tenant_id`, [reason, accountId, which.only ?? null, which.only ?? null, which.except ?? null, which.except ?? null, which.tenantId ?? null, which.tenantId ?? null])
  if (ended.length > 0)
    await tellAccessChanged(db, accountId)
  return [...Map.groupBy(ended, row => row.tenant_id)].map(([tenantId, [first, ...others]]) => [tenantId, {
    action: 'session.ended',
    subject: others.length === 0 ? { type: 'session', id: first!.id } : { type: 'account', id: accountId },
    details: { reason, sessions: others.length + 1 },
  }])
}
