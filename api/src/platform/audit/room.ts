import type { Platform } from '../../database/platform-db.ts'
import type { Change, Trail } from '../../shared/trail.ts'
import { AuditResolver } from './audit.resolver.ts'
import { record } from './record.ts'

export { appendStatement, lockChain, platformChain } from './chain.ts'
export type { CarriedRow } from './courier.ts'
export { carryRest, startCourier } from './courier.ts'
export { record } from './record.ts'
export { verifyAudit } from './verify.ts'

/** The append-only record of who did what. */
export function auditRoom({ platform }: { platform: Platform }) {
  return {
    /** Puts a superadmin's access on record, in a transaction of its own; resolves when that has committed. */
    recordAccess: (tenantId: string, access: Change, trail: Trail): Promise<void> => platform.transaction(db => record(db, tenantId, access, trail)),
    resolvers: [new AuditResolver(platform)],
  }
}
