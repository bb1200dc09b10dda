import { z } from 'zod'
import { defineJob } from '../../jobs/define-job.ts'

const data = z.object({ tenantId: z.uuid(), endpointId: z.uuid() })
export type Wake = z.output<typeof data>

// A job is only a call to look at an endpoint: what there is to send, and when, stands in the platform's tables.
const wake = { schema: data, attempts: 6, retryDelay: 2, expireInSeconds: 60, policy: 'short' } as const

/** Sends an endpoint what is due. */
export const sendWebhooks = defineJob({ name: 'send-webhooks', ...wake })

/** The same for endpoints that answer slowly or not at all: they wait for each other, and nobody else for them. */
export const sendSlowWebhooks = defineJob({ name: 'send-slow-webhooks', ...wake })

export const wakeOf = (slow: boolean) => slow ? sendSlowWebhooks : sendWebhooks
