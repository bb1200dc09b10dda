import type { Limits } from '../../access/limits.ts'
import type { Config } from '../../config.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import { DeliveriesResolver, DeliveryConnectionResolver } from './deliveries.resolver.ts'
import { DeliveriesService } from './deliveries.service.ts'
import { EndpointsResolver } from './endpoints.resolver.ts'
import { EndpointsService } from './endpoints.service.ts'
import { resolveByDns } from './public-address.ts'
import { openSecretSeal } from './webhook-secret.ts'
import { sendSlowWebhooks, sendWebhooks } from './webhooks.job.ts'

export { webhooksPage } from './catalogue-page.ts'
export { enterReady, enterTold } from './enter-events.ts'
export { choosable } from './event-types.ts'
export { eventTypeOf, notSent } from './told-events.ts'
export { webhooksLetters } from './webhooks.letters.ts'
export { startWebhooksWorker, webhookConcurrency } from './webhooks.worker.ts'

export const webhookJobs = [sendWebhooks, sendSlowWebhooks]

/** Telling a school's own programs what changes in it. */
export function webhooksRoom({ platform, jobs, limits, secretKey, settings }: { platform: Platform, jobs: JobSender, limits: Limits, secretKey: string, settings: Config['webhooks'] }) {
  const endpoints = new EndpointsService({ platform, limits, seal: openSecretSeal(secretKey), allowPrivate: settings.allowPrivate, resolve: resolveByDns() })
  const deliveries = new DeliveriesService({ platform, jobs, endpoints })
  return { resolvers: [new EndpointsResolver(endpoints), new DeliveriesResolver(deliveries, endpoints, limits), new DeliveryConnectionResolver()] }
}
