import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import { jobOrder } from './job-order.job.ts'
import { JobsResolver } from './jobs.resolver.ts'
import { JobsService } from './jobs.service.ts'
import { tidy } from './tidy.job.ts'

export { startHousekeepingWorker } from './housekeeping.worker.ts'
export { tidySchools } from './tidy-schools.ts'

export const housekeepingJobs = [tidy, jobOrder]

/** The platform's own chores: background work in view, and what is no longer kept removed. */
export function housekeepingRoom({ platform, jobs }: { platform: Platform, jobs: JobSender }) {
  return { resolvers: [new JobsResolver(platform, new JobsService({ platform, jobs }))] }
}
