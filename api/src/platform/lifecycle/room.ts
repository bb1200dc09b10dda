import type { Platform } from '../../database/platform-db.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { DeletionReceiptsResolver, LifecycleResolver } from './lifecycle.resolver.ts'
import { LifecycleService } from './lifecycle.service.ts'

export { letGo } from './lifecycle.rules.ts'
export { startLifecycleWorker } from './lifecycle.worker.ts'
export { makeMove } from './make-move.ts'

/** Closing a school, putting it away, and letting it go: a machine of its own beside its preparation. */
export function lifecycleRoom(parts: { platform: Platform, tenancy: TenancyService, graceDays: number }) {
  return { resolvers: [new LifecycleResolver(new LifecycleService(parts)), new DeletionReceiptsResolver(parts.platform)] }
}
