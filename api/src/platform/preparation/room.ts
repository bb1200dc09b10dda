import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Bus } from '../../events/bus.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { SeedStep } from '../../shared/seed.ts'
import { preparationFailed, prepareTenant } from './preparation.job.ts'
import { PreparationResolver, preparationSubscription } from './preparation.resolver.ts'
import { PreparationService } from './preparation.service.ts'
import { StatusFeed } from './status-feed.ts'
import { statusReader } from './status.ts'

export { safeMessage } from './failure.ts'
export { prepareTenant } from './preparation.job.ts'
export type { PreparationService } from './preparation.service.ts'
export { startPreparationWorker } from './preparation.worker.ts'
export { schoolScript, schoolVersion, servesFrom } from './school-script.ts'
export { preparationSteps } from './steps.ts'

export const preparationJobs = [prepareTenant, preparationFailed]

/** Steps that come before the seeds: role, schema, tables. What is restored is loaded and brought up to date instead. */
const stepsBeforeSeeds = 3
const stepsOfRestoration = stepsBeforeSeeds + 2

/** Making a tenant's school, and telling everybody how far it is. */
export function preparationRoom(parts: { platform: Platform, bus: Bus, jobs: JobSender, seeds: readonly SeedStep[], sampleSeeds: readonly SeedStep[], limits: Limits, log: Log }) {
  const read = statusReader(parts.platform, { totalSteps: stepsBeforeSeeds + parts.seeds.length, restoredSteps: stepsOfRestoration, sampleSteps: parts.sampleSeeds.length, maxAttempts: prepareTenant.attempts })
  const feed = new StatusFeed(parts.bus, read, parts.log)
  const preparation = new PreparationService(parts.platform, parts.jobs, read, feed)
  return {
    preparation,
    resolvers: [new PreparationResolver(preparation, parts.limits), preparationSubscription(preparation, parts.limits)],
    watchers: () => feed.watchers,
    stop: () => feed.close(),
  }
}
