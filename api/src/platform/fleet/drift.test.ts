import type { FleetSchool } from '../../../test/harness/fleet.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Operator } from '../../../test/harness/rollouts.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schoolMigrations } from '../../../migrations/school/index.ts'
import { makeFleet } from '../../../test/harness/fleet.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { openOperator } from '../../../test/harness/rollouts.ts'
import { migrateSchools } from '../../compose.ts'
import { schemaName } from '../../database/schema-names.ts'
import { createLog } from '../../shared/log.ts'

let homeroom: TestHomeroom
let operator: Operator
let schools: FleetSchool[]

// Of the first version, brought to the newest, and new.
beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  const { urls } = homeroom.database
  const older = await makeFleet(urls, 2, schoolMigrations.slice(0, 1))
  await homeroom.database.sql('update platform.tenant set slug = \'older-\' || slug, slug_look = \'older-\' || slug_look')
  await migrateSchools(homeroom.config, urls, createLog('silent'))
  schools = [...await makeFleet(urls, 10), ...older]
  operator = await openOperator(homeroom)
})
afterAll(() => homeroom?.stop())

interface Drift { checked: number, seconds: number, differing: number, tenants: { tenant: { slug: string }, differences: string[] }[] }
const drift = async () => (await operator.client.ask<{ fleetDrift: Drift }>('{ fleetDrift { checked seconds differing tenants { tenant { slug } differences } } }')).fleetDrift

test('healthy schools do not differ, however they came to their version', async () => {
  expect(await drift()).toEqual({ checked: 12, seconds: expect.any(Number) as number, differing: 0, tenants: [] })
})

test('what a version looks like is worked out anew where it was made from something else, and only there', async () => {
  const { sql, urls } = homeroom.database
  const shapes = () => sql<{ version: number, made: string }>('select version, made_at::text as made from platform.school_shape order by version')
  const before = await shapes()
  await migrateSchools(homeroom.config, urls, createLog('silent'))
  expect(await shapes()).toEqual(before)
  await sql('update platform.school_shape set shape = \'{}\', made_from = \'another server\' where version = 1')
  await migrateSchools(homeroom.config, urls, createLog('silent'))
  expect((await shapes()).map(({ version }) => version)).toEqual(before.map(({ version }) => version))
  expect(await sql('select version from platform.school_shape where shape = \'{}\'')).toEqual([])
})

const cases: [string, string, string][] = [
  ['an index is missing', 'drop index ~.class_title', 'table class: index class_title is missing'],
  ['a column too many', 'alter table ~.class add column nickname text', 'table class: unknown column nickname'],
  ['a column of another type', 'alter table ~.org alter column time_zone type varchar(100)', 'table org: column time_zone is character varying(100), expected text'],
  ['a right is missing', 'revoke delete on ~.enrollment from ~', 'table enrollment: rights of the school is INSERT, SELECT, UPDATE, expected DELETE, INSERT, SELECT, UPDATE'],
  ['a right too many', 'grant select on ~.demographics to public', 'table demographics: unknown rights of everybody'],
  ['a column may be empty', 'alter table ~.class alter column title drop not null', 'table class: column title is text collate "und-x-icu", expected text collate "und-x-icu" not null'],
  ['a check is gone', 'alter table ~.setup_task drop constraint setup_task_key_check', 'table setup_task: constraint setup_task_key_check is missing'],
  ['a table is gone', 'drop table ~.outbox', 'table outbox is missing'],
  ['a table too many', 'create table ~.notes (id int primary key)', 'unknown table notes'],
]

test('each difference is said in words, of the school that has it and of no other', async () => {
  for (const [place, [, statement]] of cases.entries())
    await homeroom.database.sql(statement.replaceAll('~', schemaName(schools[place]!.tenantId)))
  const { checked, differing, tenants } = await drift()
  expect([checked, differing]).toEqual([12, cases.length])
  expect(tenants.map(({ tenant, differences }) => [tenant.slug, differences])).toEqual(cases.map(([, , words], place) => [schools[place]!.slug, [words]]))
})

test('of very many that differ the first are listed, all are counted', async () => {
  await homeroom.database.sql(`
    insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, schema_version, schema_serves_from, preparation_status)
    select gen_random_uuid(), 'gone-' || lpad(n::text, 4, '0'), 'gone-' || n, 'Gone', 'Europe/Zurich', 'en', $1, $1, 'READY' from generate_series(1, 4500) n`, [schoolMigrations.length])
  const { checked, differing, tenants } = await drift()
  expect([checked, differing, tenants.length]).toEqual([4_512, 4_500 + cases.length, 200])
  expect(tenants.slice(0, 2)).toEqual([1, 2].map(n => ({ tenant: { slug: `gone-000${n}` }, differences: ['the schema is missing'] })))
})
