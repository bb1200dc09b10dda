import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { InvitationsService } from '../members/room.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { exportFailed, exportSchool } from './exports.job.ts'
import { ExportsResolver } from './exports.resolver.ts'
import { ExportsService } from './exports.service.ts'
import { RestoreService } from './restore.service.ts'

export { startExportsWorker } from './exports.worker.ts'
export { openStored, versionOf } from './stored-export.ts'

export const exportJobs = [exportSchool, exportFailed]

/** What schools take away with them, and what new ones are restored from. */
export function exportsRoom(parts: { platform: Platform, tenancy: TenancyService, preparation: PreparationService, invitations: InvitationsService, jobs: JobSender, newestVersion: number }) {
  const exports = new ExportsService(parts)
  return { exports, resolvers: [new ExportsResolver({ platform: parts.platform, exports, restore: new RestoreService({ ...parts, exports }) })] }
}
