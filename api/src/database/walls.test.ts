import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { loginOf } from './logins.ts'
import { schemaName } from './schema-names.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
let oak: string
let river: string
/** A connection of the login that serves requests, outside any door. */
let request: pg.Client

beforeAll(async () => {
  homeroom = await openHomeroom()
  oakfield = await homeroom.openSchool('oakfield')
  riverside = await homeroom.openSchool('riverside')
  oak = schemaName(oakfield.tenantId)
  river = schemaName(riverside.tenantId)
})
beforeEach(async () => { request = await connect(homeroom.database.urls.request) })
afterEach(() => request?.end())
afterAll(() => homeroom?.stop())

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
}

/** What becomes of a statement: its rows, or the code it is refused with. Nothing of it stays. */
async function outcome(client: pg.Client, statement: string, values?: unknown[]): Promise<unknown> {
  await client.query('savepoint here').catch(() => {})
  try {
    return (await client.query(statement, values)).rows
  }
  catch (error) {
    await client.query('rollback to here').catch(() => {})
    return (error as pg.DatabaseError).code
  }
}

/** As the tenant door does it. */
async function enter(client: pg.Client, schema: string): Promise<void> {
  await client.query('begin')
  await client.query('select set_config(\'search_path\', $1, true), set_config(\'role\', $1, true)', [schema])
}

const tablesOf = async (schema: string) => (await homeroom.database.sql<{ name: string }>('select relname::text as name from pg_class where relnamespace = $1::regnamespace and relkind = \'r\' order by 1', [schema])).map(({ name }) => name)

const denied = '42501'

test('a statement on a school\'s table that did not come through the door is denied', async () => {
  const tables = await tablesOf(oak)
  expect(tables).toContain('enrollment')
  for (const name of tables) {
    const table = `${oak}."${name}"`
    const [column] = await homeroom.database.sql<{ name: string }>('select attname as name from pg_attribute where attrelid = $1::regclass and attnum = 1', [table])
    for (const statement of [`select from ${table}`, `insert into ${table} default values`, `update ${table} set "${column!.name}" = default`, `delete from ${table}`, `truncate ${table}`, `drop table ${table}`])
      expect.soft([statement, await outcome(request, statement)]).toEqual([statement, denied])
  }
})

test('a forgotten transaction gives nothing: the role is gone with the statement that set it', async () => {
  expect(await outcome(request, 'select set_config(\'search_path\', $1, true), set_config(\'role\', $1, true)', [oak])).toHaveLength(1)
  expect(await outcome(request, 'select * from org')).toBe('42P01')
  expect(await outcome(request, `select * from ${oak}.org`)).toBe(denied)
  await request.query(`set local role ${oak}`) // outside a transaction: a warning only
  expect(await outcome(request, `select * from ${oak}.org`)).toBe(denied)
})

test('inside the door a school\'s role has its own data and nothing else', async () => {
  await enter(request, oak)
  expect(await outcome(request, 'select name from org')).toEqual([{ name: 'School oakfield' }])
  for (const table of await tablesOf(river))
    expect.soft([table, await outcome(request, `select * from ${river}."${table}"`)]).toEqual([table, denied])
  const foreign = await homeroom.database.sql<{ name: string }>('select format(\'%I.%I\', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace where nspname in (\'platform\', \'pgboss\') and relkind in (\'r\', \'p\')')
  expect(foreign.map(({ name }) => name)).toContain('platform.tenant')
  for (const { name } of foreign)
    expect.soft([name, await outcome(request, `select * from ${name}`)]).toEqual([name, denied])
  const beyondData = ['truncate org', 'alter table org add column c int', 'create table t (c int)', 'create temp table t (c int)', 'create schema s', 'create role r', 'drop table org', `alter role ${oak} login`]
  for (const statement of beyondData)
    expect.soft([statement, await outcome(request, statement)]).toEqual([statement, denied])
})

test('inside the door a statement waits as long as a request\'s does: settings stay the login\'s, a school\'s role brings none', async () => {
  await enter(request, oak)
  expect([await outcome(request, 'show statement_timeout'), await outcome(request, 'show lock_timeout'), await outcome(request, 'show idle_in_transaction_session_timeout')])
    .toEqual([[{ statement_timeout: '5s' }], [{ lock_timeout: '2s' }], [{ idle_in_transaction_session_timeout: '10s' }]])
})

test('who has become a school cannot call set_config to become another, or anything', async () => {
  await enter(request, oak)
  for (const role of [river, 'none', loginOf(homeroom.database.urls.owner).name]) {
    expect(await outcome(request, 'select set_config(\'role\', $1, true)', [role])).toBe(denied)
    expect(await outcome(request, 'select set_config(\'search_path\', $1, true)', [role])).toBe(denied)
  }
  expect(await outcome(request, 'select name from org')).toEqual([{ name: 'School oakfield' }])
})

