import type { PostgresServer } from '../harness/process-postgres.ts'
import type { OnFinished } from '../harness/process.ts'
import type { SignedUp } from '../harness/sign-up.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaName } from '../../src/database/schema-names.ts'
import { graphqlClient } from '../harness/client.ts'
import { until } from '../harness/embedded-owners.ts'
import { holdLock, holds, holdsByTrigger, sqlOf, waits } from '../harness/process-holds.ts'
import { openPostgres } from '../harness/process-postgres.ts'
import { startHomeroom } from '../harness/process.ts'
import { openSchool, signUp } from '../harness/sign-up.ts'

let server: PostgresServer

beforeAll(async () => { server = await openPostgres() })
afterAll(() => server?.close())

const jobWorker = 'homeroom job worker'
const stepWriter = 'homeroom preparation steps'

/** A Homeroom on a database of its own, whose preparations can be held at any point. */
async function openHomeroom(name: string, onFinished: OnFinished) {
  const url = await server.database(name)
  const sql = sqlOf(url)
  const environment = { DATABASE_URL: url, DATA_DIR: `${server.folder}/${name}`, WORKER_CONCURRENCY: '6', RATE_LIMITS: 'off' }
  const api = await startHomeroom({ ...environment, PROCESS: 'api' }, { onFinished })
  // A test holds locks for longer than a healthy neighbour would.
  await sql(`alter role ${name}_owner in database ${name} set lock_timeout = '60s'`)
  await sql(holdsByTrigger)
  const visitor = graphqlClient(api.url)
  const released: (() => Promise<void>)[] = []
  const hold = async (point: keyof typeof holds) => {
    const release = await holdLock(url, holds[point], onFinished)
    released.push(release)
    return release
  }
  return {
    sql,
    visitor,
    hold,
    startWorker: () => startHomeroom({ ...environment, PROCESS: 'worker' }, { onFinished }),
    /** Signs up a school whose preparation comes to the statement and no further. */
    async signUpAndHold(point: keyof typeof holds, inStatement: string, by = jobWorker): Promise<SignedUp> {
      await hold(point)
      const school = await signUp(visitor, `at-${point}`)
      await waits(sql, { by, inStatement })
      return school
    },
    /** A role is created out of its preparation's sight. */
    async signUpAndHoldAtRole(): Promise<SignedUp> {
      const begin = await hold('begin')
      const school = await signUp(visitor, 'at-role')
      await waits(sql, { by: stepWriter, inStatement: 'PREPARING' })
      released.push(await holdLock(url, `create role ${schemaName(school.tenantId)}`, onFinished))
      await begin()
      await waits(sql, { by: jobWorker, inStatement: 'create role' })
      return school
    },
    /** The lock is on a row that exists once the preparation is under way. */
    async signUpAndHoldAtSeal(): Promise<SignedUp> {
      const schema = await hold('schema')
      const school = await signUp(visitor, 'at-seal')
      await waits(sql, { by: jobWorker, inStatement: 'create schema' })
      await hold('seal')
      await schema()
      await waits(sql, { by: jobWorker, inStatement: 'preparation_status = \'READY\'' })
      return school
    },
    async releaseAll() {
      await Promise.all(released.map(release => release()))
    },
    attempts: (school: SignedUp) => sql(`
      select a.number, a.outcome, a.error_code, count(s.*) filter (where s.rolled_back)::int as undone, count(s.*) filter (where not s.rolled_back)::int as kept
      from platform.preparation_attempt a left join platform.preparation_step s on s.attempt_id = a.id
      where a.tenant_id = $1 group by a.id order by a.cycle, a.number`, [school.tenantId]),
    /** Every school has one schema and one role, and there are no others. */
    async expectOneOfEach() {
      const names = (rows: { name: string }[]) => rows.map(row => row.name).sort()
      const tenants = names(await sql('select \'t_\' || replace(id::text, \'-\', \'\') as name from platform.tenant where preparation_status = \'READY\''))
      expect(names(await sql('select nspname::text as name from pg_namespace where nspname ~ \'^t_[0-9a-f]{32}$\''))).toEqual(tenants)
      expect(names(await sql('select distinct rolname::text as name from pg_roles join pg_shdepend on refobjid = pg_roles.oid and dbid = (select oid from pg_database where datname = current_database()) where rolname ~ \'^t_[0-9a-f]{32}$\''))).toEqual(tenants)
      return tenants.length
    },
  }
}

const ready = [{ number: 1, outcome: 'READY', error_code: null, undone: 0, kept: 6 }]
function lostThenReady(undone: number) {
  return [
    { number: 1, outcome: 'LOST', error_code: 'WORKER_LOST', undone, kept: 0 },
    { number: 2, outcome: 'READY', error_code: null, undone: 0, kept: 6 },
  ]
}

