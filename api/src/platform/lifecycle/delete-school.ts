import type pg from 'pg'
import type { Gone } from './receipts.queries.ts'
import { dropSchool } from '../../database/drop-school.ts'
import { quoteIdentifier, schemaName } from '../../database/schema-names.ts'
import { tenantLock } from '../../database/tenant-lock.ts'
import { publish } from '../../events/bus.ts'
import { accessChanged, tenantChanged } from '../../events/topics.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, carryRest, lockChain } from '../audit/room.ts'

/**
 * Deletes one school whose grace period is over, as owner, in one transaction: whatever ends it half-way has done nothing,
 * and the next try begins anew. False where it was not to be deleted (any more).
 */
export async function deleteSchool(owner: pg.Client, tenantId: string): Promise<boolean> {
  await owner.query('begin')
  try {
    // Whoever is migrating or exporting it finishes first; nobody begins until it is gone.
    await owner.query('select pg_advisory_xact_lock($1::bigint)', [tenantLock(tenantId)])
    const { rows: [tenant] } = await owner.query<{ name: string, slug: string, lifecycle_reason: string | null, lifecycle_changed_at: Date }>(`
      select name, slug, lifecycle_reason, lifecycle_changed_at from platform.tenant
      where id = $1 and lifecycle = 'DELETING' and delete_after <= clock_timestamp() for update`, [tenantId])
    if (!tenant) {
      await owner.query('rollback')
      return false
    }
    // A huge school is counted for long, and one that is being backed up is waited for: before anybody is locked who may be
    // at work in another school.
    const tables = await countTables(owner, tenantId)
    // Before the audit record's chain is: whoever changes a password holds their account, and then writes there.
    const people = await peopleOfNoOther(owner, tenantId)
    const gone = [...await dropSchema(owner, tenantId, tables), ...await forget(owner, tenantId, people)]
    const { rows: [asked] } = await owner.query<{ actor_id: string | null }>(`
      select actor_id from platform.audit_event where chain = $1 and action = 'tenant.deletionRequested' order by sequence desc limit 1`, [tenantId])
    await owner.query(`
      insert into platform.deletion_receipt (id, tenant_id, name, slug, reason, requested_by, requested_at, gone)
      values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7)`, [tenantId, tenant.name, tenant.slug, tenant.lifecycle_reason, asked?.actor_id, tenant.lifecycle_changed_at, JSON.stringify(gone)])
    await owner.query('select pg_notify($1, $2), pg_notify($3, $4)', [...publish(accessChanged, { tenantId }).values, ...publish(tenantChanged, { tenantId }).values])
    const done = { action: 'tenant.deleted', subject: { type: 'tenant', id: tenantId }, details: { things: gone.length } }
    for (const { text, values } of [lockChain(tenantId), appendStatement(tenantId, { ...done, ...bySystem })])
      await owner.query(text, [...values])
    await owner.query('commit')
    return true
  }
  catch (error) {
    await owner.query('rollback').catch(() => {})
    throw error
  }
}

/** A school's tables with their rows, which nobody changes any more. */
async function countTables(owner: pg.Client, tenantId: string): Promise<Gone[]> {
  const name = schemaName(tenantId)
  const { rows: tables } = await owner.query<{ name: string }>('select relname as name from pg_class where relnamespace = to_regnamespace($1) and relkind in (\'r\', \'p\') order by 1', [quoteIdentifier(name)])
  if (tables.length > 0)
    await owner.query(`lock table ${tables.map(table => `${quoteIdentifier(name)}.${quoteIdentifier(table.name)}`).join(', ')}`)
  const counts: Gone[] = []
  for (const table of tables) {
    const { rows: [counted] } = await owner.query<{ count: number }>(`select count(*)::int as count from ${quoteIdentifier(name)}.${quoteIdentifier(table.name)}`)
    counts.push({ kind: 'table', name: table.name, count: counted!.count })
  }
  return counts
}

/** The data plane: the schema with its counted tables, and the role. */
async function dropSchema(owner: pg.Client, tenantId: string, tables: readonly Gone[]): Promise<Gone[]> {
  // What it has not told yet is on record before it goes.
  if (tables.some(table => table.name === 'outbox'))
    await carryRest(owner, tenantId)
  const there = await dropSchool((text, values) => owner.query(text, values), tenantId)
  const name = schemaName(tenantId)
  return [
    ...(there.schema ? [{ kind: 'schema', name, count: 1 }] : []),
    ...(there.role ? [{ kind: 'role', name, count: 1 }] : []),
    ...tables,
  ]
}

/**
 * What belongs to a tenant on the platform's side and goes with its row, or with the accounts of those who belong to no other
 * school. `$1`: the tenant, `$2`: those accounts.
 */
