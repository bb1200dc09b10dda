import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import type { TestSchool, TwoSchools } from '../../test/harness/two-schools.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { SchoolDb, Schools } from './school-db.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { CompiledQuery, sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { openTwoSchools } from '../../test/harness/two-schools.ts'
import { createLog } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'
import { Misrouted, openRouter } from './routing.ts'
import { schemaName } from './schema-names.ts'
import { openSchools } from './school-db.ts'
import { TenantConnection } from './tenant-connection.ts'

interface Tables { org: { name: string } }

const Org = defineEntity({ name: 'Org', tableName: 'org', properties: { id: p.uuid().primary(), name: p.text() } })

let two: TwoSchools
let oakfield: TestSchool
let riverside: TestSchool
let river: string
/** With one connection: what is not given back to the pool is seen by the next one's pid. */
let schools: Schools
let metrics: Metrics
const lines: string[] = []
const log = createLog('error', { write: line => lines.push(line) })

beforeAll(async () => {
  two = await openTwoSchools();
  ({ oakfield, riverside } = two)
  river = schemaName(riverside.id)
})
beforeEach(async () => {
  metrics = createMetrics()
  schools = await openSchools({ nodes: { main: two.database.urls.request }, poolSize: 1, entities: [Org], metrics, log })
  lines.length = 0
})
afterEach(() => schools?.close())
afterAll(() => two?.close())

const within = <T>({ id }: TestSchool, fn: (db: SchoolDb) => Promise<T>) => schools.withTenant({ id, node: 'main' }, fn)
const counted = async ({ tenantQueryVerified, tenantQueryMismatch }: Metrics) => ({ verified: (await tenantQueryVerified.get()).values[0]!.value, mismatch: (await tenantQueryMismatch.get()).values[0]!.value })
const backend = () => within(oakfield, async ({ em }) => (await em.execute<[{ pid: number }]>('select pg_backend_pid() as pid'))[0].pid)
const names = async () => (await Promise.all([oakfield, riverside].map(school => school.sql<{ name: string }>('select name from ~org')))).flat().map(({ name }) => name)

test('every statement of a school is counted, and the transaction around it is not', async () => {
  await within(oakfield, async (db) => {
    await db.rows<Tables>().selectFrom('org').select('name').execute()
    await db.em.execute('select 1')
    await db.em.transactional(em => em.find(Org, {}))
  })
  expect(await counted(metrics)).toEqual({ verified: 3, mismatch: 0 })
})

/** A connection of the login that serves requests, outside any pool. */
async function connect(): Promise<pg.PoolClient> {
  const client = new pg.Client({ connectionString: two.database.urls.request, pipeline: true } as pg.ClientConfig)
  await client.connect()
  return client as pg.PoolClient
}
const one = CompiledQuery.raw('select 1 as one')

test('a statement on its way down a connection that is open for another school is not sent', async () => {
  const before = await names()
  const client = await connect()
  const router = await openRouter({ metrics, log })
  const theirs = new TenantConnection(client, riverside.id, router)
  theirs.open({})
  const ours = new TenantConnection(client, oakfield.id, router)

  await expect(ours.executeQuery(CompiledQuery.raw('update org set name = \'Hers\''))).rejects.toThrow(Misrouted)
  expect(await counted(metrics)).toEqual({ verified: 0, mismatch: 1 })
  expect(lines.map(line => JSON.parse(line) as object)).toEqual([expect.objectContaining({ level: 50, requestTenant: oakfield.id, connectionTenant: riverside.id })])
  expect(lines[0]).not.toContain('Hers')

  // Nor can it end what is not its own; and whose connection it is can no longer commit on it.
  await expect(ours.rollback()).rejects.toThrow('no longer open for the school')
  await expect(theirs.commit()).rejects.toThrow('refused')
  expect(router.trusts(client)).toBe(false)
  await client.end()
  expect(await names()).toEqual(before)
})

test('a connection is nobody\'s before a transaction and from its end on', async () => {
  const client = await connect()
  const router = await openRouter({ metrics, log })
  for (const end of ['commit', 'rollback'] as const) {
    const connection = new TenantConnection(client, oakfield.id, router)
    connection.open({})
    expect((await connection.executeQuery(one)).rows).toEqual([{ one: 1 }])
    await connection[end]()
    await expect(connection.executeQuery(one)).rejects.toThrow('over')
  }
  expect(await counted(metrics)).toEqual({ verified: 2, mismatch: 0 })
  await expect(new TenantConnection(client, oakfield.id, router).executeQuery(one)).rejects.toThrow('not opened for its school')
  await expect(new TenantConnection(client, oakfield.id, router).savepoint('savepoint', 'here')).rejects.toThrow('not opened for its school')
  await client.end()
})

test('a connection opens for one school at a time, and what is sent behind the end of a transaction is refused', async () => {
  const client = await connect()
  const router = await openRouter({ metrics, log })
  const connection = new TenantConnection(client, oakfield.id, router)
  connection.open({})
  expect(() => new TenantConnection(client, riverside.id, router).open({})).toThrow('still open for a school')
  const end = connection.rollback()
  // It would run as the login, under no role.
  await expect(connection.executeQuery(one)).rejects.toThrow('over')
  await end
  await client.end()
})

test('what one school built is not run in another, and fails the work although its error was swallowed', async () => {
  const before = await backend()
  const kept = await within(oakfield, async db => ({ query: db.rows<Tables>().updateTable('org').set({ name: 'Hers' }) }))
  await expect(within(riverside, async (db) => {
    await db.rows<Tables>().updateTable('org').set({ name: 'Changed' }).execute()
    await db.rows<Tables>().executeQuery(kept.query).catch(() => {})
  })).rejects.toThrow('Nothing was committed')
  expect((await counted(metrics)).mismatch).toBe(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({ requestTenant: oakfield.id, connectionTenant: riverside.id })
  expect(await names()).toEqual(['Oakfield', 'Riverside'])
  expect(await backend(), 'the connection is not used again').not.toBe(before)
})

describe('another school\'s schema is refused before PostgreSQL is asked', () => {
  test.each<[string, (db: SchoolDb) => Promise<unknown>]>([
    ['rows', db => db.rows<Tables>().withSchema(river).selectFrom('org').select('name').execute()],
    ['rows, in raw words', db => sql`select name from ${sql.table(`${river}.org`)}`.execute(db.rows<Tables>())],
    ['rows, written in a with', db => db.rows<Tables>().with('changed', query => query.withSchema(river).updateTable('org').set({ name: 'Hers' }).returning('name')).selectFrom('changed').select('name').execute()],
    ['em.execute', ({ em }) => em.execute(`delete from ${river}.org`)],
    ['em.getKysely', ({ em }) => em.getKysely<Tables>().withSchema(river).selectFrom('org').select('name').execute()],
    ['a query builder', ({ em }) => em.createQueryBuilder(Org).select('*').withSchema(river).execute()],
    ['find', ({ em }) => em.find(Org, {}, { schema: river })],
    ['a fork', ({ em }) => em.fork({ schema: river, keepTransactionContext: true }).find(Org, {})],
    ['a native update', ({ em }) => em.nativeUpdate(Org, {}, { name: 'Hers' }, { schema: river })],
    ['a native delete', ({ em }) => em.nativeDelete(Org, {}, { schema: river })],
    ['an insert', ({ em }) => em.insert(Org, { id: oakfield.id, name: 'Hers' }, { schema: river })],
    ['the platform', ({ em }) => em.execute('select * from platform.tenant')],
    ['a change of role', ({ em }) => em.execute('select set_config(\'role\', \'none\', true)')],
  ])('by %s', async (_, trespass) => {
    const pid = await backend()
    const before = await counted(metrics)
    await expect(within(oakfield, trespass)).rejects.toThrow('refused before it was sent')
    expect(await counted(metrics)).toEqual({ ...before, mismatch: 1 })
    expect(await backend()).not.toBe(pid)
    expect(await names()).toEqual(['Oakfield', 'Riverside'])
  })
})

describe('through the API', () => {
  const { executeQuery } = TenantConnection.prototype
  let homeroom: TestHomeroom
  beforeAll(async () => { homeroom = await openHomeroom() })
  afterAll(async () => {
    TenantConnection.prototype.executeQuery = executeQuery
    await homeroom?.stop()
  })

  test('who asked hears that something went wrong and nothing else', async () => {
    const { client } = await homeroom.openSchool('hillside')
    // As a mistake in our code would have it.
    TenantConnection.prototype.executeQuery = function (query) {
      return executeQuery.call(this, { ...query, sql: query.sql.replace('from "org"', `from "${river}"."org"`) }) as ReturnType<typeof executeQuery<never>>
    }
    const { status, data, errors } = await client.send('{ dashboard { school { name } } }')
    TenantConnection.prototype.executeQuery = executeQuery
    expect({ status, data, codes: errors?.map(({ extensions }) => extensions.code) }).toEqual({ status: 200, data: null, codes: ['INTERNAL_SERVER_ERROR'] })
    expect(JSON.stringify(errors)).not.toMatch(/t_[0-9a-f]{32}|schema|refused/)
    expect((await counted(homeroom.api.metrics)).mismatch).toBe(1)
    expect(await client.ask('{ dashboard { school { name } } }')).toEqual({ dashboard: { school: { name: 'School hillside' } } })
  })
})
