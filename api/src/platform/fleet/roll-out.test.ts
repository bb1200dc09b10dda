import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { FleetSchool } from '../../../test/harness/fleet.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Operator } from '../../../test/harness/rollouts.ts'
import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { oldestServed, schoolMigrations } from '../../../migrations/school/index.ts'
import { until } from '../../../test/harness/embedded-owners.ts'
import { makeFleet } from '../../../test/harness/fleet.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { holdLock, sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { openOperator } from '../../../test/harness/rollouts.ts'
import { migrateSchools } from '../../compose.ts'
import { schemaName } from '../../database/schema-names.ts'
import { tenantLock } from '../../database/tenant-lock.ts'
import { createLog } from '../../shared/log.ts'

/** The version that schools are at, and the one they are brought to. */
const current = schoolMigrations.length
const next = current + 1

/** A step that only adds: code of before goes on. */
const expanding: SchoolMigration = {
  version: next,
  name: 'homework',
  worksWith: current,
  tables: ['homework'],
  statements: ['create table homework (id uuid primary key default gen_random_uuid(), title text not null)', 'alter table class add column room text'],
}
const history = [...schoolMigrations, expanding]
/** The same, by which code of before would be at a loss. */
const contracting = [...schoolMigrations, { ...expanding, worksWith: next }]

let homeroom: TestHomeroom
let operator: Operator
let schools: FleetSchool[]
afterEach(() => homeroom?.stop())

async function open(count: number, plan: Partial<{ canaries: number, parallel: number, failureBudget: number }> = {}, made = schoolMigrations): Promise<void> {
  homeroom = await openHomeroom({ worker: false, config: { rollout: { canaries: 1, parallel: 4, failureBudget: 5, ...plan } } })
  schools = await makeFleet(homeroom.database.urls, count, made)
  operator = await openOperator(homeroom)
}

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const byCommand = (migrations: readonly SchoolMigration[] = history) => migrateSchools(homeroom.config, homeroom.database.urls, createLog('silent'), undefined, migrations)
/** The schools at a version, by address. */
const at = async (version: number) => (await sql<{ slug: string }>('select slug from platform.tenant where schema_version = $1 order by slug', [version])).map(({ slug }) => slug)
const slugs = (some: readonly FleetSchool[]) => some.map(({ slug }) => slug).sort()
const events = async (action: string) => (await sql<{ id: string }>('select chain as id from platform.audit_event where action = $1 order by chain', [action])).map(({ id }) => id)

/** Stands in the way of a school's migration. */
const block = (some: readonly FleetSchool[]) => Promise.all(some.map(({ tenantId }) => sql(`create table ${schemaName(tenantId)}.homework (c int)`)))
const mend = (some: readonly FleetSchool[]) => Promise.all(some.map(({ tenantId }) => sql(`drop table ${schemaName(tenantId)}.homework`)))
/** Somebody who reads a school's classes, and goes on reading. */
const readFor = ({ tenantId }: FleetSchool) => holdLock(homeroom.database.adminUrl, `select from ${schemaName(tenantId)}.class`)
/** The roll-out stands before that school. */
const heldUp = () => waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom school migrations', inStatement: 'create table homework' })

