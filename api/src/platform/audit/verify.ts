import type pg from 'pg'
import { hashOf } from './chain.ts'

/** Where a chain stands: keep it elsewhere, and a chain that was cut short or written anew can be told later. */
export interface Head { readonly chain: string, readonly sequence: string, readonly hash: string }

export interface Verdict {
  /** Events that do not follow from the one before: changed, or with something missing before them. */
  readonly broken: readonly { readonly chain: string, readonly sequence: string }[]
  /** Heads kept from earlier that are not in their chains any more. */
  readonly lost: readonly Head[]
  readonly heads: readonly Head[]
}

/** Recomputes every chain of the audit record, as owner, and compares it with heads kept from earlier. */
export async function verifyAudit(client: pg.Client, kept: readonly Head[] = []): Promise<Verdict> {
  const broken = await client.query<{ chain: string, sequence: string }>(`
    select event.chain, event.sequence from (
      select *, lag(hash) over chain as previous_hash, lag(sequence) over chain as previous_sequence
      from platform.audit_event window chain as (partition by chain order by sequence)
    ) event
    where event.sequence <> coalesce(event.previous_sequence, 0) + 1 or event.hash <> ${hashOf('event', 'event.previous_hash')}
    order by event.chain, event.sequence`)
  const heads = await client.query<Head>(`
    select distinct on (chain) chain, sequence, encode(hash, 'hex') as hash from platform.audit_event order by chain, sequence desc`)
  const lost = await client.query<Head>(`
    select kept.chain, kept.sequence, kept.hash from unnest($1::uuid[], $2::bigint[], $3::text[]) as kept (chain, sequence, hash)
    where not exists (select from platform.audit_event e where e.chain = kept.chain and e.sequence = kept.sequence and encode(e.hash, 'hex') = kept.hash)`, [
    kept.map(({ chain }) => chain),
    kept.map(({ sequence }) => sequence),
    kept.map(({ hash }) => hash),
  ])
  return { broken: broken.rows, lost: lost.rows, heads: heads.rows }
}
