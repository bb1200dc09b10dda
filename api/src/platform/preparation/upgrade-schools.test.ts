import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Running } from '../../compose.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schoolMigrations } from '../../../migrations/school/index.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { schemaName } from '../../database/schema-names.ts'
import { createLog } from '../../shared/log.ts'
import { upgradeSchools } from './upgrade-schools.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
let older: Running

// Schools as the first version made them.
beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  older = await homeroom.startWorker(schoolMigrations.slice(0, 1))
  oakfield = await homeroom.openSchool('oakfield')
  riverside = await homeroom.openSchool('riverside')
})
afterAll(() => homeroom?.stop())

const upgrade = () => upgradeSchools({ ownerUrl: homeroom.database.urls.owner, migrations: schoolMigrations, log: createLog('silent') })
const refusal = async ({ client }: SignedUp) => (await client.send('{ dashboard { __typename } }')).errors?.[0]?.extensions.code
const versions = async () => (await homeroom.database.sql<{ schema_version: number }>('select schema_version from platform.tenant order by created_at')).map(row => row.schema_version)
const newest = schoolMigrations.length

test('a school of an older version says that it is being updated, and nothing of its tables', async () => {
  const { status, headers, errors } = await oakfield.client.send('{ dashboard { __typename } }')
  expect([status, errors?.[0]?.extensions.code, headers.get('retry-after')]).toEqual([503, 'TENANT_MAINTENANCE', '10'])
  expect((await oakfield.client.send('{ viewer { id } tenant { id } }')).errors).toBeUndefined()
})

test('one school that cannot be migrated stays as it was; the others go on, and mended it follows alone', async () => {
  const inTheWay = `${schemaName(riverside.tenantId)}.outbox`
  await homeroom.database.sql(`create table ${inTheWay} (c int)`)
  expect(await upgrade()).toEqual([riverside.tenantId])
  expect(await versions()).toEqual([newest, 1])
  expect([await refusal(oakfield), await refusal(riverside)]).toEqual([undefined, 'TENANT_MAINTENANCE'])

  await homeroom.database.sql(`drop table ${inTheWay}`)
  expect(await upgrade()).toEqual([])
  expect(await versions()).toEqual([newest, newest])
  expect(await refusal(riverside)).toBeUndefined()
})

test('several at once migrate every school once', async () => {
  await homeroom.openSchool('lakeside')
  expect(await Promise.all([upgrade(), upgrade(), upgrade()])).toEqual([[], [], []])
  expect(await versions()).toEqual([newest, newest, newest])
})

test('a migrated school has the tables of a new one', async () => {
  const tablesOf = (schema: string) => homeroom.database.sql(`
    select table_name, column_name, data_type, column_default, is_nullable from information_schema.columns where table_schema = $1 order by 1, 2`, [schema])
  const rightsOf = (schema: string) => homeroom.database.sql(`
    select table_name, privilege_type from information_schema.role_table_grants where table_schema = $1 and grantee = $1 order by 1, 2`, [schema])
  await older.stop()
  await homeroom.startWorker()
  const schemas = [schemaName(oakfield.tenantId), schemaName((await homeroom.openSchool('hillside')).tenantId)]
  for (const facts of [tablesOf, rightsOf]) {
    const [migrated, made] = await Promise.all(schemas.map(facts))
    expect(migrated).toEqual(made)
  }
})
