import type pg from 'pg'
import type { Config } from '../../config.ts'

type KeepDays = Config['keepDays']

/** A kind of row that is not kept for ever. */
interface Kept {
  /** What the count is called. */
  readonly name: string
  readonly table: string
  /** What tells rows apart. */
  readonly key: string
  /** Which rows go; `$1` is how many days they are kept. */
  readonly gone: string
  readonly days: (keep: KeepDays) => number
  /** Rows in one statement, where a row carries more than itself. */
  readonly batch?: number
}

/** Rows in one statement: short enough that nobody notices. */
const batchSize = 1_000

const before = (instant: string) => `${instant} < now() - make_interval(secs => $1::float8 * 86400)`

/**
 * Everything that goes, and when. Not here: the audit record and receipts of deletions, which stay; counters of rate
 * limits, which the limiter removes itself; finished jobs, which the queue removes itself after seven days.
 */
const kinds: readonly Kept[] = [
  { name: 'sessions', table: 'platform.session', key: 'id', days: keep => keep.sessions, gone: before('least(expires_at, revoked_at)') },
  { name: 'accountTokens', table: 'platform.account_token', key: 'id', days: keep => keep.sessions, gone: before('least(expires_at, used_at)') },
  { name: 'invitations', table: 'platform.invitation', key: 'id', days: keep => keep.invitations, gone: before('least(expires_at, accepted_at, revoked_at)') },
  // A day is what the API's contract promises a repeated sign-up.
  { name: 'idempotencyKeys', table: 'platform.idempotency_key', key: 'key_hash', days: () => 1, gone: before('created_at') },
  {
    name: 'attempts',
    table: 'platform.preparation_attempt',
    key: 'id',
    days: keep => keep.attempts,
    // How a school came to be stays: its last cycle.
    gone: `${before('ended_at')} and exists (select from platform.tenant t where t.id = tenant_id and t.preparation_status = 'READY' and cycle < t.preparation_cycle)`,
  },
  {
    name: 'exports',
    table: 'platform.school_export',
    key: 'id',
    days: keep => keep.exports,
    batch: 5,
    // Its bytes go with it, so not while a school is being made from them.
    gone: `(expires_at < now() or (state = 'FAILED' and ${before('coalesce(completed_at, created_at)')}))
      and not exists (select from platform.tenant t where t.restored_from = platform.school_export.id and t.preparation_status in ('PENDING', 'PREPARING'))`,
  },
  // Deliveries and tries go with their event. What still waits goes too: who has not taken it by then reads the records.
  { name: 'webhookEvents', table: 'platform.webhook_event', key: 'id', days: keep => keep.webhooks, gone: before('at') },
  // Of a deleted endpoint, first what was sent to it: that may be much, and nobody waits for it.
  { name: 'webhookDeliveries', table: 'platform.webhook_delivery', key: 'id', days: () => 0, gone: `exists (select from platform.webhook_endpoint e where e.id = endpoint_id and ${before('e.deleted_at')})` },
  { name: 'webhookEndpoints', table: 'platform.webhook_endpoint', key: 'id', days: () => 0, gone: before('deleted_at') },
  { name: 'webhookSecrets', table: 'platform.webhook_secret', key: 'id', days: () => 0, gone: before('expires_at') },
  { name: 'heldMails', table: 'platform.held_mail', key: 'id', days: keep => keep.webhooks, gone: before('at') },
  { name: 'apiRequests', table: 'platform.api_request', key: 'id', days: keep => keep.apiRequests, gone: before('at') },
  { name: 'apiLimits', table: 'platform.api_limit', key: 'id', days: keep => keep.apiRequests, gone: before('expires_at') },
  // An ended key that the log still names stays, or the log would lose what it tells: one that is knocked with goes on being told of.
  { name: 'apiKeys', table: 'platform.api_key', key: 'id', days: keep => keep.apiKeys, gone: `${before('least(expires_at, revoked_at)')} and not exists (select from platform.api_request r where r.key_id = platform.api_key.id)` },
  { name: 'deprecatedUses', table: 'platform.api_deprecated_use', key: 'ctid', days: keep => keep.apiKeys, gone: before('last_used_at') },
  { name: 'rollouts', table: 'platform.rollout', key: 'id', days: keep => keep.rollouts, batch: 5, gone: before('ended_at') },
]

/** How many rows went, by kind. */
export type Tidied = Readonly<Record<string, number>>

/**
 * Removes what is no longer kept, as owner, a thousand rows at a time: each statement is its own transaction, and passes
 * over rows that somebody is using, so nobody waits for it. Stops between two statements when `signal` says so.
 */
export async function tidyUp(owner: pg.Client, keep: KeepDays, signal: AbortSignal): Promise<Tidied> {
  const tidied: Record<string, number> = {}
  for (const { name, table, key, gone, days, batch = batchSize } of kinds) {
    tidied[name] = 0
    for (let removed = batch; removed === batch;) {
      signal.throwIfAborted()
      const { rowCount } = await owner.query(`
        delete from ${table} where ${key} = any(array(select ${key} from ${table} where ${gone} limit ${batch} for update skip locked))`, [days(keep)])
      removed = rowCount ?? 0
      tidied[name] += removed
    }
  }
  return tidied
}
