import type { GraphqlClient } from '../harness/client.ts'
import type { ExportAnswer } from '../harness/exports.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { schemaName } from '../../src/database/schema-names.ts'
import { askRestore, exported } from '../harness/exports.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let made: ExportAnswer

// An export, and from then on no worker.
beforeEach(async () => {
  homeroom = await openHomeroom({ worker: false })
  const worker = await homeroom.startWorker()
  const { tenantId, client } = await homeroom.openSchool('oakfield')
  await client.ask('mutation { addStudent(input: { givenName: "Ada", familyName: "Byron", grade: "07" }) { id } }')
  operator = (await openSuperadmin(homeroom)).client
  made = await exported(homeroom, operator, tenantId)
  await worker.stop()
})
afterEach(() => homeroom?.stop())

async function restore(): Promise<string> {
  const { restoreTenant } = await operator.ask<{ restoreTenant: { id: string } }>(askRestore, { exportId: made.id, name: 'Later', slug: 'later' })
  return restoreTenant.id
}
const remove = () => operator.send('mutation ($id: ID!) { deleteSchoolExport(id: $id) }', { id: made.id })

test('a school whose tables have moved on meanwhile is filled as it was, and then brought up to date', async () => {
  const tenantId = await restore()
  const houses = {
    version: schoolMigrations.at(-1)!.version + 1,
    name: 'houses',
    worksWith: 1,
    tables: ['house'],
    statements: [
      'create table house (id uuid primary key default gen_random_uuid(), name text not null)',
      'alter table "user" add column house text not null default \'none\'',
      // Looks at rows: it would find none if they came after it.
      'insert into house (name) select family_name from "user"',
    ],
  }
  await homeroom.startWorker([...schoolMigrations, houses])
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'READY', error: null })
  const schema = schemaName(tenantId)
  expect(await homeroom.database.sql(`select name, house from ${schema}.house join ${schema}."user" on true`)).toEqual([{ name: 'Byron', house: 'none' }])
  expect(await homeroom.database.sql('select schema_version, schema_serves_from from platform.tenant where id = $1', [tenantId])).toEqual([{ schema_version: houses.version, schema_serves_from: Math.max(...schoolMigrations.map(({ worksWith }) => worksWith)) }])
  expect(await homeroom.database.sql(`select version from ${schema}.schema_migration order by 1`)).toEqual([...schoolMigrations, houses].map(({ version }) => ({ version })))
})

test('an export of tables that the worker does not know is refused by it too', async () => {
  const tenantId = await restore()
  await homeroom.startWorker(schoolMigrations.slice(0, -1))
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'FAILED', error: { code: 'EXPORT_TOO_NEW' } })
  expect(await homeroom.database.sql('select 1 from pg_namespace where nspname = $1', [schemaName(tenantId)])).toEqual([])
})

test('an export cannot be deleted while a school is to be made from it, and can afterwards', async () => {
  const tenantId = await restore()
  expect((await remove()).errors?.[0]).toMatchObject({ message: 'A school is being restored from this export: wait for the end.', extensions: { code: 'CONFLICT' } })
  await homeroom.startWorker()
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'READY' })
  expect((await remove()).data).toEqual({ deleteSchoolExport: true })
  expect(await homeroom.database.sql('select 1 from platform.school_export_part')).toEqual([])
})

test('a school whose export is gone after all fails, with a word for it', async () => {
  const tenantId = await restore()
  await homeroom.database.sql('delete from platform.school_export')
  await homeroom.startWorker()
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'FAILED', error: { code: 'EXPORT_GONE' } })
})
