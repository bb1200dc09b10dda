import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import type { SchoolDb, Schools } from './school-db.ts'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { sentDuring } from '../../test/harness/statements.ts'
import { rosterRoom } from '../school/roster/room.ts'
import { createLog } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'
import { quoteIdentifier, schemaName } from './schema-names.ts'
import { openSchools } from './school-db.ts'

interface Tables { org: { name: string, type: string }, setup_task: { key: string } }

let homeroom: TestHomeroom
let schools: Schools
let oakfield: SignedUp
let elmwood: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom()
  oakfield = await homeroom.openSchool('oakfield', { name: 'Oakfield' })
  elmwood = await homeroom.openSchool('elmwood', { name: 'Elmwood' })
  // One connection: what is planned for one school is there when the other asks.
  schools = await openSchools({ nodes: { main: homeroom.database.urls.request }, poolSize: 1, entities: rosterRoom().entities, metrics: createMetrics(), log: createLog('silent') })
})
afterAll(async () => {
  await schools?.close()
  await homeroom?.stop()
})

const reading = <T>({ tenantId }: SignedUp, fn: (db: SchoolDb) => Promise<T>) => schools.withTenant({ id: tenantId, node: 'main' }, fn, { readOnly: true, brief: true })
const nameOf = (school: SignedUp) => reading(school, db => db.rows<Tables>().selectFrom('org').select('name').where('type', '=', 'school').execute())
function planned(school: SignedUp) {
  return reading(school, async (db) => {
    const { rows } = await sql<{ name: string, statement: string }>`select name, statement from pg_prepared_statements where name like ${'s%'}`.execute(db.rows())
    return rows
  })
}

test('what a school asks again is planned once a connection, and for that school alone', async () => {
  for (let times = 0; times < 3; times += 1) {
    expect(await nameOf(oakfield)).toEqual([{ name: 'Oakfield' }])
    expect(await nameOf(elmwood)).toEqual([{ name: 'Elmwood' }])
  }
  const ofNames = (await planned(oakfield)).filter(({ statement }) => statement.startsWith('select "name" from "org"'))
  expect(new Set(ofNames.map(({ name }) => name)).size).toBe(2)
  const names = (await sentDuring(async () => {
    await nameOf(oakfield)
    await nameOf(elmwood)
  })).filter(({ text }) => text.startsWith('select "name"')).map(({ name }) => name)
  expect(new Set(names)).toEqual(new Set(ofNames.map(({ name }) => name)))
})

test('what is asked once gets no name, and of many names the oldest go', async () => {
  const ask = (column: number) => reading(oakfield, db => sql`select ${sql.lit(column)} as one where ${true}`.execute(db.rows()))
  const names = async () => (await planned(oakfield)).filter(({ statement }) => /^select \d+ as one/.test(statement)).length
  for (let column = 0; column < 120; column += 1)
    await ask(column)
  expect(await names()).toBe(0)
  for (let column = 0; column < 120; column += 1)
    await ask(column)
  // Those of this test have pushed out all others, and the first of their own.
  expect(await names()).toBeGreaterThan(90)
  expect((await planned(oakfield)).length).toBeLessThanOrEqual(101)
  await ask(0)
  expect(await nameOf(oakfield)).toEqual([{ name: 'Oakfield' }])
})

test('names that go while a packet waits to be sent are the server\'s until it is sent, and then no longer', async () => {
  const many = Array.from({ length: 120 }, (_, column) => sql`select ${sql.lit(column)} as other where ${true}`)
  for (let times = 0; times < 3; times += 1)
    expect(await reading(oakfield, db => Promise.all(many.map(async one => (await one.execute(db.rows())).rows)))).toHaveLength(120)
  expect((await planned(oakfield)).length).toBeLessThanOrEqual(101)
})

test('what is written has no name: a plan would keep the types of its parameters', async () => {
  const rename = () => schools.withTenant({ id: oakfield.tenantId, node: 'main' }, db => db.rows<Tables>().updateTable('org').set({ name: 'Oakfield' }).where('type', '=', 'school').execute())
  const sent = await sentDuring(async () => {
    for (let times = 0; times < 3; times += 1)
      await rename()
  })
  expect(sent.filter(({ text }) => text.startsWith('update "org"')).map(({ name }) => name)).toEqual([undefined, undefined, undefined])
})

test('a plan whose columns have become others is given up: one answer asks to come again, the next is right', async () => {
  const keys = () => reading(elmwood, db => db.rows<Tables>().selectFrom('setup_task').select('key').where('key', '=', 'ADD_STUDENTS').execute())
  await keys()
  const before = await keys()
  await homeroom.database.sql(`alter table ${quoteIdentifier(schemaName(elmwood.tenantId))}.setup_task alter column key type varchar(40)`)
  await expect(keys()).rejects.toMatchObject({ status: 503 })
  expect(await keys()).toEqual(before)
})

test('a plan whose parameter has become another type fails once', async () => {
  const { tenantId } = elmwood
  await homeroom.database.sql(`create table ${quoteIdentifier(schemaName(tenantId))}.loan (book text, n int)`)
  await homeroom.database.sql(`grant select on ${quoteIdentifier(schemaName(tenantId))}.loan to ${quoteIdentifier(schemaName(tenantId))}`)
  const loans = () => reading(elmwood, async db => (await sql`select n from loan where book = ${'6f0d7f4e-4a3c-4b0e-9b1f-0d6f1f7b8a11'}`.execute(db.rows())).rows)
  for (let times = 0; times < 3; times += 1)
    expect(await loans()).toEqual([])
  await homeroom.database.sql(`alter table ${quoteIdentifier(schemaName(tenantId))}.loan alter column book type uuid using book::uuid`)
  await expect(loans()).rejects.toMatchObject({ code: '42883' })
  expect(await loans()).toEqual([])
})

test('of statements that travel together those behind one that fails fail with it, and nothing is left of them', async () => {
  const both = reading(oakfield, db => Promise.allSettled([
    db.rows<Tables>().selectFrom('org').select('name').where('type', '=', 'school').execute(),
    sql`select 1 / ${0}::int`.execute(db.rows()),
    db.rows<Tables>().selectFrom('org').select('name').where('type', '=', 'school').execute(),
  ]))
  expect(await both).toEqual([
    { status: 'fulfilled', value: [{ name: 'Oakfield' }] },
    { status: 'rejected', reason: expect.objectContaining({ code: '22012' }) as unknown },
    { status: 'rejected', reason: expect.objectContaining({ code: '22012' }) as unknown },
  ])
  expect(await nameOf(elmwood)).toEqual([{ name: 'Elmwood' }])
})

test('a text that cannot be read as the value it is to be, and one that cannot be written, fail alone', async () => {
  const numbers = (value: unknown) => reading(oakfield, async db => (await sql<{ n: number }>`select ${value}::int as n`.execute(db.rows())).rows)
  const circle: Record<string, unknown> = {}
  circle.circle = circle
  for (let times = 0; times < 3; times += 1) {
    await expect(numbers('one')).rejects.toMatchObject({ code: '22P02' })
    await expect(numbers(circle)).rejects.toThrow('circular')
    expect(await numbers('1')).toEqual([{ n: 1 }])
  }
})
