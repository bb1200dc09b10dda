import 'reflect-metadata' // first: type-graphql's decorators need it when the rooms are read
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaName } from '../../src/database/schema-names.ts'
import { withClient } from '../../src/database/with-client.ts'
import { tidySchools } from '../../src/platform/housekeeping/room.ts'
import { rosterRoom } from '../../src/school/roster/room.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock } from '../harness/process-holds.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  const worker = await homeroom.startWorker()
  oakfield = await homeroom.openSchool('oakfield')
  riverside = await homeroom.openSchool('riverside')
  // It tidies by itself, by the clock.
  await worker.stop()
})
afterAll(() => homeroom?.stop())

const sql = <Row = Record<string, unknown>>(text: string, school = oakfield) => homeroom.database.sql<Row>(text.replaceAll('~', `${schemaName(school.tenantId)}.`))
const run = () => withClient(homeroom.database.urls.owner, owner => tidySchools(owner, rosterRoom().purge, 90, new AbortController().signal))
const age = (days: number, where: string) => sql(`update ~"user" set date_last_modified = now() - interval '${days} days' where ${where}; update ~role set date_last_modified = now() - interval '${days} days' where status = 'tobedeleted' and user_id in (select id from ~"user" where ${where}); update ~enrollment set date_last_modified = now() - interval '${days} days' where status = 'tobedeleted' and user_id in (select id from ~"user" where ${where})`)

async function removed(familyName: string, school = oakfield): Promise<string> {
  const { addStudent: { id } } = await school.client.ask<{ addStudent: { id: string } }>('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName } })
  await school.client.ask('mutation ($id: ID!) { removeUser(id: $id, version: 1) { id } }', { id })
  return id
}
const cursorOf = async (after: string | null = null) => (await oakfield.client.ask<{ changes: { pageInfo: { endCursor: string } } }>('query ($after: String) { changes(first: 100, after: $after) { pageInfo { endCursor } } }', { after })).changes.pageInfo.endCursor

test('tombstones go when their time is over; who was behind begins again, and a username stays taken', async () => {
  const early = await cursorOf()
  const old = await removed('Old')
  const late = await cursorOf()
  const young = await removed('Young')
  await age(91, `id = '${old}'`)
  await age(89, `id = '${young}'`)
  expect(await run()).toEqual({ tombstones: 2, answers: 0 })
  expect(await sql('select family_name from ~"user"')).toEqual([{ family_name: 'Young' }])
  expect(await run()).toEqual({ tombstones: 0, answers: 0 })
  expect(await oakfield.client.send('query ($after: String) { changes(after: $after) { totalCount } }', { after: early })).toMatchObject({ status: 400, errors: [{ extensions: { code: 'CURSOR_EXPIRED' } }] })
  await cursorOf(late)
  expect((await oakfield.client.send('mutation ($id: ID!) { restoreUser(id: $id) { id } }', { id: old })).errors?.[0]?.extensions.code).toBe('NOT_FOUND')
  const { addStudent } = await oakfield.client.ask<{ addStudent: { username: string } }>('mutation { addStudent(input: { givenName: "Ada", familyName: "Old" }) { username } }')
  expect(addStudent.username).toBe('ada.old.2')
})

test('a class that is gone takes its places along, and leaves its course', async () => {
  const { academicSessions } = await oakfield.client.ask<{ academicSessions: { nodes: { id: string }[] } }>('{ academicSessions(filter: { type: SEMESTER }) { nodes { id } } }')
  const { createClass } = await oakfield.client.ask<{ createClass: { id: string } }>('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Ended', termIds: academicSessions.nodes.map(({ id }) => id) } })
  await oakfield.client.ask('mutation ($id: ID!) { removeClass(id: $id, version: 1) { id } }', { id: createClass.id })
  await sql(`update ~class set date_last_modified = now() - interval '91 days'`)
  expect(await run()).toEqual({ tombstones: 1, answers: 0 })
  expect([await sql('select from ~class'), await sql('select from ~class_term'), await sql('select from ~course where title = \'Ended\'')].map(rows => rows.length)).toEqual([0, 0, 1])
})

test('a course that is gone stays for as long as a class is on record that took it', async () => {
  const { academicSessions } = await oakfield.client.ask<{ academicSessions: { nodes: { id: string }[] } }>('{ academicSessions(filter: { type: SEMESTER }) { nodes { id } } }')
  const { createClass } = await oakfield.client.ask<{ createClass: { id: string, course: { id: string } } }>('mutation ($input: CreateClassInput!) { createClass(input: $input) { id course { id } } }', { input: { title: 'Latin', termIds: academicSessions.nodes.map(({ id }) => id) } })
  await oakfield.client.ask('mutation ($id: ID!, $course: ID!) { removeClass(id: $id, version: 1) { id } removeCourse(id: $course, version: 1) { id } }', { id: createClass.id, course: createClass.course.id })
  await sql(`update ~course set date_last_modified = now() - interval '91 days' where status = 'tobedeleted'`)
  expect(await run()).toEqual({ tombstones: 0, answers: 0 })
  await sql(`update ~class set date_last_modified = now() - interval '91 days' where status = 'tobedeleted'`)
  expect(await run()).toEqual({ tombstones: 2, answers: 0 })
  expect(await sql('select from ~course where title = \'Latin\'')).toEqual([])
})

test('answers to changes made once go after a day', async () => {
  for (const familyName of ['Today', 'Yesterday'])
    await riverside.client.send('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName } }, { 'idempotency-key': randomUUID() })
  await sql(`update ~idempotency_key set created_at = now() - interval '25 hours' where answer in (select answer from ~idempotency_key order by created_at desc limit 1)`, riverside)
  expect(await run()).toEqual({ tombstones: 0, answers: 1 })
  expect(await sql('select from ~idempotency_key', riverside)).toHaveLength(1)
})

test('a school in which somebody writes is left for the next night, and the others are not', async () => {
  for (const school of [oakfield, riverside]) {
    await removed('Busy', school)
    await sql(`update ~"user" set date_last_modified = now() - interval '91 days' where status = 'tobedeleted'`, school)
  }
  const release = await holdLock(homeroom.database.adminUrl, `select from ${schemaName(oakfield.tenantId)}.change_counter for update`)
  expect((await run()).tombstones).toBe(1)
  await release()
  expect((await run()).tombstones).toBeGreaterThan(0)
}, 30_000)