export const belongings = [
  { kind: 'membership', table: 'platform.membership', whose: 'tenant_id = $1' },
  { kind: 'session', table: 'platform.session', whose: 'tenant_id = $1' },
  { kind: 'link', table: 'platform.account_token', whose: 'account_id = any($2)' },
  { kind: 'invitation', table: 'platform.invitation', whose: 'tenant_id = $1' },
  { kind: 'apiKey', table: 'platform.api_key', whose: 'tenant_id = $1' },
  { kind: 'apiLimit', table: 'platform.api_limit', whose: 'tenant_id = $1' },
  { kind: 'apiRequest', table: 'platform.api_request', whose: 'tenant_id = $1' },
  { kind: 'deprecatedUse', table: 'platform.api_deprecated_use', whose: 'tenant_id = $1' },
  { kind: 'cycle', table: 'platform.preparation_cycle', whose: 'tenant_id = $1' },
  { kind: 'attempt', table: 'platform.preparation_attempt', whose: 'tenant_id = $1' },
  { kind: 'step', table: 'platform.preparation_step', whose: 'attempt_id in (select id from platform.preparation_attempt where tenant_id = $1)' },
  { kind: 'migration', table: 'platform.rollout_school', whose: 'tenant_id = $1' },
  { kind: 'webhookEndpoint', table: 'platform.webhook_endpoint', whose: 'tenant_id = $1' },
  { kind: 'webhookSecret', table: 'platform.webhook_secret', whose: 'endpoint_id in (select id from platform.webhook_endpoint where tenant_id = $1)' },
  { kind: 'webhookEvent', table: 'platform.webhook_event', whose: 'tenant_id = $1' },
  { kind: 'webhookDelivery', table: 'platform.webhook_delivery', whose: 'tenant_id = $1' },
  { kind: 'webhookAttempt', table: 'platform.webhook_attempt', whose: 'delivery_id in (select id from platform.webhook_delivery where tenant_id = $1)' },
  { kind: 'heldMail', table: 'platform.held_mail', whose: 'tenant_id = $1' },
  { kind: 'idempotencyKey', table: 'platform.idempotency_key', whose: 'tenant_id = $1' },
] as const

/** The control plane: the tenant with all that refers to it, its jobs, and the people who belonged to no other school. */
async function forget(owner: pg.Client, tenantId: string, people: readonly string[]): Promise<Gone[]> {
  const counts = belongings.map(({ kind, table, whose }) => `select '${kind}' as kind, '${table}' as name, count(*)::int as count from ${table} where ${whose}`)
  const { rows: gone } = await owner.query<Gone>(counts.join(' union all '), [tenantId, people])
  // In whatever state: a job names its school, or a person, by id.
  const { rowCount: jobs } = await owner.query('delete from pgboss.job where data ->> \'tenantId\' = $1 or data ->> \'id\' = any($2)', [tenantId, people])
  const { rowCount: limits } = await owner.query('delete from platform.rate_limit where split_part(key, \':\', 2) = any($1)', [[tenantId, ...people]])
  await owner.query('delete from platform.api_points where key = \'school:\' || $1 or key in (select \'key:\' || id from platform.api_key where tenant_id = $1::uuid)', [tenantId])
  await owner.query('delete from platform.account where id = any($1)', [people])
  // Its exports stay for as long as they are kept; one that waits for its job would wait for ever.
  await owner.query('update platform.school_export set state = \'FAILED\', error_code = \'SCHOOL_GONE\', completed_at = clock_timestamp() where tenant_id = $1 and state in (\'QUEUED\', \'RUNNING\')', [tenantId])
  // Nobody is left to look after its test school, which goes next.
  await owner.query(`update platform.tenant set lifecycle = 'DELETING', lifecycle_reason = 'Its school was deleted.', lifecycle_changed_at = clock_timestamp(), delete_after = clock_timestamp() where test_of = $1`, [tenantId])
  await owner.query('delete from platform.tenant where id = $1', [tenantId])
  return [
    { kind: 'account', name: 'platform.account', count: people.length },
    ...gone,
    { kind: 'job', name: 'pgboss.job', count: jobs ?? 0 },
    { kind: 'limit', name: 'platform.rate_limit', count: limits ?? 0 },
  ].filter(({ count }) => count > 0)
}

/** Locked first, looked at then: who joins another school at this moment either has joined it, or finds the account gone. */
async function peopleOfNoOther(owner: pg.Client, tenantId: string): Promise<string[]> {
  const { rows: members } = await owner.query<{ id: string }>(`
    select id from platform.account where not superadmin and id in (select account_id from platform.membership where tenant_id = $1) order by id for update`, [tenantId])
  const { rows } = await owner.query<{ id: string }>(`
    select a.id from platform.account a where a.id = any($2) and not exists (select from platform.membership o where o.account_id = a.id and o.tenant_id <> $1)`, [tenantId, members.map(({ id }) => id)])
  return rows.map(({ id }) => id)
}