test('the request login makes no object anywhere, temporary ones included, and no role', async () => {
  await request.query('begin')
  for (const statement of ['create temp table t (c int)', 'create table public.t (c int)', 'create table platform.t (c int)', `create table ${oak}.t (c int)`, 'create schema s', 'create role r', 'create function public.f() returns int language sql return 1'])
    expect.soft([statement, await outcome(request, statement)]).toEqual([statement, denied])
  const owned = 'select 1 from pg_shdepend where deptype = \'o\' and refclassid = \'pg_authid\'::regclass and refobjid = $1::regrole'
  expect(await homeroom.database.sql(owned, [loginOf(homeroom.database.urls.request).name])).toEqual([])
})

/** Every right that a role has on what is shared, as "schema.table: rights"; those on some columns alone name them. */
async function rightsOf(login: string): Promise<Record<string, string>> {
  const rows = await homeroom.database.sql<{ name: string, rights: string }>(`
    select format('%s.%s', nspname, relname) as name,
      string_agg(lower(p.name) || case when has_table_privilege($1, c.oid, p.name) then '' else format(' (%s)', columns) end, ', ' order by p.place) as rights
    from pg_class c join pg_namespace n on n.oid = relnamespace,
      unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) with ordinality as p (name, place),
      lateral (
        select string_agg(attname, ', ' order by attnum) as columns from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
          and case when p.name in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') then has_column_privilege($1, c.oid, attnum, p.name) end
      ) one_by_one
    where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and relkind in ('r', 'p', 'v', 'm', 'f')
      and (has_table_privilege($1, c.oid, p.name) or columns is not null)
    group by 1`, [login])
  return Object.fromEntries(rows.map(({ name, rights }) => [name, rights]))
}

test('the request login has these rights on what is shared, and not one more', async () => {
  expect(await rightsOf(loginOf(homeroom.database.urls.request).name)).toEqual({
    'platform.account': 'select, insert (id, email, name, password_hash, created_at, credentials_changed_at, email_verified_at), '
      + 'update (name, password_hash, credentials_changed_at, email_verified_at, totp_secret, totp_confirmed_at, totp_last_step)',
    'platform.account_token': 'select, update (used_at)',
    'platform.alert': 'select',
    'platform.alert_look': 'select',
    'platform.api_key': 'select, insert (id, tenant_id, prefix, last_four, token_hash, name, scopes, addresses, created_by, expires_at, created_address), update (expires_at, revoked_at, replaced_by, last_used_at, last_used_address)',
    'platform.api_limit': 'select, insert, update (points, reason, set_by, set_at, expires_at), delete',
    'platform.api_points': 'select, insert, update, delete',
    'platform.api_request': 'select, insert (tenant_id, key_id, at, kind, operation, operation_name, status, code, cost, duration_ms, request_id, variables, address, times, refusal, from_explorer)',
    'platform.api_deprecated_use': 'select, insert, update (uses, last_used_at)',
    'platform.audit_event': 'select, insert',
    'platform.deletion_receipt': 'select',
    'platform.held_mail': 'select',
    'platform.idempotency_key': 'select, insert, delete',
    'platform.invitation': 'select, insert (id, tenant_id, email, role, invited_by, expires_at), update (accepted_at, revoked_at)',
    'platform.membership': 'select, insert, update (role), delete',
    'platform.platform_migration': 'select',
    'platform.preparation_attempt': 'select',
    'platform.preparation_cycle': 'select',
    'platform.preparation_step': 'select',
    'platform.rate_limit': 'select, insert, update, delete',
    'platform.rollout': 'select, insert (id, target_version, canaries, parallel, failure_budget, requested_by), update (state)',
    'platform.rollout_school': 'select',
    'platform.school_export': 'select, insert (id, tenant_id, tenant_name, slug, time_zone, locale, reason, requested_by), delete',
    'platform.school_export_part': 'select',
    'platform.school_shape': 'select',
    'platform.session': 'select, insert, update',
    'platform.tenant': 'select, insert, update (lifecycle, preparation_status, preparation_cycle, preparation_attempt, preparation_step, preparation_completed_steps, '
      + 'preparation_error_code, preparation_started_at, preparation_completed_at, preparation_sequence, lifecycle_reason, lifecycle_changed_at, delete_after)',
    'platform.webhook_attempt': 'select',
    'platform.webhook_delivery': 'select, insert (id, tenant_id, endpoint_id, event_id, type, next_attempt_at), update (state, tries, next_attempt_at, error, completed_at)',
    'platform.webhook_endpoint': 'select, insert (id, tenant_id, url, description, event_types, created_by), '
      + 'update (url, description, event_types, enabled, disabled_reason, disabled_at, deleted_at, failing_since, held_until, silences)',
    'platform.webhook_event': 'select, insert',
    'platform.webhook_secret': 'select (id, endpoint_id, created_at, expires_at), insert (id, endpoint_id, sealed), update (expires_at), delete',
    'pgboss.job_common': 'select, insert',
    'pgboss.queue': 'select',
    'pgboss.version': 'select',
  })
  const beyond = [
    'delete from platform.tenant',
    'truncate platform.tenant',
    'update platform.tenant set schema_version = 1',
    'update platform.rollout set target_version = 1',
    'update platform.school_export set state = \'READY\'',
    'insert into platform.school_export_part (export_id, position, bytes) values (gen_random_uuid(), 0, \'\')',
    'delete from platform.deletion_receipt',
    'delete from platform.alert',
    'select sealed from platform.webhook_secret',
    'update platform.webhook_event set body = \'{}\'',
    'delete from platform.webhook_delivery',
    'update platform.tenant set node = \'main\'',
    'update platform.account set superadmin = true',
    'insert into platform.account (id, email, name, password_hash, superadmin) values (gen_random_uuid(), \'e\', \'n\', \'h\', true)',
    'update platform.membership set tenant_id = gen_random_uuid()',
    'update platform.audit_event set details = \'{}\'',
    'delete from platform.audit_event',
    'truncate platform.audit_event',
    'insert into platform.account_token (id) values (gen_random_uuid())',
    'update platform.preparation_attempt set outcome = \'READY\'',
    'update platform.preparation_cycle set outcome = \'READY\'',
    'delete from platform.session',
    'delete from pgboss.job_common',
    'update pgboss.job_common set state = \'completed\'',
    'delete from platform.platform_migration',
  ]
  for (const statement of beyond)
    expect.soft([statement, await outcome(request, statement)]).toEqual([statement, denied])
})

