import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../../test/harness/embedded-owners.ts'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { accept, invited, newcomer } from '../../../test/harness/invitations.ts'
import { holdLock, sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { initSocket, openSocket } from '../../../test/harness/raw-socket.ts'
import { signedIn, signIn } from '../../../test/harness/sign-in.ts'
import { access, openSuperadmin } from '../../../test/harness/superadmin.ts'
import { schemaName } from '../../database/schema-names.ts'
import { withClient } from '../../database/with-client.ts'
import { verifyAudit } from '../audit/room.ts'
import { belongings, deleteSchool } from './delete-school.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let operatorEmail: string

beforeAll(async () => {
  homeroom = await openHomeroom({ config: { keepDays: { deletedSchools: 0, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 } } })
  const superadmin = await openSuperadmin(homeroom)
  operator = superadmin.client
  operatorEmail = superadmin.email
})
afterAll(() => homeroom?.stop())

interface Receipts { deletionReceipts: { totalCount: number, nodes: { tenantId: string, name: string, slug: string, reason: string, requestedBy: string, gone: { kind: string, name: string, count: number }[] }[] } }
const receipts = async (search?: string) => (await operator.ask<Receipts>('query ($search: String) { deletionReceipts(filter: { search: $search }) { totalCount nodes { tenantId name slug reason requestedBy gone { kind name count } } } }', { search })).deletionReceipts
const reason = 'The school asked for it in writing.'

async function archive(tenantId: string) {
  await operator.ask('mutation ($id: ID!, $reason: String!) { archiveTenant(tenantId: $id, reason: $reason) { id } }', { id: tenantId, reason })
}
const askToDelete = (tenantId: string, slug: string) => operator.ask('mutation ($id: ID!, $reason: String!, $slug: String!) { deleteTenant(tenantId: $id, reason: $reason, slug: $slug) { id } }', { id: tenantId, reason, slug })

async function untilGone(tenantId: string): Promise<void> {
  while ((await homeroom.database.sql('select 1 from platform.tenant where id = $1', [tenantId])).length > 0)
    await homeroom.database.sql('select pg_sleep(0.05)')
}

/** Every column of the platform and the queues that holds this text somewhere, as `table`. */
async function mentions(text: string): Promise<string[]> {
  const tables = await homeroom.database.sql<{ name: string }>(`select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace where nspname in ('platform', 'pgboss') and relkind = 'r' order by 1`)
  const found: string[] = []
  for (const { name } of tables) {
    if ((await homeroom.database.sql(`select 1 from ${name} t where strpos(t::text, $1) > 0 limit 1`, [text])).length > 0)
      found.push(name)
  }
  return found
}

test('deletes everything of a school and nothing of another, and leaves a receipt', async () => {
  const oakfield = await homeroom.openSchool('oakfield')
  const riverside = await homeroom.openSchool('riverside')
  await oakfield.client.ask('mutation { addStudent(input: { givenName: "Ada", familyName: "Byron", grade: "07" }) { id } }')
  await invited(homeroom, oakfield, 'guest@people.example')
  // What the student's coming tells has gone its way before there is an endpoint to be told.
  await until('the outbox to be empty', async () => (await homeroom.database.sql(`select from ${schemaName(oakfield.tenantId)}.outbox`)).length === 0)
  // Somebody of both schools stays.
  await homeroom.database.sql(`insert into platform.membership (id, account_id, tenant_id, role)
    select gen_random_uuid(), a.id, $1, 'TEACHER' from platform.account a where email = $2`, [oakfield.tenantId, riverside.email])
  const schema = schemaName(oakfield.tenantId)
  const [{ id: headId }] = await homeroom.database.sql<{ id: string }>('select id from platform.account where email = $1', [oakfield.email]) as [{ id: string }]
  await homeroom.database.sql('insert into platform.idempotency_key (key_hash, input_hash, tenant_id) values (\'key\', \'input\', $1)', [oakfield.tenantId])
  await homeroom.database.sql('insert into platform.rate_limit (key, points) values ($1, 1), ($2, 1), ($3, 1)', [`inviteMember:${oakfield.tenantId}`, `secondFactor:${headId}`, `inviteMember:${riverside.tenantId}`])
  await homeroom.database.sql(`with endpoint as (
      insert into platform.webhook_endpoint (id, tenant_id, url) values (gen_random_uuid(), $1, 'https://hooks.oakfield.example') returning id
    ), secret as (insert into platform.webhook_secret (id, endpoint_id, sealed) select gen_random_uuid(), id, '' from endpoint
    ), event as (insert into platform.webhook_event (id, tenant_id, type, at, body) values (gen_random_uuid(), $1, 'webhook.test', now(), '{}') returning id
    ), delivery as (
      insert into platform.webhook_delivery (id, tenant_id, endpoint_id, event_id, type, state, completed_at)
      select gen_random_uuid(), $1, endpoint.id, event.id, 'webhook.test', 'FAILED', now() from endpoint, event returning id
    ) insert into platform.webhook_attempt (delivery_id, number, at, url, duration_ms, status) select id, 1, now(), '', 1, 500 from delivery`, [oakfield.tenantId])
  const [before] = await homeroom.database.sql<{ users: number }>(`select count(*)::int as users from ${schema}."user"`)

  await archive(oakfield.tenantId)
  await askToDelete(oakfield.tenantId, 'oakfield')
  await untilGone(oakfield.tenantId)

  expect(await homeroom.database.sql('select 1 from pg_namespace where nspname = $1 union all select 1 from pg_roles where rolname = $1', [schema])).toEqual([])
  expect(await mentions(oakfield.tenantId)).toEqual(['platform.audit_event', 'platform.deletion_receipt'])
  expect(await mentions('guest@people.example')).toEqual(['platform.audit_event'])
  expect(await homeroom.database.sql('select email from platform.account where email in ($1, $2)', [oakfield.email, riverside.email])).toEqual([{ email: riverside.email }])
  expect((await signIn(homeroom.visitor, { email: oakfield.email, password })).errors?.[0]?.extensions.code).toBe('INVALID_CREDENTIALS')
  expect(await riverside.client.ask('{ dashboard { studentCount } tenant { slug } }')).toEqual({ dashboard: { studentCount: 0 }, tenant: { slug: 'riverside' } })

  const { nodes: [receipt], totalCount } = await receipts('OAK')
  expect({ totalCount, ...receipt }).toMatchObject({ totalCount: 1, tenantId: oakfield.tenantId, slug: 'oakfield', reason, requestedBy: `Sam Super <${operatorEmail}>` })
  expect(receipt!.gone).toEqual(expect.arrayContaining([
    { kind: 'schema', name: schema, count: 1 },
    { kind: 'role', name: schema, count: 1 },
    { kind: 'table', name: 'user', count: before!.users },
    { kind: 'membership', name: 'platform.membership', count: 2 },
    { kind: 'account', name: 'platform.account', count: 1 },
    { kind: 'session', name: 'platform.session', count: 1 },
    { kind: 'link', name: 'platform.account_token', count: 1 },
    { kind: 'invitation', name: 'platform.invitation', count: 1 },
    { kind: 'attempt', name: 'platform.preparation_attempt', count: 1 },
    { kind: 'step', name: 'platform.preparation_step', count: 6 },
    { kind: 'idempotencyKey', name: 'platform.idempotency_key', count: 1 },
    ...['Endpoint', 'Secret', 'Event', 'Delivery', 'Attempt'].map(what => ({ kind: `webhook${what}`, name: `platform.webhook_${what.toLowerCase()}`, count: 1 })),
    // Prepared, the address confirmed, the guest invited.
    { kind: 'job', name: 'pgboss.job', count: 3 },
    { kind: 'limit', name: 'platform.rate_limit', count: 2 },
  ]))
  expect(await homeroom.database.sql('select key from platform.rate_limit')).toEqual([{ key: `inviteMember:${riverside.tenantId}` }])
  expect(before!.users).toBeGreaterThan(0)
  const ofTenant = async (tenantId: string) => (await operator.ask<Receipts>('query ($tenantId: ID) { deletionReceipts(filter: { tenantId: $tenantId }) { totalCount nodes { tenantId name slug reason requestedBy gone { kind name count } } } }', { tenantId })).deletionReceipts.nodes.map(({ slug }) => slug)
  expect(await ofTenant(oakfield.tenantId.toUpperCase())).toEqual(['oakfield'])
  expect(await ofTenant(riverside.tenantId)).toEqual([])
  expect(await ofTenant('nonsense')).toEqual([])
  const actions = (await homeroom.database.sql<{ action: string }>('select action from platform.audit_event where chain = $1 order by sequence', [oakfield.tenantId])).map(({ action }) => action)
  expect(actions.slice(-3)).toEqual(['tenant.archived', 'tenant.deletionRequested', 'tenant.deleted'])
})

test('the slug is free again, and nothing of the old school opens the new one', async () => {
  const old = await homeroom.openSchool('lakeside')
  const head = await signedIn(homeroom.visitor, { email: old.email, password })
  const { token } = await invited(homeroom, old, 'late@people.example')
  const socket = await initSocket(homeroom.api.url, { authorization: `Bearer ${head.accessToken}` })
  await archive(old.tenantId)
  expect((await socket.closed).code).toBe(4403)
  await askToDelete(old.tenantId, 'lakeside')
  await untilGone(old.tenantId)

  const next = await homeroom.openSchool('lakeside')
  expect(next.tenantId).not.toBe(old.tenantId)
  const code = (answer: { errors?: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code
  expect(code(await head.client.send('{ dashboard { studentCount } }'))).toBe('UNAUTHENTICATED')
  expect(code(await head.client.send('{ dashboard { studentCount } }', {}, { 'x-tenant-id': next.tenantId }))).toBe('UNAUTHENTICATED')
  expect(code(await homeroom.visitor.send('mutation { refreshSession { accessToken } }', {}, { cookie: head.cookie }))).toBe('UNAUTHENTICATED')
  expect(code(await accept(homeroom, newcomer(token)))).toBe('NOT_FOUND')
  expect((await openSocket(homeroom.api.url).then(async (again) => {
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${head.accessToken}` } })
    return again.closed
  })).code).toBe(4403)
  expect(code(await operator.send('{ dashboard { studentCount } }', {}, access(old.tenantId)))).toBe('TENANT_NOT_FOUND')
})

test('every table of the platform whose rows go with a tenant or a person is on the receipt', async () => {
  const found = await homeroom.database.sql<{ name: string }>(`
    with recursive follows as (
      select 'platform.tenant'::regclass as name union select 'platform.account'::regclass
      union select conrelid::regclass from pg_constraint join follows on confrelid = name where contype = 'f' and confdeltype = 'c'
    ) select name::text collate "C" as name from follows order by 1`)
  expect(['platform.tenant', 'platform.account', ...belongings.map(({ table }) => table)].sort()).toEqual(found.map(({ name }) => name))
})

test('what the school had not told yet is on record, under the names of its people', async () => {
  const school = await homeroom.openSchool('untold')
  const [{ id }] = await homeroom.database.sql<{ id: string }>('select id from platform.account where email = $1', [school.email]) as [{ id: string }]
  await archive(school.tenantId)
  // Written while no courier was there to hear of it.
  await homeroom.database.sql(`insert into ${schemaName(school.tenantId)}.outbox (actor_kind, actor_id, action, subject_type) select 'member', $1, 'user.created', 'user' from generate_series(1, 3)`, [id])
  await askToDelete(school.tenantId, 'untold')
  await untilGone(school.tenantId)
  expect(await homeroom.database.sql('select action, actor_name from platform.audit_event where chain = $1 order by sequence desc limit 4', [school.tenantId])).toEqual([
    { action: 'tenant.deleted', actor_name: null },
    ...Array.from({ length: 3 }, () => ({ action: 'user.created', actor_name: `Alex Head <${school.email}>` })),
  ])
  expect(await withClient(homeroom.database.urls.owner, client => verifyAudit(client))).toMatchObject({ broken: [] })
})

test('whoever joins another school at the same moment keeps account and membership', async () => {
  const school = await homeroom.openSchool('left-behind')
  const other = await homeroom.openSchool('joined')
  await archive(school.tenantId)
  const joining = new pg.Client({ connectionString: homeroom.database.adminUrl })
  await joining.connect()
  await joining.query('begin')
  await joining.query('insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), id, $1, \'TEACHER\' from platform.account where email = $2', [other.tenantId, school.email])
  // Not before: the worker may be looking already.
  await homeroom.database.sql('update platform.tenant set lifecycle = \'DELETING\', delete_after = now() where id = $1', [school.tenantId])
  await homeroom.database.sql('select pg_notify(\'tenant_changed\', $1)', [JSON.stringify({ tenantId: school.tenantId })])
  await waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom deletions' })
  await joining.query('commit')
  await joining.end()
  await untilGone(school.tenantId)
  const { client } = await signedIn(homeroom.visitor, { email: school.email, password })
  expect(await client.ask('{ viewer { role tenant { slug } } }')).toEqual({ viewer: { role: 'TEACHER', tenant: { slug: 'joined' } } })
  expect((await receipts('left-behind')).nodes[0]!.gone.map(({ kind }) => kind)).not.toContain('account')
})

test('while a school that is read for long cannot go, its people sign in to their other school', async () => {
  const [going, staying] = [await homeroom.openSchool('going'), await homeroom.openSchool('staying')]
  await homeroom.database.sql(`insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), id, $1, 'TEACHER' from platform.account where email = $2`, [staying.tenantId, going.email])
  const release = await holdLock(homeroom.database.adminUrl, `select from ${schemaName(going.tenantId)}.class`)
  await archive(going.tenantId)
  await askToDelete(going.tenantId, 'going')
  await waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom deletions' })
  expect((await signIn(homeroom.visitor, { email: going.email, password, tenantId: staying.tenantId })).errors).toBeUndefined()
  await release()
  await untilGone(going.tenantId)
})

test('a school that was never ready leaves nothing either', async () => {
  const failed = await homeroom.openSchool('never-ready')
  await homeroom.database.sql('update platform.tenant set preparation_status = \'FAILED\', preparation_error_code = \'STEP_FAILED\' where id = $1', [failed.tenantId])
  await homeroom.database.sql(`drop schema ${schemaName(failed.tenantId)} cascade`)
  await homeroom.database.sql(`drop role ${schemaName(failed.tenantId)}`)
  await archive(failed.tenantId)
  await askToDelete(failed.tenantId, 'never-ready')
  await untilGone(failed.tenantId)
  expect((await receipts('never-ready')).nodes[0]!.gone.map(({ kind }) => kind)).toEqual(['account', 'membership', 'session', 'link', 'cycle', 'attempt', 'step', 'job'])
})

test('a worker that dies in the middle has done nothing, and the next one does it once', async () => {
  const school = await homeroom.openSchool('half-way')
  const owner = new pg.Client({ connectionString: homeroom.database.urls.owner })
  owner.on('error', () => {})
  await owner.connect()
  const pid = (await owner.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid
  // It gets as far as the tenant's row, which somebody holds: the schema is dropped by then.
  const holder = new pg.Client({ connectionString: homeroom.database.adminUrl })
  await holder.connect()
  await holder.query('begin')
  await holder.query('select 1 from platform.membership where tenant_id = $1 for update', [school.tenantId])
  await archive(school.tenantId)
  await homeroom.database.sql('update platform.tenant set lifecycle = \'DELETING\', delete_after = now() where id = $1', [school.tenantId])
  const dying = deleteSchool(owner, school.tenantId).catch((error: Error) => error)
  while ((await homeroom.database.sql('select 1 from pg_stat_activity where pid = $1 and wait_event_type = \'Lock\'', [pid])).length === 0)
    await homeroom.database.sql('select pg_sleep(0.05)')
  await homeroom.database.sql('select pg_terminate_backend($1)', [pid])
  expect(await dying).toBeInstanceOf(Error)
  expect(await homeroom.database.sql('select 1 from pg_namespace where nspname = $1', [schemaName(school.tenantId)])).toHaveLength(1)
  expect((await receipts('half-way')).totalCount).toBe(0)

  await holder.query('rollback')
  await holder.end()
  await homeroom.database.sql('select pg_notify(\'tenant_changed\', $1)', [JSON.stringify({ tenantId: school.tenantId })])
  await untilGone(school.tenantId)
  expect((await receipts('half-way')).totalCount).toBe(1)
})

test('is left alone while its grace period lasts, and when somebody kept it', async () => {
  const school = await homeroom.openSchool('kept')
  await archive(school.tenantId)
  await homeroom.database.sql('update platform.tenant set lifecycle = \'DELETING\', delete_after = now() + interval \'1 hour\' where id = $1', [school.tenantId])
  const owner = new pg.Client({ connectionString: homeroom.database.urls.owner })
  await owner.connect()
  expect(await deleteSchool(owner, school.tenantId)).toBe(false)
  await operator.ask('mutation ($id: ID!) { cancelTenantDeletion(tenantId: $id) { id } }', { id: school.tenantId })
  expect(await deleteSchool(owner, school.tenantId)).toBe(false)
  await owner.end()
  await operator.ask('mutation ($id: ID!) { unarchiveTenant(tenantId: $id) { id } }', { id: school.tenantId })
  expect((await signIn(homeroom.visitor, { email: school.email, password })).errors).toBeUndefined()
})
