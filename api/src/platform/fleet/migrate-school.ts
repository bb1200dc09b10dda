import type pg from 'pg'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import { quoteIdentifier, quoteLiteral, schemaName } from '../../database/schema-names.ts'
import { tenantLock } from '../../database/tenant-lock.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, lockChain } from '../audit/room.ts'
import { schoolScript, servesFrom } from '../preparation/room.ts'
import { stateOf } from './failure.ts'

/** One school of a roll-out. */
export interface Task {
  readonly rolloutId: string
  readonly tenantId: string
  readonly from: number
  readonly target: number
  readonly canary: boolean
  /** Tries so far, this one included. */
  attempts: number
  /** Tries that failed, other than by finding somebody else at work. */
  failures: number
  /** How the last connection ended that it was tried on, where one did. */
  lostTo?: unknown
}

/** DONE: it is at the target, or was moved on by somebody else. BUSY: somebody else is at work on it. ORDERED_OFF: the roll-out is no longer RUNNING. */
export type Outcome = 'DONE' | 'BUSY' | 'ORDERED_OFF'

/** Longer than this nobody who reads the school waits behind us, while we wait for somebody who reads for long: they give up after 2 s. */
const patience = '1s'

/** What ends a school's transaction before it has begun, in a class of its own among PostgreSQL's. */
const refusals: Readonly<Record<string, Outcome>> = { HR001: 'BUSY', HR002: 'ORDERED_OFF', HR003: 'DONE' }

/** Plans once what is the same for every school that goes over this connection. */
export async function planStatements(client: pg.Client): Promise<void> {
  await client.query(Object.entries(statements).map(([name, text]) => `prepare ${name} as ${text}`).join(';\n'))
}

const statements = {
  take_school: `select case when not pg_try_advisory_xact_lock($1::bigint) then platform.refuse('HR001', 'Somebody else is at work on this school.') end`,
  // Looked at under the lock: another process, or an earlier try whose end we did not hear, may have been here.
  look_at_school: `
    select case
      when not $4::boolean and not exists (select from platform.rollout where id = $1::uuid and state = 'RUNNING') then platform.refuse('HR002', 'The roll-out is not RUNNING.')
      when not exists (select from platform.tenant where id = $2::uuid and preparation_status = 'READY' and schema_version = $3::int) then platform.refuse('HR003', 'The school is at another version.')
    end`,
  settle_school: `
    with moved as (
      update platform.tenant set schema_version = $3::int, schema_serves_from = $4::int, set_aside_version = null, set_aside_code = null, set_aside_detail = null, set_aside_at = null
      where id = $2::uuid and preparation_status = 'READY' and schema_version = $5::int returning id
    ), noted as (
      insert into platform.rollout_school as s (rollout_id, tenant_id, canary, from_version, outcome, attempts, started_at, ended_at)
      select $1::uuid, id, $6::boolean, $5::int, 'DONE', $7::int, now(), clock_timestamp() from moved
      on conflict (rollout_id, tenant_id) do update set outcome = 'DONE', attempts = excluded.attempts, error_code = null, error_detail = null, ended_at = excluded.ended_at
      returning tenant_id
    )
    select case when not exists (select from noted) then platform.refuse('55P03', 'The school was changed under the roll-out.') end`,
  lock_chain: lockChain('').text,
  append_event: appendStatement('', { action: '', subject: { type: '' }, ...bySystem }).text,
}

/**
 * All that brings a school to the target, as one message: a transaction of the part of the history that it lacks and of its
 * record. A statement that refuses ends it. The tenant's row is touched by the last ones only: the platform goes on meanwhile.
 *
 * The commit does not wait for the disk. A server that crashes at that moment has lost all of it, the version included, so
 * the school is migrated again; and the roll-out's end does wait, for its own commit and so for all before.
 */
export function scriptFor({ tenantId, rolloutId, from, target, canary, attempts, failures }: Task, migrations: readonly SchoolMigration[]): string {
  const schema = schemaName(tenantId)
  const lacking = migrations.filter(({ version }) => version > from && version <= target)
  const event = appendStatement(tenantId, { action: 'tenant.migrated', subject: { type: 'tenant', id: tenantId }, details: { from, to: target }, ...bySystem })
  return [
    `begin; set local lock_timeout = '${patience}'; set local synchronous_commit = off`,
    execute('take_school', [tenantLock(tenantId)]),
    // One under way is finished, whatever was ordered meanwhile.
    execute('look_at_school', [rolloutId, tenantId, from, failures > 0]),
    `set local search_path = ${quoteIdentifier(schema)}`,
    schoolScript(lacking)(schema),
    // Names mean again what they meant before.
    'set local search_path = default',
    execute('settle_school', [rolloutId, tenantId, target, servesFrom(migrations.filter(({ version }) => version <= target)), from, canary, attempts]),
    execute('lock_chain', lockChain(tenantId).values),
    execute('append_event', event.values),
    'commit',
  ].join(';\n')
}

/** Whether the error is no failure of the school's, but a refusal to begin with it. */
export function refusedAs(error: unknown): Outcome | undefined {
  return refusals[stateOf(error) ?? '']
}

function execute(name: keyof typeof statements, values: readonly unknown[]): string {
  return `execute ${name} (${values.map(value => value === null ? 'null' : quoteLiteral(String(value))).join(', ')})`
}