test('between a migration and its grants schools go on signing up: what notes their rounds asks nothing of the request login', async () => {
  const { name } = loginOf(homeroom.database.urls.request)
  await homeroom.database.sql(`revoke all on platform.preparation_cycle from ${name}`)
  const { tenantId } = await homeroom.signUp('meadow')
  await homeroom.database.sql(`grant select on platform.preparation_cycle to ${name}`)
  expect(await homeroom.database.sql('select cycle from platform.preparation_cycle where tenant_id = $1', [tenantId])).toEqual([{ cycle: 1 }])
})

test('everybody together may do nothing: no schema, no table, no place for temporary ones, no set_config', async () => {
  expect(await homeroom.database.sql(`
    select 'schema ' || nspname as what, privilege_type from pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
    where grantee = 0 and nspname not in ('pg_catalog', 'information_schema')
    union all
    select 'table ' || c.oid::regclass, privilege_type from pg_class c join pg_namespace n on n.oid = relnamespace, aclexplode(relacl)
    where grantee = 0 and nspname not in ('pg_catalog', 'information_schema')
    union all
    select 'database', privilege_type from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) where grantee = 0 and datname = current_database()
    union all
    select 'set_config', privilege_type from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0 and proname = 'set_config'`)).toEqual([])
})

test('the listener hears and sees nothing else', async () => {
  const { urls } = homeroom.database
  expect(await rightsOf(loginOf(urls.listener).name)).toEqual({})
  const listener = await connect(urls.listener)
  expect(await outcome(listener, 'select 1 from platform.tenant')).toBe(denied)
  expect(await outcome(listener, 'select set_config(\'role\', $1, true)', [oak])).toBe(denied)
  expect(await outcome(listener, `set role ${oak}`)).toBe(denied)
  expect(await outcome(listener, 'create temp table t (c int)')).toBe(denied)
  expect(await outcome(listener, 'listen tenant_preparation_changed')).toEqual([])
  await listener.end()
})

test('no login of ours is more than it needs to be', async () => {
  const { owner, request, listener } = homeroom.database.urls
  const roles = await homeroom.database.sql(`
    select rolname::text as name, rolcanlogin as login, rolcreaterole as creates_roles, rolinherit as inherits, rolsuper or rolcreatedb or rolreplication or rolbypassrls as privileged
    from pg_roles where rolname = any($1) order by array_position($1, rolname::text)`, [[owner, request, listener].map(url => loginOf(url).name).concat(oak)])
  expect(roles).toEqual([
    { name: loginOf(owner).name, login: true, creates_roles: true, inherits: false, privileged: false },
    { name: loginOf(request).name, login: true, creates_roles: false, inherits: false, privileged: false },
    { name: loginOf(listener).name, login: true, creates_roles: false, inherits: false, privileged: false },
    { name: oak, login: false, creates_roles: false, inherits: false, privileged: false },
  ])
  // It may become a school, and has nothing of it before it has.
  expect(await homeroom.database.sql('select admin_option, inherit_option, set_option from pg_auth_members where member = $1::regrole and roleid = $2::regrole', [loginOf(request).name, oak]))
    .toEqual([{ admin_option: false, inherit_option: false, set_option: true }])
  const patience = await connect(request)
  expect([await outcome(patience, 'show statement_timeout'), await outcome(patience, 'show lock_timeout'), await outcome(patience, 'show idle_in_transaction_session_timeout'), await outcome(patience, 'show search_path')])
    .toEqual([[{ statement_timeout: '5s' }], [{ lock_timeout: '2s' }], [{ idle_in_transaction_session_timeout: '10s' }], [{ search_path: '""' }]])
  await patience.end()
})
