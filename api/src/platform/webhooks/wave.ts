import type { Ask } from '../../database/owner-pool.ts'
import type { Seal } from '../../shared/seal.ts'
import type { Outcome } from './post.ts'
import type { Due, Turn, WaveEnd, WaveParts } from './turn.ts'
import { signedHeaders } from '../../shared/standard-webhooks.ts'
import { holdWave } from './hold.ts'
import { askedFor, delivered, gone, judge, silenceSeconds } from './retries.ts'
import { openSecret } from './webhook-secret.ts'

/** Deliveries on their way to one endpoint at a time. */
export const atOnce = 8
/** A wave that takes longer is of an endpoint that would hold up others. */
const slowMs = 2_000

/**
 * Sends some of what is due to one endpoint, and keeps how it went; undefined where nothing is due, or may be sent. Whoever
 * is stopped in between has sent what nobody knows of: it is sent again.
 */
export async function sendWave(parts: WaveParts, endpointId: string, signal: AbortSignal): Promise<WaveEnd | undefined> {
  const turn = await turnOf(parts.ask, endpointId)
  if (!turn || turn.due.length === 0)
    return undefined
  const secrets = opened(parts.seal, turn)
  if (turn.test)
    return holdWave(parts, endpointId, turn, secrets)
  const startedAt = performance.now()
  const tried = await Promise.all(turn.due.map(async (delivery) => {
    const at = new Date()
    const outcome = await parts.post.send(turn.url, signedHeaders(secrets, { id: delivery.event, body: delivery.body, at }), delivery.body, signal)
    return { delivery, at, outcome }
  }))
  return keep(parts, endpointId, turn, tried, performance.now() - startedAt)
}

async function turnOf(ask: Ask, endpointId: string): Promise<Turn | undefined> {
  const [turn] = await ask<Turn>(`
    select e.url, t.test, e.silences,
      (select json_agg(json_build_object('id', s.id, 'sealed', encode(s.sealed, 'hex')) order by s.created_at desc)
        from platform.webhook_secret s where s.endpoint_id = e.id and (s.expires_at is null or s.expires_at > now())) as secrets,
      (select coalesce(json_agg(json_build_object('id', d.id, 'event', d.event_id, 'body', v.body, 'tries', d.tries)), '[]') from (
        select id, event_id, tries from platform.webhook_delivery
        where endpoint_id = e.id and state = 'WAITING' and next_attempt_at <= clock_timestamp() order by next_attempt_at limit ${atOnce}
      ) d join platform.webhook_event v on v.id = d.event_id) as due
    from platform.webhook_endpoint e join platform.tenant t on t.id = e.tenant_id
    where e.id = $1 and e.enabled and t.lifecycle = 'ACTIVE' and (e.held_until is null or e.held_until <= clock_timestamp())`, [endpointId])
  return turn
}

function opened(seal: Seal, { secrets }: Turn): string[] {
  try {
    return secrets.map(({ id, sealed }) => openSecret(seal, id, Buffer.from(sealed, 'hex')))
  }
  catch {
    throw new Error('The secret of an endpoint cannot be opened: this worker has another SECRET_KEY than the API that sealed it.')
  }
}

interface Tried { readonly delivery: Due, readonly at: Date, readonly outcome: Outcome }

async function keep({ ask, plan, counted }: WaveParts, endpointId: string, turn: Turn, tried: readonly Tried[], took: number): Promise<WaveEnd> {
  const judged = tried.map(each => ({ ...each, verdict: judge(plan, each.outcome, each.delivery.tries + 1) }))
  for (const { verdict } of judged)
    counted(({ DELIVERED: 'delivered', WAITING: 'failed', FAILED: 'given_up' } as const)[verdict.state])
  const through = tried.some(({ outcome }) => delivered(outcome))
  const silent = tried.every(({ outcome }) => outcome.status === null)
  const silences = silent ? turn.silences + 1 : 0
  const hold = Math.max(silent ? silenceSeconds(plan, silences) : 0, ...tried.map(({ outcome }) => askedFor(outcome)))
  const outcomes = judged.map(({ delivery, at, outcome, verdict }) => ({ id: delivery.id, at, ms: outcome.durationMs, status: outcome.status, error: outcome.error, answer: outcome.answer, state: verdict.state, wait: verdict.wait }))
  const [endpoint] = await ask<{ failing_since: string | null }>(`
    with outcome as (
      select * from jsonb_to_recordset($2::jsonb) as o (id uuid, at timestamptz, ms int, status int, error text, answer text, state text, wait float8)
    ), delivery as (
      -- What was taken back or put in again meanwhile stays as it was decided.
      update platform.webhook_delivery d set attempts = attempts + 1, tries = tries + 1, status = o.status, error = o.error,
        state = case when d.state = 'WAITING' then o.state else d.state end,
        next_attempt_at = case when d.state = 'WAITING' then clock_timestamp() + make_interval(secs => o.wait) end,
        completed_at = case when d.state <> 'WAITING' then completed_at when o.state <> 'WAITING' then clock_timestamp() end
      from outcome o where d.id = o.id returning d.id, d.attempts, o.at, o.ms, o.status, o.error, o.answer
    ), attempt as (
      insert into platform.webhook_attempt (delivery_id, number, at, url, duration_ms, status, error, answer)
      select id, attempts, at, $3, ms, status, error, answer from delivery
    )
    update platform.webhook_endpoint set attended_at = clock_timestamp(), silences = $4, slow = $5,
      held_until = case when $6::float8 > 0 then clock_timestamp() + make_interval(secs => $6) end,
      failing_since = case when $7 then null else coalesce(failing_since, clock_timestamp()) end,
      delivered_at = case when $7 then clock_timestamp() else delivered_at end
    where id = $1 returning failing_since`, [endpointId, JSON.stringify(outcomes), turn.url, silences, silent || took > slowMs, hold, through])
  return {
    goOn: hold === 0,
    gone: tried.some(({ outcome }) => gone(outcome)),
    failingSince: endpoint?.failing_since ? new Date(endpoint.failing_since) : null,
  }
}
