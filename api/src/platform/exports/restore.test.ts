import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { ExportAnswer } from '../../../test/harness/exports.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allRows, askRestore, exported, listExports, plantOddSchool } from '../../../test/harness/exports.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { accept, newcomer } from '../../../test/harness/invitations.ts'
import { holdLock, sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { schemaName } from '../../database/schema-names.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let oakfield: SignedUp
let made: ExportAnswer

beforeAll(async () => {
  homeroom = await openHomeroom({ patient: true, config: { keepDays: { deletedSchools: 0, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 } } })
  oakfield = await homeroom.openSchool('oakfield')
  operator = (await openSuperadmin(homeroom)).client
  await plantOddSchool(homeroom, oakfield.tenantId)
  made = await exported(homeroom, operator, oakfield.tenantId)
})
afterAll(() => homeroom?.stop())

interface Restored { restoreTenant: { id: string, name: string, slug: string, timeZone: string, locale: string } }
const restore = (slug: string, more: Record<string, unknown> = {}) => operator.send<Restored>(askRestore, { exportId: made.id, name: `Restored ${slug}`, slug, ...more })
const code = (answer: { errors: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code

async function restored(slug: string, more: Record<string, unknown> = {}) {
  const { data, errors } = await restore(slug, more)
  expect(errors).toBeUndefined()
  const statuses = await homeroom.visitor.watch(data!.restoreTenant.id)
  return { tenant: data!.restoreTenant, last: statuses.at(-1)! }
}

/** As `allRows`, with the school's own id, which is its tenant's, as a word. */
async function rowsOf(tenantId: string) {
  return JSON.parse(JSON.stringify(await allRows(homeroom, tenantId)).replaceAll(tenantId, 'the school')) as Awaited<ReturnType<typeof allRows>>
}

const sorted = (rows: Awaited<ReturnType<typeof allRows>>) => Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, list.map(row => JSON.stringify(row)).sort()]))

/** Schemas and roles that belong to no READY tenant. */
function leftovers() {
  return homeroom.database.sql(`
  select nspname as name from pg_namespace where nspname ~ '^t_[0-9a-f]{32}$' and not exists (select from platform.tenant t where 't_' || replace(t.id::text, '-', '') = nspname and t.preparation_status = 'READY')
  union select rolname from pg_roles join pg_shdepend on refobjid = pg_roles.oid and dbid = (select oid from pg_database where datname = current_database())
  where rolname ~ '^t_[0-9a-f]{32}$' and not exists (select from platform.tenant t where 't_' || replace(t.id::text, '-', '') = rolname and t.preparation_status = 'READY')`)
}

test('a new school has every row of the old one, which stays as it was', async () => {
  const before = await allRows(homeroom, oakfield.tenantId)
  const { tenant, last } = await restored('oakfield-again')
  expect(tenant).toMatchObject({ name: 'Restored oakfield-again', slug: 'oakfield-again', timeZone: 'Europe/Zurich', locale: 'en' })
  expect(last).toMatchObject({ status: 'READY', completedSteps: 5, totalSteps: 5, attempt: 1 })
  expect(await homeroom.database.sql('select name from platform.preparation_step s join platform.preparation_attempt a on a.id = s.attempt_id where a.tenant_id = $1 order by position', [tenant.id]))
    .toEqual(['create-role', 'create-schema', 'create-tables', 'load-export', 'migrate-tables'].map(name => ({ name })))

  expect(tenant.id).not.toBe(oakfield.tenantId)
  expect(sorted(await rowsOf(tenant.id))).toEqual(sorted(await rowsOf(oakfield.tenantId)))
  expect(Object.values(before).flat().length).toBe(made.rows)
  expect(await allRows(homeroom, oakfield.tenantId)).toEqual(before)
  expect(await leftovers()).toEqual([])
})

