import type { Due, Turn, WaveEnd, WaveParts } from './turn.ts'
import { signedHeaders } from '../../shared/standard-webhooks.ts'

/** What is kept in the place of an answer. */
const why = 'This is a test school: it was signed and kept, and not sent.'

/**
 * What a test school would send is signed and kept with its headers, and nothing leaves. Whoever writes the receiver sends it
 * there by hand, and whoever wants fresh signatures replays it.
 */
export async function holdWave({ ask, counted }: WaveParts, endpointId: string, { url, due }: Turn, secrets: readonly string[]): Promise<WaveEnd> {
  const held = due.map(({ id, event, body }: Due) => {
    const at = new Date()
    return { id, at, headers: signedHeaders(secrets, { id: event, body, at }) }
  })
  held.forEach(() => counted('held'))
  await ask(`
    with held as (
      select * from jsonb_to_recordset($2::jsonb) as h (id uuid, at timestamptz, headers jsonb)
    ), delivery as (
      update platform.webhook_delivery d set attempts = attempts + 1, tries = tries + 1, status = null, error = $4,
        state = case when d.state = 'WAITING' then 'HELD' else d.state end,
        next_attempt_at = null, completed_at = coalesce(d.completed_at, clock_timestamp())
      from held h where d.id = h.id returning d.id, d.attempts, h.at, h.headers
    ), attempt as (
      insert into platform.webhook_attempt (delivery_id, number, at, url, duration_ms, error, headers)
      select id, attempts, at, $3, 0, $4, headers from delivery
    )
    update platform.webhook_endpoint set attended_at = clock_timestamp(), silences = 0, slow = false, held_until = null, failing_since = null where id = $1`, [endpointId, JSON.stringify(held), url, why])
  return { goOn: true, gone: false, failingSince: null }
}
