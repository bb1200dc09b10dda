import 'reflect-metadata'
import type { SignedUp } from '../harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { schemaName } from '../../src/database/schema-names.ts'
import { openJobSender } from '../../src/jobs/queue.ts'
import { prepareTenant } from '../../src/platform/preparation/room.ts'
import { createLog } from '../../src/shared/log.ts'
import { logSink } from '../harness/canaries.ts'
import { openHomeroom } from '../harness/homeroom.ts'

let log: ReturnType<typeof logSink>
let homeroom: Awaited<ReturnType<typeof openHomeroom>>

beforeEach(async () => {
  log = logSink()
  // One place for preparations: each job runs where another tenant's has just been.
  homeroom = await openHomeroom({ worker: false, logTo: log, config: { logLevel: 'info', workerConcurrency: 1 } })
})
afterEach(() => homeroom?.stop())

const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const ready = async ({ tenantId }: SignedUp) => (await homeroom.visitor.watch(tenantId)).at(-1)?.status

/** What the seeds wrote into a school: its name, its id, its zone. */
const written = ({ tenantId }: SignedUp) => sql(`select name, sourced_id as id, time_zone as zone from ${schemaName(tenantId)}.org`)

const schemas = async () => (await sql<{ name: string }>('select nspname::text as name from pg_namespace where nspname like \'t\\_%\'')).map(({ name }) => name)

/** Puts a job into its queue past the code that checks it. */
const smuggle = (name: string, data: object) => sql('insert into pgboss.job (name, data, policy, singleton_key, retry_limit) values ($1, $2, \'exclusive\', gen_random_uuid(), 0)', [name, data])

test('one worker makes school after school, and each gets its own words; mails in between go to their own people', async () => {
  const names = ['oakfield', 'riverside', 'hillside', 'lakeview']
  const schools = await Promise.all(names.map((slug, at) => homeroom.signUp(slug, { name: `The ${slug}`, timeZone: at % 2 === 0 ? 'Europe/Zurich' : 'Pacific/Auckland' })))
  await homeroom.startWorker()
  for (const [at, school] of schools.entries()) {
    expect(await ready(school)).toBe('READY')
    expect(await written(school)).toEqual([{ name: `The ${names[at]}`, id: school.tenantId, zone: at % 2 === 0 ? 'Europe/Zurich' : 'Pacific/Auckland' }])
    expect((await homeroom.mailbox.next(school.email)).to).toBe(school.email)
  }
  expect(await homeroom.mailbox.all()).toHaveLength(names.length)
})

test('a tenant whose preparation fails again and again holds up no other, and each of its tries is its own', async () => {
  const bad = await homeroom.signUp('oakfield')
  await sql(`create schema ${schemaName(bad.tenantId)}`)
  const good = [await homeroom.signUp('riverside'), await homeroom.signUp('hillside')]
  await homeroom.startWorker()
  expect(await Promise.all(good.map(ready))).toEqual(['READY', 'READY'])
  expect(await ready(bad)).toBe('FAILED')
  // Ready before the bad one had had its last try: nobody waited for it.
  const order = await sql<{ slug: string }>('select slug from platform.tenant order by preparation_completed_at')
  expect(order.at(-1)).toEqual({ slug: 'oakfield' })
  expect(await sql('select t.slug, count(*)::int as tries from platform.preparation_attempt a join platform.tenant t on t.id = a.tenant_id group by 1 order by 1'))
    .toEqual([{ slug: 'hillside', tries: 1 }, { slug: 'oakfield', tries: 3 }, { slug: 'riverside', tries: 1 }])
  await sql(`drop schema ${schemaName(bad.tenantId)}`)
  await bad.client.ask('mutation ($id: ID!) { retryTenantPreparation(tenantId: $id) { status } }', { id: bad.tenantId })
  expect(await ready(bad)).toBe('READY')
  expect((await written(bad))[0]).toMatchObject({ name: 'School oakfield', id: bad.tenantId })
})

test('a job that does not say whose it is fails loudly and does nothing, and the next ones are taken', async () => {
  const strange = [{}, { tenantId: '', cycle: 1 }, { tenantId: null, cycle: 1 }, { tenantId: 'oakfield', cycle: 1 }, { tenantId: randomUUID() }]
  for (const data of strange)
    await smuggle(prepareTenant.name, data)
  await homeroom.startWorker()
  const after = await homeroom.signUp('afterwards')
  expect(await ready(after)).toBe('READY')
  const refused = (name: string) => sql('select state, output ->> \'name\' as error from pgboss.job where name = $1 and data ->> \'tenantId\' is distinct from $2', [name, after.tenantId])
  expect(await refused(prepareTenant.name)).toEqual(strange.map(() => ({ state: 'failed', error: 'ZodError' })))
  const told = log.lines.map(line => JSON.parse(line) as { level: number, job?: string }).filter(({ level }) => level >= 50)
  expect(told.filter(({ job }) => job === prepareTenant.name)).toHaveLength(strange.length)
  expect(await schemas()).toEqual([schemaName(after.tenantId)])
})

test('a job without a tenant is not even queued', async () => {
  const jobs = await openJobSender(homeroom.database.urls.request, createLog('silent'))
  await expect(jobs.enqueue({} as never, prepareTenant, { cycle: 1 } as never, 'key')).rejects.toThrow('tenantId')
  expect(await sql('select 1 from pgboss.job')).toEqual([])
  await jobs.stop()
})

test('a school that is suspended, archived or deleted before its turn is not made', async () => {
  const gone = [await homeroom.signUp('oakfield'), await homeroom.signUp('hillside'), await homeroom.signUp('lakeview')]
  const riverside = await homeroom.signUp('riverside')
  for (const [at, { tenantId }] of gone.entries())
    await sql('update platform.tenant set lifecycle = $1 where id = $2', [['SUSPENDED', 'ARCHIVED', 'DELETING'][at], tenantId])
  await homeroom.startWorker()
  expect(await ready(riverside)).toBe('READY')
  const jobs = () => sql('select state from pgboss.job where name = $1 and data ->> \'tenantId\' <> $2', [prepareTenant.name, riverside.tenantId])
  await expect.poll(jobs).toEqual(gone.map(() => ({ state: 'completed' })))
  expect(await schemas()).toEqual([schemaName(riverside.tenantId)])
  expect(await sql('select distinct t.slug from platform.preparation_attempt a join platform.tenant t on t.id = a.tenant_id')).toEqual([{ slug: 'riverside' }])
})
