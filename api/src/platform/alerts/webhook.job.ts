import { z } from 'zod'
import { defineJob } from '../../jobs/define-job.ts'

/** All that is told, since the alert may be over and gone when it is told. */
const data = z.object({
  /** The message's own id: a receiver that is told twice knows it by that. */
  id: z.uuid(),
  type: z.enum(['alert.firing', 'alert.resolved']),
  at: z.iso.datetime(),
  name: z.string(),
  severity: z.enum(['critical', 'warning']),
  summary: z.string(),
  since: z.iso.datetime(),
})
export type WebhookJob = z.output<typeof data>

/** Tells the webhook that an alert began or ended. Its last try comes about three quarters of an hour after the first. */
export const alertWebhook = defineJob({
  name: 'alert-webhook',
  schema: data,
  attempts: 10,
  retryDelay: 5,
  expireInSeconds: 30,
})