test('its tables are those of any other school: no drift, and its own role alone reads them', async () => {
  const { tenant } = await restored('oakfield-drift')
  const shape = (tenantId: string) => homeroom.database.sql(`
    select relname, conname, condeferrable, condeferred, convalidated, pg_get_constraintdef(c.oid) as definition from pg_constraint c join pg_class r on r.oid = conrelid where connamespace = '${schemaName(tenantId)}'::regnamespace
    union all select relname, tgname, tgdeferrable, tginitdeferred, true, tgenabled::text from pg_trigger t join pg_class r on r.oid = tgrelid where relnamespace = '${schemaName(tenantId)}'::regnamespace and not tgisinternal
    union all select relname, 'rights', false, false, true, replace(relacl::text, '${schemaName(tenantId)}', 'the school') from pg_class where relnamespace = '${schemaName(tenantId)}'::regnamespace and relkind = 'r'
    order by 1, 2`)
  const neutral = async (tenantId: string) => JSON.stringify(await shape(tenantId)).replaceAll(`${schemaName(tenantId)}.`, '')
  expect(await neutral(tenant.id)).toBe(await neutral(oakfield.tenantId))
  const deferred = await homeroom.database.sql('select 1 from pg_trigger t join pg_class r on r.oid = tgrelid where relnamespace = $1::regnamespace and (tgdeferrable or tginitdeferred)', [schemaName(tenant.id)])
  expect(deferred).toEqual([])
})

test('whoever is named is invited to look after it, and can work there; the school knows itself', async () => {
  const { tenant } = await restored('oakfield-led', { adminEmail: 'new.head@people.example' })
  const mail = await homeroom.mailbox.next('new.head@people.example', /^Join/)
  const { data } = await accept(homeroom, newcomer(mail.token))
  expect(data!.acceptInvitation.viewer).toMatchObject({ role: 'ADMIN', tenant: { id: tenant.id } })
  const head = homeroom.visitor.as(data!.acceptInvitation.accessToken)
  expect(await head.ask('{ dashboard { studentCount school { name } } tenant { slug } }')).toMatchObject({ dashboard: { school: { name: 'School oakfield' } }, tenant: { slug: 'oakfield-led' } })
  await head.ask('mutation { addStudent(input: { givenName: "New", familyName: "Comer", grade: "07" }) { id } }')
  const { auditEvents } = await head.ask<{ auditEvents: { nodes: { action: string, details: object }[] } }>('{ auditEvents(first: 20, filter: { action: "tenant.restored" }) { nodes { action details } } }')
  expect(auditEvents.nodes).toEqual([{ action: 'tenant.restored', details: { slug: 'oakfield-led', exportId: made.id, from: oakfield.tenantId } }])
  // And the old school reads where its rows went.
  const told = await oakfield.client.ask<{ auditEvents: { nodes: { details: object }[] } }>('{ auditEvents(first: 1, filter: { action: "export.restored" }) { nodes { details } } }')
  expect(told.auditEvents.nodes[0]!.details).toEqual({ slug: 'oakfield-led', tenantId: tenant.id })
})

test('what the old school had yet to tell, or has answered, is not told as the new one\'s', async () => {
  const told = randomUUID()
  const quiet = await homeroom.openSchool('quiet')
  const schema = schemaName(quiet.tenantId)
  // Without the news that would have it carried away at once.
  await homeroom.database.sql(`insert into ${schema}.outbox (id, actor_kind, action, subject_type) values ($1, 'system', 'student.added', 'user')`, [told])
  await homeroom.database.sql(`insert into ${schema}.idempotency_key (principal_id, key_hash, input_hash, answer) values ($1, '\\x01', '\\x02', '{}')`, [told])
  const export_ = await exported(homeroom, operator, quiet.tenantId)
  const { tenant } = await restored('quiet-again', { exportId: export_.id })
  expect(await homeroom.database.sql(`select id from ${schemaName(tenant.id)}.outbox union all select principal_id from ${schemaName(tenant.id)}.idempotency_key`)).toEqual([])
  const [counted] = await homeroom.database.sql('select row_counts -> \'outbox\' as outbox from platform.school_export where id = $1', [export_.id])
  expect(counted).toEqual({ outbox: 1 })
  expect(await homeroom.database.sql('select 1 from platform.audit_event where chain = $1 and action = \'student.added\'', [tenant.id])).toEqual([])
})

