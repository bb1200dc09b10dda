import type { Change, Trail } from '../../shared/trail.ts'

/** The chain of what belongs to no tenant. */
export const platformChain = '00000000-0000-0000-0000-000000000000'

interface Statement { readonly text: string, readonly values: readonly unknown[] }

/** A change as it happened; `at` and `sourceId` are known where it was written down elsewhere first. */
export interface Entry extends Change, Trail {
  readonly at?: Date
  /** The outbox row it comes from: told twice, it is written once. */
  readonly sourceId?: string
}

/** One writer a chain at a time, until its transaction ends: each event needs the hash of the one before. */
export function lockChain(chain: string): Statement {
  return { text: 'select pg_advisory_xact_lock(hashtextextended(\'audit \' || $1, 0))', values: [chain] }
}

/** Appends one event. Send it after `lockChain` in the same transaction: only then does it see the end of the chain. */
export function appendStatement(chain: string, { actor, requestId, action, subject, details, at, sourceId }: Entry): Statement {
  return {
    text: `
      with last as (
        select sequence, hash from platform.audit_event where chain = $1 order by sequence desc limit 1
      ), event as (
        select $1::uuid as chain, coalesce((select sequence from last), 0) + 1 as sequence, coalesce($2, clock_timestamp()) as at,
          $3::text as actor_kind, $4::uuid as actor_id, case when $3 = 'integrator' then (select name || ' <' || prefix || '>' from platform.api_key where id = $4)
            else (select name || ' <' || email || '>' from platform.account where id = $4) end as actor_name,
          $5::text as action, $6::text as subject_type, $7::text as subject_id, $8::jsonb as details, $9::text as request_id, $10::uuid as source_id
      )
      insert into platform.audit_event (chain, sequence, at, actor_kind, actor_id, actor_name, action, subject_type, subject_id, details, request_id, source_id, hash)
      select event.*, ${hashOf('event', '(select hash from last)')} from event
      on conflict on constraint audit_event_source_unique do nothing`,
    values: [chain, at ?? null, actor.kind, actor.id ?? null, action, subject.type, subject.id ?? null, JSON.stringify(details ?? {}), requestId ?? null, sourceId ?? null],
  }
}

/** SHA-256 of the previous event's hash and of everything this event says. */
export function hashOf(event: string, previous: string): string {
  const said = ['chain', 'sequence', 'at', 'actor_kind', 'actor_id', 'actor_name', 'action', 'subject_type', 'subject_id', 'details', 'request_id', 'source_id']
    .map(name => name === 'at' ? `to_char(${event}.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')` : `${event}.${name}`)
  return `sha256(coalesce(${previous}, ''::bytea) || convert_to(jsonb_build_array(${said.join(', ')})::text, 'UTF8'))`
}
