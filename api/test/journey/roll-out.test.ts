import { afterEach, beforeEach, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { schemaName } from '../../src/database/schema-names.ts'
import { openFolder, until } from '../harness/embedded-owners.ts'
import { makeFleet } from '../harness/fleet.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock, sqlOf, waits } from '../harness/process-holds.ts'
import { launchHomeroom, startHomeroom } from '../harness/process.ts'

let homeroom: Awaited<ReturnType<typeof openHomeroom>>
let schools: Awaited<ReturnType<typeof makeFleet>>

// Schools as the first version made them.
beforeEach(async () => {
  homeroom = await openHomeroom({ worker: false })
  schools = await makeFleet(homeroom.database.urls, 20, schoolMigrations.slice(0, 1))
})
afterEach(() => homeroom?.stop())

const newest = schoolMigrations.length
const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const migrated = async () => (await sql<{ slug: string }>('select slug from platform.tenant where schema_version = $1 order by slug', [newest])).map(({ slug }) => slug)
const slugs = () => schools.map(({ slug }) => slug)

async function environment(): Promise<Record<string, string>> {
  const { owner, request, listener } = homeroom.database.urls
  return { DATA_DIR: await openFolder(), OWNER_DATABASE_URL: owner, REQUEST_DATABASE_URL: request, LISTENER_DATABASE_URL: listener, ROLLOUT_PARALLEL: '1', ROLLOUT_CANARIES: '0' }
}

/** Stands in the way of a school's migration until it is released. */
const hold = (place: number) => holdLock(homeroom.database.adminUrl, `lock table ${schemaName(schools[place]!.tenantId)}.schema_migration`)
const heldUp = () => waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom school migrations', inStatement: 'create table outbox' })

test('kill -9 of the worker in the middle of a roll-out: another goes on where it was, and no school is migrated twice', async () => {
  const env = { ...await environment(), PROCESS: 'worker' }
  const release = await hold(10)
  const worker = await startHomeroom(env)
  await heldUp()
  expect(await migrated()).toEqual(slugs().slice(0, 10))
  await worker.kill()
  await release()
  const [before] = await sql<{ id: string, state: string }>('select id, state from platform.rollout')
  expect(before?.state).toBe('RUNNING')

  await startHomeroom(env)
  await until('the roll-out to be done', async () => (await sql('select from platform.rollout where state = \'DONE\'')).length === 1)
  expect(await migrated()).toEqual(slugs())
  expect(await sql('select r.id, count(s.*)::int as done from platform.rollout r join platform.rollout_school s on s.rollout_id = r.id group by r.id')).toEqual([{ id: before?.id, done: 20 }])
  expect(await sql('select count(*)::int as events, count(distinct chain)::int as schools from platform.audit_event where action = \'tenant.migrated\'')).toEqual([{ events: 20, schools: 20 }])
}, 120_000)

test('the command tells how far it is, ends with an error that names who stayed behind and why, and run again finishes them alone', async () => {
  const env = await environment()
  const inTheWay = `${schemaName(schools[4]!.tenantId)}.outbox`
  await sql(`create table ${inTheWay} (c int)`)
  const first = await launchHomeroom(env, { args: ['--migrate-only'] })
  expect(await first.ended).toEqual({ code: 1, signal: null })
  expect(first.stdout).toMatch(/^schools: 19 of 20 migrated, 1 failed$/m)
  expect(first.stderr).toContain('school-0005: OBJECT_EXISTS 42P07 relation "outbox" already exists')
  expect(await migrated()).toEqual(slugs().filter(slug => slug !== 'school-0005'))

  await sql(`drop table ${inTheWay}`)
  const second = await launchHomeroom(env, { args: ['--migrate-only'] })
  expect(await second.ended).toEqual({ code: 0, signal: null })
  expect(second.stdout).toMatch(/^schools: 1 of 1 migrated, 0 failed$/m)
  expect(await migrated()).toEqual(slugs())

  const third = await launchHomeroom(env, { args: ['--migrate-only'] })
  expect(await third.ended).toEqual({ code: 0, signal: null })
  expect(third.stdout).toBe('Every school is at the newest version.\n')
}, 120_000)

test('an API without a worker starts at once beside schools of an older version', async () => {
  const api = await startHomeroom({ ...await environment(), PROCESS: 'api' })
  expect(api.url).toContain('http')
  expect(await migrated()).toEqual([])
}, 60_000)
