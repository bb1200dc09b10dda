import type { Db } from 'pg-boss'
import type { Config } from '../../config.ts'
import type { Bus } from '../../events/bus.ts'
import type { JobWorker } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { Resolve } from './public-address.ts'
import type { WaveParts } from './turn.ts'
import type { Wake } from './webhooks.job.ts'
import { openOwnerPool } from '../../database/owner-pool.ts'
import { tenantChanged } from '../../events/topics.ts'
import { disableEndpoint } from './disable.ts'
import { openPost } from './post.ts'
import { resolveByDns, resolveLocally } from './public-address.ts'
import { sendWave } from './wave.ts'
import { openSecretSeal } from './webhook-secret.ts'
import { sendSlowWebhooks, sendWebhooks, wakeOf } from './webhooks.job.ts'

/** Endpoints that are sent to at a time, in each of the two queues. */
export const webhookConcurrency = { quick: 4, slow: 3 } as const
/** After this an endpoint with more to come goes to the end of the queue. */
const turnMs = 2_000
/** How often what is due is looked for without being told: jobs that an operator took back, schools that are open again. */
const lookEveryMs = 30_000

export interface WebhooksWorker { stop: () => Promise<void> }

export interface WebhooksWorkerParts {
  readonly ownerUrl: string
  readonly jobs: JobWorker
  readonly bus: Bus
  readonly secretKey: string
  readonly settings: Config['webhooks']
  /** As the settings say, unless a test brings its own. */
  readonly resolve?: Resolve
  readonly metrics: Metrics
  readonly log: Log
}

/** Starts sending webhooks. `jobs` is stopped first by whoever opened it; `stop` then closes the rest. */
export async function startWebhooksWorker(parts: WebhooksWorkerParts): Promise<WebhooksWorker> {
  const { jobs, bus, settings, metrics, log } = parts
  if (settings.allowPrivate)
    log.warn('WEBHOOK_ALLOW_PRIVATE is on: webhooks may reach this machine and its network, unencrypted. Never where schools choose the addresses.')
  // Results are committed at once, whatever becomes of the job that held the endpoint.
  const { ask, close } = openOwnerPool({ ownerUrl: parts.ownerUrl, name: 'homeroom webhooks', max: 4, lost: error => log.warn({ err: error }, 'the webhooks worker lost a connection') })
  const post = openPost({ timeoutMs: settings.timeoutSeconds * 1_000, allowPrivate: settings.allowPrivate, resolve: parts.resolve ?? (settings.allowPrivate ? resolveLocally : resolveByDns()) })
  const wave: WaveParts = { ask, post, seal: openSecretSeal(parts.secretKey), plan: settings, counted: outcome => metrics.webhooks.inc({ outcome }) }
  for (const [job, places] of [[sendWebhooks, webhookConcurrency.quick], [sendSlowWebhooks, webhookConcurrency.slow]] as const)
    await jobs.handle(job, places, (wake, tx, signal) => attend(parts, wave, wake, tx, signal))

  const look = () => callAll(ask, jobs).catch((error: unknown) => log.warn({ err: error }, 'webhooks that are due could not be looked for'))
  void look()
  const timer = setInterval(() => void look(), lookEveryMs)
  // A school that is open again is told what waited.
  const stopListening = bus.listen(tenantChanged, ({ tenantId }) => void callAll(ask, jobs, tenantId).catch((error: unknown) => log.warn({ err: error, tenantId }, 'webhooks of a school could not be looked for')))
  return {
    async stop() {
      clearInterval(timer)
      stopListening()
      await post.close()
      await close()
    },
  }
}

/** One turn of one endpoint. */
async function attend({ jobs, settings }: WebhooksWorkerParts, wave: WaveParts, wake: Wake, tx: Db, signal: AbortSignal): Promise<void> {
  const { endpointId } = wake
  // One at a time for each endpoint, until this transaction ends.
  const { rows: [lock] } = await tx.executeSql('select pg_try_advisory_xact_lock(hashtextextended(\'webhook \' || $1, 0)) as taken', [endpointId])
  if (!(lock as { taken: boolean }).taken) {
    // Whoever has it may have looked already: somebody looks once more.
    await jobs.send(sendWebhooks, wake, `${endpointId} again`, tx, new Date(Date.now() + 500))
    return
  }
  const until = performance.now() + turnMs
  for (let goOn = true; goOn && performance.now() < until && !signal.aborted;) {
    const end = await sendWave(wave, endpointId, signal)
    goOn = end?.goOn ?? false
    const failedTooLong = end?.failingSince && end.failingSince.getTime() < Date.now() - settings.disableAfterDays * 86_400_000
    if (end?.gone || failedTooLong)
      return disableEndpoint(jobs, tx, wake, end.gone ? 'GONE' : 'FAILING')
  }
  const [next] = await wave.ask<Waiting>(`${waiting} and e.id = $1`, [endpointId])
  if (next)
    await call(jobs, next, tx)
}

interface Waiting extends Wake { readonly slow: boolean, readonly at: Date, readonly now: boolean }

/** Endpoints that may be sent to, each with when there is something to send. Of a school that is closed there is none. */
const waiting = `
  select e.id as "endpointId", e.tenant_id as "tenantId", e.slow, due.at, due.at <= clock_timestamp() as now
  from platform.webhook_endpoint e join platform.tenant t on t.id = e.tenant_id
  cross join lateral (
    select greatest(next_attempt_at, e.held_until) as at from platform.webhook_delivery where endpoint_id = e.id and state = 'WAITING' order by next_attempt_at limit 1
  ) due
  where e.enabled and t.lifecycle = 'ACTIVE'`

/** A job for then; where one waits already, it is enough. */
async function call(jobs: JobWorker, { tenantId, endpointId, slow, at, now }: Waiting, db?: Db): Promise<void> {
  await jobs.send(wakeOf(slow), { tenantId, endpointId }, now ? endpointId : `${endpointId} ${Math.ceil(at.getTime() / 1_000)}`, db, now ? undefined : at)
}

/** A job for each endpoint that has something due; of one school, also for what is due later. */
async function callAll(ask: WaveParts['ask'], jobs: JobWorker, tenantId?: string): Promise<void> {
  for (const each of await ask<Waiting>(`${waiting} and ${tenantId === undefined ? 'due.at <= clock_timestamp() and $1::uuid is null' : 'e.tenant_id = $1'}`, [tenantId ?? null]))
    await call(jobs, each)
}