test.concurrent('kill -9 of a worker at any point of a preparation ends in READY by the next one within 20 s, with nothing twice and nothing left', async ({ onTestFinished }) => {
  const homeroom = await openHomeroom('killed', onTestFinished)
  const worker = await homeroom.startWorker()
  const schools = [
    await homeroom.signUpAndHoldAtSeal(),
    await homeroom.signUpAndHold('seed', 'course'),
    await homeroom.signUpAndHold('tables', 'create table'),
    await homeroom.signUpAndHold('schema', 'create schema'),
    await homeroom.signUpAndHoldAtRole(),
    await homeroom.signUpAndHold('begin', 'PREPARING', stepWriter),
  ]
  const watching = schools.map(({ tenantId }) => homeroom.visitor.watch(tenantId))
  await worker.kill()
  await homeroom.releaseAll()

  await homeroom.startWorker()
  const started = performance.now()
  for (const statuses of await Promise.all(watching))
    expect(statuses.at(-1)).toMatchObject({ status: 'READY', attempt: 2, completedSteps: 6 })
  expect(performance.now() - started).toBeLessThan(20_000)
  expect(await Promise.all(schools.map(homeroom.attempts))).toEqual([6, 6, 3, 2, 1, 0].map(lostThenReady))
  expect(await homeroom.expectOneOfEach()).toBe(schools.length)
  for (const { client } of schools)
    expect(await client.ask('{ dashboard { schoolYear { children { title } } } }')).toMatchObject({ dashboard: { schoolYear: { children: [{}, {}] } } })
}, 120_000)

test.concurrent('a worker that was paused is overtaken, and cannot finish its work when it comes back', async ({ onTestFinished }) => {
  const homeroom = await openHomeroom('paused', onTestFinished)
  const paused = await homeroom.startWorker()
  const schools = [
    await homeroom.signUpAndHoldAtSeal(),
    await homeroom.signUpAndHold('schema', 'create schema'),
  ]
  // A step is written down beside the work, and may be on its way.
  await until('both steps of the second to be on record', async () => (await homeroom.attempts(schools[1]!))[0]?.kept === 2)
  paused.signal('SIGSTOP')
  // PostgreSQL goes on: one of the two transactions now lacks nothing but its COMMIT.
  await homeroom.releaseAll()

  const other = await homeroom.startWorker()
  const overtaken = new Set<string>()
  const watching = schools.map(({ tenantId }) => homeroom.visitor.watch(tenantId, ({ attempt }) => {
    if (attempt === 2 && overtaken.add(tenantId).size === schools.length)
      paused.signal('SIGCONT')
  }))
  for (const statuses of await Promise.all(watching))
    expect(statuses.at(-1)).toMatchObject({ status: 'READY', attempt: 2 })
  // Awake again, it gives both up and takes new work.
  await paused.said(/a preparation attempt failed/)
  expect(await other.stop()).toEqual({ code: 0, signal: null })
  await openSchool(homeroom.visitor, 'afterwards')
  expect(await Promise.all(schools.map(homeroom.attempts))).toEqual([lostThenReady(6), lostThenReady(2)])
  expect(await homeroom.expectOneOfEach()).toBe(3)
}, 120_000)

test('kill -9 of a worker whose COMMIT nobody has acknowledged leaves one READY school, which is not prepared again', async ({ onTestFinished }) => {
  const homeroom = await openHomeroom('unacknowledged', onTestFinished)
  const worker = await homeroom.startWorker()
  const school = await homeroom.signUpAndHoldAtSeal()
  const preparation = await waits(homeroom.sql, { by: jobWorker, inStatement: 'preparation_status = \'READY\'' })
  // From here on a COMMIT is done and says nothing: it waits for a standby that there is not.
  const setStandbys = async (names: string) => {
    await homeroom.sql(`alter system set synchronous_standby_names = '${names}'`)
    await homeroom.sql('select pg_reload_conf()')
    await until('the setting', async () => (await homeroom.sql('show synchronous_standby_names'))[0]?.synchronous_standby_names === names)
  }
  await setStandbys('nobody')
  await homeroom.releaseAll()
  await until('its COMMIT to wait', async () => (await homeroom.sql('select 1 from pg_stat_activity where pid = $1 and wait_event = \'SyncRep\'', [preparation])).length > 0)
  await worker.kill()
  await setStandbys('')

  await homeroom.startWorker()
  await openSchool(homeroom.visitor, 'afterwards')
  expect(await homeroom.attempts(school)).toEqual(ready)
  expect(await homeroom.sql('select state, count(*)::int from pgboss.job where name = \'prepare-tenant\' group by state')).toEqual([{ state: 'completed', count: 2 }])
  expect(await homeroom.expectOneOfEach()).toBe(2)
}, 120_000)