test('works after the old school has been deleted: its export outlives it', async () => {
  const gone = await homeroom.openSchool('gone')
  await plantOddSchool(homeroom, gone.tenantId)
  const rows = await rowsOf(gone.tenantId)
  const last = await exported(homeroom, operator, gone.tenantId)
  const reason = 'The school asked for it in writing.'
  await operator.ask('mutation ($id: ID!, $reason: String!) { archiveTenant(tenantId: $id, reason: $reason) { id } }', { id: gone.tenantId, reason })
  await operator.ask('mutation ($id: ID!, $reason: String!) { deleteTenant(tenantId: $id, reason: $reason, slug: "gone") { id } }', { id: gone.tenantId, reason })
  while ((await homeroom.database.sql('select 1 from platform.tenant where id = $1', [gone.tenantId])).length > 0)
    await homeroom.database.sql('select pg_sleep(0.05)')
  expect(await listExports(operator, gone.tenantId)).toMatchObject([{ id: last.id, tenantGone: true, state: 'READY' }])
  // The very slug is free again, too.
  const { tenant } = await restored('gone', { exportId: last.id })
  expect(sorted(await rowsOf(tenant.id))).toEqual(sorted(rows))
})

test('an export that waits when its school is deleted does not wait for ever', async () => {
  const school = await homeroom.openSchool('waiting')
  const id = randomUUID()
  await homeroom.database.sql('insert into platform.school_export (id, tenant_id, tenant_name, slug, time_zone, locale, reason) values ($1, $2, \'Waiting\', \'waiting\', \'UTC\', \'en\', \'A reason of ten letters\')', [id, school.tenantId])
  await homeroom.database.sql('update platform.tenant set lifecycle = \'DELETING\', delete_after = now() where id = $1', [school.tenantId])
  await homeroom.database.sql('select pg_notify(\'tenant_changed\', $1)', [JSON.stringify({ tenantId: school.tenantId })])
  while ((await homeroom.database.sql('select 1 from platform.tenant where id = $1', [school.tenantId])).length > 0)
    await homeroom.database.sql('select pg_sleep(0.05)')
  expect(await homeroom.database.sql('select state, error_code from platform.school_export where id = $1', [id])).toEqual([{ state: 'FAILED', error_code: 'SCHOOL_GONE' }])
})

test.each<[string, Record<string, unknown>, string]>([
  ['a slug that is taken', { slug: 'oakfield' }, 'SLUG_TAKEN'],
  ['a slug that looks like one', { slug: 'oakfie1d' }, 'SLUG_TAKEN'],
  ['a reserved slug', { slug: 'admin' }, 'BAD_USER_INPUT'],
  ['no name', { name: '  ' }, 'BAD_USER_INPUT'],
  ['an address that is none', { adminEmail: 'nobody' }, 'BAD_USER_INPUT'],
  ['a superadmin\'s address', { adminEmail: 'Sam.Super@operator.example' }, 'CANNOT_JOIN'],
  ['an unknown export', { exportId: randomUUID() }, 'NOT_FOUND'],
  ['an id that is none', { exportId: 'oakfield' }, 'NOT_FOUND'],
])('%s is refused, and nothing is stored', async (_, more, expected) => {
  const count = () => homeroom.database.sql('select (select count(*) from platform.tenant) as tenants, (select count(*) from pgboss.job) as jobs, (select count(*) from platform.audit_event) as events')
  const before = await count()
  expect(code(await restore('unused', more))).toBe(expected)
  expect(await count()).toEqual(before)
})

test('two at once with one slug: one school, and the other is told', async () => {
  const answers = await Promise.all([restore('contested'), restore('contested')])
  expect(answers.map(answer => code(answer) ?? 'made').sort()).toEqual(['SLUG_TAKEN', 'made'])
  await homeroom.visitor.watch(answers.find(({ data }) => data)!.data!.restoreTenant.id)
})

test('a worker of the release before, which would seed it instead, does not make a school READY that is to be restored', async () => {
  const { tenant } = await restored('restored-by-us')
  // As that worker ends a preparation.
  await expect(homeroom.database.sql('update platform.tenant set preparation_status = \'READY\', schema_version = 2, schema_serves_from = null where id = $1', [tenant.id])).rejects.toMatchObject({ constraint: 'tenant_restored_by_who_knows' })
})

