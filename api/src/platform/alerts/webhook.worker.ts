import type { JobWorker } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { WebhookJob } from './webhook.job.ts'
import { signedHeaders } from '../../shared/standard-webhooks.ts'
import { alertWebhook } from './webhook.job.ts'

/** Who is told, and the Standard Webhooks secret that signs it. */
export interface WebhookSettings { readonly url: string, readonly secret: string }

/** How long a receiver may take to answer. */
const patienceMs = 5_000

/** Starts telling the webhook. Where there is none any more, what was to be told is dropped. */
export async function startWebhookWorker(parts: { jobs: JobWorker, webhook: WebhookSettings | undefined, metrics: Metrics, log: Log }): Promise<void> {
  const { jobs, webhook, metrics, log } = parts
  await jobs.handle(alertWebhook, 1, async (job, _, signal) => {
    if (!webhook)
      return
    const refusal = await tell(webhook, job, signal)
    metrics.webhookDeliveries.inc({ outcome: refusal === undefined ? 'delivered' : 'failed' })
    if (refusal === undefined)
      return
    log.warn({ alert: job.name, type: job.type, refusal }, 'the webhook could not be told about an alert; it is tried again for about three quarters of an hour')
    throw new Error(`The webhook could not be told: ${refusal}`)
  })
}

/** Sends one message; answers why it was not taken, in words of ours: an address may hold a secret. */
async function tell({ url, secret }: WebhookSettings, job: WebhookJob, signal: AbortSignal): Promise<string | undefined> {
  const { id, type, at, name, severity, summary, since } = job
  const body = JSON.stringify({ type, timestamp: at, data: { name, severity, summary, since } })
  try {
    const response = await fetch(url, {
      method: 'POST',
      // Where it is told is configuration, never what an answer says.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      headers: signedHeaders([secret], { id, body, at: new Date() }),
      body,
    })
    await response.body?.cancel()
    return response.ok ? undefined : `status ${response.status}`
  }
  catch (error) {
    const { name: kind, cause } = error as Error & { cause?: { code?: string } }
    return kind === 'TimeoutError' ? `no answer within ${patienceMs / 1_000} s` : cause?.code ?? kind
  }
}
