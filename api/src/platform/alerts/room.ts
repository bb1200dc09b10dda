import type { Platform } from '../../database/platform-db.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { AlertsResolver } from './alerts.resolver.ts'
import { AlertsService } from './alerts.service.ts'
import { readFigures } from './figures.ts'
import { measureFleet } from './fleet-metrics.ts'
import { alertWebhook } from './webhook.job.ts'

export { startAlertWatch } from './watch.ts'
export { startWebhookWorker } from './webhook.worker.ts'

export const alertJobs = [alertWebhook]

/** Conditions that somebody should look at: found by a worker, shown to superadmins, told to a webhook. */
export function alertsRoom({ platform, supportedVersion }: { platform: Platform, supportedVersion: number }) {
  return {
    resolvers: [new AlertsResolver(new AlertsService(platform))],
    /** Shows the figures that alerts are made of to who reads the metrics. */
    measure: (metrics: Metrics) => measureFleet(metrics, () => readFigures(platform.query, supportedVersion)),
  }
}
