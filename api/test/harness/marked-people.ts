import type { Marked } from './canaries.ts'
import type { TestHomeroom } from './homeroom.ts'
import type { Ids } from './marked-rows.ts'
import { randomUUID } from 'node:crypto'
import { access, openSuperadmin } from './superadmin.ts'

/** Who else belongs to the school, is asked to, and is signed in: all with the school's mark. */
export async function plantPeople({ database: { sql } }: TestHomeroom, { tenantId, mark }: Marked): Promise<Ids> {
  const [{ head }] = await sql<{ head: string }>('select account_id as head from platform.membership where tenant_id = $1', [tenantId]) as [{ head: string }]
  const ids = { account: randomUUID(), membership: randomUUID(), invitation: randomUUID(), apiKey: randomUUID(), otherApiKey: randomUUID(), session: randomUUID(), colleagueSession: randomUUID() }
  await sql('insert into platform.account (id, email, name, password_hash) values ($1, $2, $3, \'none\')', [ids.account, `colleague.${mark}@school.example`, `Colleague ${mark}`])
  await sql('insert into platform.membership (id, account_id, tenant_id, role) values ($1, $2, $3, \'TEACHER\')', [ids.membership, ids.account, tenantId])
  await sql('insert into platform.invitation (id, tenant_id, email, role, invited_by, expires_at) values ($1, $2, $3, \'OFFICE\', $4, now() + interval \'7 days\')', [ids.invitation, tenantId, `guest.${mark}@school.example`, head])
  for (const [key, prefix] of [[ids.apiKey, mark], [ids.otherApiKey, mark.toUpperCase()]])
    await sql('insert into platform.api_key (id, tenant_id, prefix, last_four, token_hash, name, addresses, created_by, created_address, last_used_address) values ($1, $2, $3, \'abcd\', sha256(convert_to($3, \'UTF8\')), $4, array[$5], $6, $5, $5)', [key, tenantId, `hmr_live_${prefix}`, `Timetable ${mark}`, `address of ${mark}`, head])
  await sql(`insert into platform.api_request (tenant_id, key_id, at, kind, operation, operation_name, status, cost, duration_ms, request_id, variables, address) values ($1, $2, now(), 'query', 'users', $3, 200, 1, 1, 'a request', jsonb_build_object($3::text, 'String'), $4)`, [tenantId, ids.apiKey, `Names_${mark}`, `address of ${mark}`])
  await sql('insert into platform.api_limit (id, tenant_id, points, reason, expires_at) values (gen_random_uuid(), $1, 5000, $2, now() + interval \'1 day\')', [tenantId, `They asked for it: ${mark}`])
  for (const [session, account] of [[ids.session, head], [ids.colleagueSession, ids.account]]) {
    await sql('insert into platform.session (id, account_id, tenant_id, refresh_hash, expires_at, address, user_agent) values ($1, $2, $3, $4, now() + interval \'1 hour\', $5, $6)', [session, account, tenantId, Buffer.alloc(32), `address of ${mark}`, `browser of ${mark}`])
  }
  return ids
}

/** Where the school wants to be told of changes, and a try to do so that was answered in its words. */
export async function plantWebhooks({ database: { sql } }: TestHomeroom, { tenantId, mark }: Marked): Promise<Ids> {
  const ids = { endpoint: randomUUID(), spareEndpoint: randomUUID(), delivery: randomUUID() }
  const event = randomUUID()
  // Nobody is there: what is due is not sent while it is left alone.
  for (const id of [ids.endpoint, ids.spareEndpoint])
    await sql('insert into platform.webhook_endpoint (id, tenant_id, url, description, held_until) values ($1, $2, $3, $4, now() + interval \'1 day\')', [id, tenantId, `https://hooks.${mark}.example/told`, `Library of ${mark}`])
  await sql('insert into platform.webhook_secret (id, endpoint_id, sealed) values (gen_random_uuid(), $1, $2)', [ids.endpoint, Buffer.alloc(61)])
  await sql('insert into platform.webhook_event (id, tenant_id, type, at, body) values ($1, $2, \'webhook.test\', now(), $3)', [event, tenantId, JSON.stringify({ type: 'webhook.test', data: { id: event } })])
  await sql('insert into platform.webhook_delivery (id, tenant_id, endpoint_id, event_id, type, state, attempts, status, completed_at) values ($1, $2, $3, $4, \'webhook.test\', \'FAILED\', 1, 500, now())', [ids.delivery, tenantId, ids.endpoint, event])
  await sql('insert into platform.webhook_attempt (delivery_id, number, at, url, duration_ms, status, answer) values ($1, 1, now(), $2, 5, 500, $3)', [ids.delivery, `https://hooks.${mark}.example/told`, `No such pupil: ${mark}`])
  return ids
}

/** A superadmin looks at the school, for a reason and by a name that are its own. */
export async function plantAccess(homeroom: TestHomeroom, { tenantId, mark }: Marked): Promise<void> {
  const superadmin = await openSuperadmin(homeroom, `Super ${mark}`)
  const answer = await superadmin.client.send(`query Look_${mark} { users(first: 1) { totalCount } }`, {}, access(tenantId, { 'x-access-reason': `They asked us to: ${mark}` }))
  if (answer.errors)
    throw new Error(JSON.stringify(answer.errors))
}

/** What the operator has written about the school: why it was once closed, an export of it, the receipt of one it had before. */
export async function plantOperation({ database }: TestHomeroom, { tenantId, mark }: Marked): Promise<void> {
  const reason = `They asked for it: ${mark}`
  await database.sql('update platform.tenant set lifecycle_reason = $2 where id = $1', [tenantId, reason])
  await database.sql('insert into platform.school_export (id, tenant_id, tenant_name, slug, time_zone, locale, reason) select gen_random_uuid(), id, name, slug, time_zone, locale, $2 from platform.tenant where id = $1', [tenantId, reason])
  await database.sql(`insert into platform.deletion_receipt (id, tenant_id, name, slug, reason, requested_at, gone) values (gen_random_uuid(), gen_random_uuid(), $1, $2, $3, now(), '[]')`, [`Old school ${mark}`, `old-${mark}`, reason])
}