test('an export is not removed under somebody who has just asked for a school from it', async () => {
  const exportId = await changedCopy('select from platform.school_export where id = $1')
  // The restoration waits in the middle of its transaction, for whoever is about to take the slug.
  const release = await holdLock(homeroom.database.adminUrl, 'insert into platform.tenant (id, slug, slug_look, name, time_zone, locale) values (gen_random_uuid(), \'held\', \'held\', \'Held\', \'UTC\', \'en\')')
  const restoring = restored('held', { exportId })
  await waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom platform', inStatement: 'insert into "platform"."tenant"' })
  const removing = operator.send('mutation ($id: ID!) { deleteSchoolExport(id: $id) }', { id: exportId })
  await Promise.race([removing, waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom platform', inStatement: 'pg_advisory_xact_lock' })])
  await release()
  // Removed only once nobody needs it any more.
  expect((await restoring).last.status).toBe('READY')
  expect([undefined, 'CONFLICT']).toContain(code(await removing))
})

test('an export of a newer release is refused', async () => {
  await homeroom.database.sql('update platform.school_export set schema_version = 99 where id = $1', [made.id])
  try {
    expect((await restore('too-new')).errors?.[0]?.extensions).toMatchObject({ code: 'EXPORT_TOO_NEW', schemaVersion: 99 })
  }
  finally {
    await homeroom.database.sql('update platform.school_export set schema_version = $2 where id = $1', [made.id, made.schemaVersion])
  }
})

/** A copy of the export, changed by one statement. */
async function changedCopy(change: string): Promise<string> {
  const id = randomUUID()
  await homeroom.database.sql(`insert into platform.school_export select (e).* from (select jsonb_populate_record(e, jsonb_build_object('id', $1::text)) as e from platform.school_export e where id = $2) copy`, [id, made.id])
  await homeroom.database.sql('insert into platform.school_export_part select $1, position, bytes from platform.school_export_part where export_id = $2', [id, made.id])
  await homeroom.database.sql(change, [id])
  return id
}

const sealAgain = ', sealed as (select 1) update platform.school_export e set size_bytes = length(p.bytes), sha256 = sha256(p.bytes) from p where e.id = p.export_id'
test.each<[string, string, string]>([
  ['of which a byte is another', 'update platform.school_export_part set bytes = set_byte(bytes, length(bytes) / 2, (get_byte(bytes, length(bytes) / 2) + 1) % 256) where export_id = $1', 'EXPORT_DAMAGED'],
  ['that ends too early', 'update platform.school_export_part set bytes = substring(bytes for length(bytes) - 100) where export_id = $1', 'EXPORT_DAMAGED'],
  ['that lacks its parts', 'delete from platform.school_export_part where export_id = $1', 'EXPORT_DAMAGED'],
  ['that is no zip', `with p as (update platform.school_export_part set bytes = 'no zip' where export_id = $1 returning export_id, bytes)${sealAgain}`, 'EXPORT_DAMAGED'],
  ['that is of another version than it says', 'update platform.school_export set schema_version = 1 where id = $1', 'EXPORT_DAMAGED'],
])('an export %s is refused, and no school, role or job is left', async (name, change, expected) => {
  const exportId = await changedCopy(change)
  const slug = name.replaceAll(' ', '-').slice(0, 40).replace(/-$/, '')
  const { tenant, last } = await restored(slug, { exportId })
  expect(last).toMatchObject({ status: 'FAILED', error: { code: expected } })
  expect(await homeroom.database.sql('select 1 from pg_namespace where nspname = $1 union select 1 from pg_roles where rolname = $1', [schemaName(tenant.id)])).toEqual([])
  expect(await homeroom.database.sql('select 1 from pgboss.job where data ->> \'tenantId\' = $1 and state in (\'created\', \'retry\', \'active\') and name = \'prepare-tenant\'', [tenant.id])).toEqual([])
  expect(await leftovers()).toEqual([])
})