test('3 of 200 schools that cannot be migrated stay as they were and are served; the others are migrated, and mended the 3 follow alone', async () => {
  await open(200)
  const broken = [schools[17]!, schools[80]!, schools[81]!]
  const whole = schools.filter(school => !broken.includes(school))
  await block(broken)
  await homeroom.startWorker(history)
  const first = await operator.rolloutIs(({ state }) => state !== 'RUNNING')
  expect(first).toMatchObject({ state: 'DONE', targetVersion: next, total: 200, done: 197, failed: 3, remaining: 0 })
  expect(slugs(first.failures.map(({ tenant }) => tenant as FleetSchool))).toEqual(slugs(broken))
  for (const failure of first.failures) {
    expect(failure).toMatchObject({ canary: false, code: 'OBJECT_EXISTS', attempts: 1 })
    expect(failure.cause).toContain('42P07 relation "homework" already exists')
  }
  expect(await at(next)).toEqual(slugs(whole))
  expect(await at(current)).toEqual(slugs(broken))
  // Code of the version before serves both.
  for (const school of [...broken, whole[0]!, whole.at(-1)!])
    expect(await operator.enter(school)).toBe('served')
  const fleet = await operator.fleet()
  expect(fleet).toMatchObject({ supportedVersion: next, oldestServed, versions: [{ version: next, tenants: 197 }, { version: current, tenants: 3 }], behind: 3, setAsideCount: 3, plan: { canaries: 1, parallel: 4, failureBudget: 5 }, rollout: { id: first.id } })
  // Nobody ordered it: a worker of the new release did.
  expect(first).toMatchObject({ canariesLeft: 0, requestedBy: null })
  expect(slugs(fleet.setAside.map(({ tenant }) => tenant as FleetSchool))).toEqual(slugs(broken))
  expect(await events('tenant.migrated')).toEqual(whole.map(({ tenantId }) => tenantId).sort())
  expect(await events('tenant.setAside')).toEqual(broken.map(({ tenantId }) => tenantId).sort())

  await mend(broken)
  const { data } = await operator.start()
  const second = await operator.rolloutIs(({ id, state }) => id === data!.startRollout.id && state === 'DONE')
  expect(second).toMatchObject({ total: 3, done: 3, failed: 0, requestedBy: 'Sam Super <sam.super@operator.example>' })
  expect((await operator.rollout(first.id)).data?.rollout).toMatchObject({ id: first.id, done: 197, failed: 3 })
  for (const unknown of [randomUUID(), 'nonsense'])
    expect((await operator.rollout(unknown)).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
  expect(await operator.fleet()).toMatchObject({ versions: [{ version: next, tenants: 200 }], behind: 0, setAside: [] })
  expect((await operator.start()).errors?.[0]?.extensions.code).toBe('NOTHING_TO_DO')
}, 180_000)

test('of very many failures the last are listed, and all are counted', async () => {
  await open(0)
  await sql(`
    insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, schema_version, schema_serves_from, preparation_status, set_aside_version, set_aside_code, set_aside_at)
    select gen_random_uuid(), 'aside-' || n, 'aside-' || n, 'Aside', 'Europe/Zurich', 'en', ${current}, 1, 'READY', ${next}, 'MIGRATION_FAILED', now() - n * interval '1 second' from generate_series(1, 205) n`)
  const [{ id }] = await sql<{ id: string }>('insert into platform.rollout (id, target_version, canaries, parallel, failure_budget) values (gen_random_uuid(), $1, 0, 4, 1000) returning id', [next]) as [{ id: string }]
  await sql('insert into platform.rollout_school (rollout_id, tenant_id, from_version, outcome, error_code, ended_at) select $1, id, $2, \'FAILED\', set_aside_code, set_aside_at from platform.tenant', [id, current])
  const { setAside, setAsideCount, rollout } = await operator.fleet()
  expect([setAsideCount, setAside.length, rollout!.failed, rollout!.failures.length]).toEqual([205, 200, 205, 200])
  for (const listed of [setAside, rollout!.failures])
    expect([listed[0]!.tenant.slug, listed.at(-1)!.tenant.slug]).toEqual(['aside-1', 'aside-200'])
})

test('a command does the same in the foreground, names who stayed behind and tries them again; with nothing to do it says so', async () => {
  await open(6)
  await block([schools[2]!])
  const told: number[] = []
  const first = await migrateSchools(homeroom.config, homeroom.database.urls, createLog('silent'), ({ done }) => void told.push(done), history)
  expect(first.rollout).toMatchObject({ state: 'DONE', done: 5, failed: 1 })
  expect(first.behind).toEqual([{ id: schools[2]!.tenantId, slug: 'school-0003', code: 'OBJECT_EXISTS', cause: expect.stringContaining('homework') as string }])
  expect(told.at(-1)).toBe(5)
  // A worker leaves alone what was set aside; who gives the command means it.
  await sql('delete from platform.school_shape where version = $1', [next])
  await homeroom.startWorker(history)
  await until('the worker to look', async () => (await sql('select from platform.school_shape where version = $1', [next])).length === 1)
  const letGo = await holdLock(homeroom.database.adminUrl, 'select pg_advisory_lock(hashtext(\'homeroom schools\'))')
  expect(await sql('select state from platform.rollout')).toEqual([{ state: 'DONE' }])
  await letGo()
  await mend([schools[2]!])
  expect(await byCommand()).toMatchObject({ rollout: { state: 'DONE', total: 1, done: 1 }, behind: [] })
  expect(await byCommand()).toEqual({ rollout: null, behind: [] })
}, 60_000)

test('a canary that fails stops the roll-out before any other school is touched; resumed, another canary goes first', async () => {
  await open(5)
  const [newest] = schools.slice(-1)
  await block([newest!])
  const worker = await homeroom.startWorker(history)
  const stopped = await operator.rolloutIs(({ state }) => state !== 'RUNNING')
  expect(stopped).toMatchObject({ state: 'STOPPED', stoppedReason: 'CANARY_FAILED', done: 0, failed: 1, remaining: 4, canariesLeft: 1, failures: [{ tenant: { slug: newest!.slug }, canary: true }] })
  expect(await at(current)).toEqual(slugs(schools))
  expect((await operator.start()).errors?.[0]?.extensions.code).toBe('CONFLICT')

  // Another worker of the same version does not know better.
  await worker.stop()
  await homeroom.startWorker(history)
  expect((await operator.order('resumeRollout', stopped.id)).data).toEqual({ resumeRollout: { state: 'RUNNING' } })
  const done = await operator.rolloutIs(({ state }) => state !== 'RUNNING')
  expect(done).toMatchObject({ id: stopped.id, state: 'DONE', stoppedReason: null, done: 4, failed: 1 })
  const { rows } = { rows: await sql<{ slug: string, canary: boolean }>('select t.slug, s.canary from platform.rollout_school s join platform.tenant t on t.id = s.tenant_id where s.canary') }
  expect(rows).toEqual([{ slug: schools.at(-2)!.slug, canary: true }])
  expect((await sql<{ action: string }>('select action from platform.audit_event where action like \'rollout.%\' order by sequence')).map(({ action }) => action)).toEqual(['rollout.started', 'rollout.stopped', 'rollout.resumed', 'rollout.finished'])
}, 60_000)

test('one failure more than allowed stops the roll-out; resumed once mended, it finishes the rest and those that failed', async () => {
  await open(12, { canaries: 0, parallel: 1, failureBudget: 2 })
  const broken = schools.slice(1, 6)
  await block(broken)
  await homeroom.startWorker(history)
  const stopped = await operator.rolloutIs(({ state }) => state !== 'RUNNING')
  expect(stopped).toMatchObject({ state: 'STOPPED', stoppedReason: 'FAILURE_BUDGET', done: 1, failed: 3, remaining: 8 })
  await mend(broken)
  await operator.order('resumeRollout', stopped.id)
  expect(await operator.rolloutIs(({ state }) => state !== 'RUNNING')).toMatchObject({ state: 'DONE', total: 12, done: 12, failed: 0 })
}, 60_000)

test('paused, it finishes the school under way and no other; resumed, it goes on', async () => {
  await open(6, { canaries: 0, parallel: 1 })
  const release = await readFor(schools[2]!)
  await homeroom.startWorker(history)
  await heldUp()
  const { rollout } = await operator.fleet()
  const triedAt = async () => (await sql<{ at: string }>('select xact_start::text as at from pg_stat_activity where datname = current_database() and application_name = \'homeroom school migrations\' and wait_event_type = \'Lock\''))[0]?.at
  const first = await triedAt()
  expect((await operator.order('pauseRollout', rollout!.id)).data).toEqual({ pauseRollout: { state: 'PAUSED' } })
  // A school that is under way is also tried again.
  await until('the school to be tried again', async () => ![first, undefined].includes(await triedAt()))
  expect((await operator.order('pauseRollout', rollout!.id)).errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', state: 'PAUSED' })
  await release()
  await operator.rolloutIs(({ done }) => done === 3)
  // The lock is free once the driver has laid the work down.
  const letGo = await holdLock(homeroom.database.adminUrl, 'select pg_advisory_lock(hashtext(\'homeroom schools\'))')
  expect(await at(next)).toEqual(slugs(schools.slice(0, 3)))
  expect(await operator.fleet()).toMatchObject({ rollout: { state: 'PAUSED', done: 3, remaining: 3 } })
  // In the middle of it schools of both versions are served.
  for (const school of schools)
    expect(await operator.enter(school)).toBe('served')
  await letGo()
  await operator.order('resumeRollout', rollout!.id)
  expect(await operator.rolloutIs(({ state }) => state === 'DONE')).toMatchObject({ done: 6, failed: 0 })
  expect((await operator.order('resumeRollout', rollout!.id)).errors?.[0]?.extensions.code).toBe('CONFLICT')
}, 60_000)

test('somebody who reads for long is waited for, again and again, and nobody behind them waits for more than 2 s', async () => {
  await open(1)
  const release = await readFor(schools[0]!)
  await homeroom.startWorker(history)
  await heldUp()
  const until = performance.now() + 6_000
  while (performance.now() < until) {
    // Who has waited for more than 2 s is refused.
    expect(await operator.enter(schools[0]!)).toBe('served')
  }
  expect(await at(next)).toEqual([])
  await release()
  expect(await operator.rolloutIs(({ state }) => state === 'DONE')).toMatchObject({ done: 1, failed: 0 })
  const [settled] = await sql<{ attempts: number }>('select attempts from platform.rollout_school')
  expect(settled!.attempts).toBeGreaterThan(1)
}, 60_000)

test('a school that somebody else is at work on holds up nobody, as a canary or after, and is migrated once they are done', async () => {
  await open(4, { canaries: 1, parallel: 1 })
  const busy = [schools[0]!, schools.at(-1)!]
  const releases = await Promise.all(busy.map(({ tenantId }) => holdLock(homeroom.database.adminUrl, `select pg_advisory_xact_lock(${tenantLock(tenantId)})`)))
  await homeroom.startWorker(history)
  await operator.rolloutIs(({ done }) => done === 2)
  expect(await at(next)).toEqual(slugs(schools.slice(1, 3)))
  expect(await sql('select t.slug from platform.rollout_school s join platform.tenant t on t.id = s.tenant_id where s.canary')).toEqual([{ slug: 'school-0003' }])
  await Promise.all(releases.map(release => release()))
  expect(await operator.rolloutIs(({ state }) => state === 'DONE')).toMatchObject({ done: 4, failed: 0 })
  for (const { attempts } of await sql<{ attempts: number }>('select attempts from platform.rollout_school where tenant_id = any($1)', [busy.map(({ tenantId }) => tenantId)]))
    expect(attempts).toBeGreaterThan(1)
}, 60_000)

test('canaries are schools that somebody uses, where there are any', async () => {
  await open(3)
  await sql('update platform.tenant set lifecycle = \'ARCHIVED\' where slug = \'school-0003\'')
  await sql('update platform.tenant set lifecycle = \'DELETING\', delete_after = now() + interval \'1 day\' where slug = \'school-0002\'')
  await byCommand()
  const canaries = () => sql<{ slug: string }>('select t.slug from platform.rollout_school s join platform.tenant t on t.id = s.tenant_id where s.canary order by s.started_at')
  expect(await canaries()).toEqual([{ slug: 'school-0001' }])
  await sql('update platform.tenant set lifecycle = \'ARCHIVED\', delete_after = null')
  await byCommand([...history, { version: next + 1, name: 'floor', worksWith: current, tables: [], statements: ['alter table class add column floor text'] }])
  expect(await canaries()).toEqual([{ slug: 'school-0001' }, { slug: 'school-0003' }])
}, 60_000)

test('a school on which every connection ends is set aside in the end, and the others are migrated', async () => {
  await open(4, { canaries: 0, parallel: 2 })
  const [deadly] = schools
  // Stands for a server process that is killed, such as one that takes too much memory.
  const killing = { ...expanding, statements: [...expanding.statements, `select pg_terminate_backend(pg_backend_pid()) where current_schema() = '${schemaName(deadly!.tenantId)}'`] }
  await homeroom.startWorker([...schoolMigrations, killing])
  const done = await operator.rolloutIs(({ state }) => state === 'DONE')
  expect(done).toMatchObject({ done: 3, failed: 1, failures: [{ tenant: { slug: deadly!.slug }, code: 'DATABASE_UNAVAILABLE', attempts: 10 }] })
  expect(await at(current)).toEqual([deadly!.slug])
}, 120_000)

test('of several workers and commands one drives, and every school is migrated once', async () => {
  await open(20)
  await Promise.all([homeroom.startWorker(history), homeroom.startWorker(history), byCommand(), byCommand()])
  await operator.rolloutIs(({ state }) => state === 'DONE')
  expect(await at(next)).toEqual(slugs(schools))
  expect(await events('tenant.migrated')).toEqual(schools.map(({ tenantId }) => tenantId).sort())
  expect(await sql('select state, total from (select state, (select count(*)::int from platform.rollout_school where rollout_id = r.id) as total from platform.rollout r) r')).toEqual([{ state: 'DONE', total: 20 }])
}, 60_000)

test('a school that this code cannot use says that it is being updated, and nothing of its tables: one too old, and one that is too new', async () => {
  await open(2, {}, schoolMigrations.slice(0, 1))
  const [school] = schools
  const { status, headers, errors } = await operator.client.send('{ classes { totalCount } }', {}, { 'x-tenant-id': school!.tenantId, 'x-access-reason': 'The head asked us to look' })
  expect([status, errors?.[0]?.extensions.code, headers.get('retry-after')]).toEqual([503, 'TENANT_MAINTENANCE', '10'])
  await byCommand(schoolMigrations)
  expect(await operator.enter(school!)).toBe('served')
  await byCommand(contracting)
  expect(await operator.enter(school!)).toBe('TENANT_MAINTENANCE')
  expect(await operator.fleet()).toMatchObject({ versions: [{ version: next, tenants: 2 }], behind: 0 })
}, 60_000)

test('a newer release takes an open roll-out over and goes on to its own version', async () => {
  await open(3)
  await block([schools[2]!])
  expect(await byCommand()).toMatchObject({ rollout: { state: 'STOPPED' }, behind: [{ slug: 'school-0003' }, {}, {}] })
  // Its step was mended, and another came after it.
  const mended = [...schoolMigrations, { ...expanding, tables: [], statements: ['alter table class add column room text'] }, { version: next + 1, name: 'floor', worksWith: current, tables: [], statements: ['alter table class add column floor text'] }]
  await homeroom.startWorker(mended)
  expect(await operator.rolloutIs(({ state }) => state === 'DONE')).toMatchObject({ targetVersion: next + 1, done: 3, failed: 0 })
  expect(await at(next + 1)).toEqual(slugs(schools))
  const record = await sql<{ action: string, details: object }>('select action, details from platform.audit_event where action like \'rollout.%\' order by sequence')
  expect(record).toMatchObject([
    { action: 'rollout.started', details: { targetVersion: next, schools: 3 } },
    { action: 'rollout.stopped', details: { targetVersion: next, reason: 'CANARY_FAILED' } },
    { action: 'rollout.retargeted', details: { from: next, targetVersion: next + 1 } },
    { action: 'rollout.finished', details: { targetVersion: next + 1, migrated: 3, failed: 0 } },
  ])
}, 60_000)
