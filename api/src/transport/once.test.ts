import type { GraphqlClient } from '../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { makeKey } from '../../test/harness/keys.ts'
import { schemaName } from '../database/schema-names.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
beforeAll(async () => {
  homeroom = await openHomeroom({ patient: true })
  oakfield = await homeroom.openSchool('oakfield')
  riverside = await homeroom.openSchool('riverside')
})
afterAll(() => homeroom?.stop())

const addStudent = 'mutation ($input: AddStudentInput!) { addStudent(input: $input) { id version familyName roles { role } } }'
interface Added { addStudent: { id: string, version: number, familyName: string } }
const add = (key: string, familyName: string, client: GraphqlClient = oakfield.client) => client.send<Added>(addStudent, { input: { givenName: 'Ada', familyName } }, { 'idempotency-key': key })
const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[], school = oakfield) => homeroom.database.sql<Row>(text.replaceAll('~', `${schemaName(school.tenantId)}.`), values)
const called = (familyName: string, school = oakfield) => sql<{ id: string }>('select id from ~"user" where family_name = $1', [familyName], school)

test('a repeat gets the first answer, whatever has happened since, and changes nothing', async () => {
  const key = randomUUID()
  const first = await add(key, 'Lovelace')
  expect(first.data?.addStudent.version).toBe(1)
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  await oakfield.client.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }', { input: { id: first.data!.addStudent.id, version: 1, familyName: 'Byron' } })
  const [before] = await sql('select last from ~change_counter')
  const again = await add(key, 'Lovelace')
  expect({ status: again.status, data: again.data, errors: again.errors }).toEqual({ status: 200, data: first.data, errors: undefined })
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect(await called('Lovelace')).toEqual([])
  expect(await called('Byron')).toHaveLength(1)
  expect((await sql('select last from ~change_counter'))[0]).toEqual(before)
})

test('the same key with something else is refused, and leaves the first answer as it was', async () => {
  const key = randomUUID()
  const first = await add(key, 'First')
  for (const other of [await add(key, 'Second'), await oakfield.client.send('mutation { addTeacher(input: { givenName: "A", familyName: "Second" }) { id } }', {}, { 'idempotency-key': key })])
    expect([other.status, other.errors?.[0]?.extensions.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED'])
  expect(await called('Second')).toEqual([])
  expect((await add(key, 'First')).data).toEqual(first.data)
})

test('of many at once one makes the change, and the others wait for its answer', async () => {
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 6 }, () => add(key, 'Twin')))
  expect(answers.map(({ data }) => data)).toEqual(answers.map(() => answers[0]!.data))
  expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(5)
  expect(await called('Twin')).toHaveLength(1)
})

test('what failed has left nothing, not even the key', async () => {
  const key = randomUUID()
  expect((await add(key, ' ')).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  expect((await add(key, 'Better')).status).toBe(200)
  expect(await called('Better')).toHaveLength(1)
})

test('where what is read of a change fails, the change is not made either', async () => {
  const key = randomUUID()
  const withClasses = 'mutation { addStudent(input: { givenName: "Ada", familyName: "Halfway" }) { id enrollments { id } } }'
  const send = () => oakfield.client.send(withClasses, {}, { 'idempotency-key': key })
  const role = schemaName(oakfield.tenantId)
  await sql(`revoke select on ~class from ${role}`)
  const { data, errors } = await send()
  await sql(`grant select on ~class to ${role}`)
  expect([data, errors?.[0]?.extensions.code]).toEqual([null, 'INTERNAL_SERVER_ERROR'])
  expect(await called('Halfway')).toEqual([])
  expect((await send()).errors).toBeUndefined()
  expect(await called('Halfway')).toHaveLength(1)
})

test('nor where the database has nothing against it', async () => {
  const { academicSessions } = await oakfield.client.ask<{ academicSessions: { nodes: { id: string }[] } }>('{ academicSessions(filter: { type: SEMESTER }) { nodes { id } } }')
  const { createClass } = await oakfield.client.ask<{ createClass: { id: string } }>('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Of nothing', termIds: [academicSessions.nodes[0]!.id] } })
  await sql('begin; set local session_replication_role = replica; delete from ~course where title = \'Of nothing\'; commit')
  const key = randomUUID()
  const { data, errors } = await oakfield.client.send('mutation ($input: UpdateClassInput!) { updateClass(input: $input) { version course { title } } }', { input: { id: createClass.id, version: 1, location: 'Nowhere' } }, { 'idempotency-key': key })
  expect([data, errors?.[0]?.extensions.code]).toEqual([null, 'NOT_FOUND'])
  expect(await sql('select version, location from ~class')).toEqual([{ version: 1, location: null }])
})

test('a key is its principal\'s and its school\'s alone', async () => {
  const key = randomUUID()
  const program = await makeKey(oakfield.client, ['roster.users:write'])
  const ids = []
  for (const client of [oakfield.client, program.client, riverside.client])
    ids.push((await add(key, 'Shared', client)).data?.addStudent.id)
  expect(new Set(ids).size).toBe(3)
  expect([await called('Shared'), await called('Shared', riverside)].map(rows => rows.length)).toEqual([2, 1])
  expect((await add(key, 'Shared', program.client)).data?.addStudent.id).toBe(ids[1])
})

test('a replay is for who may still make the change', async () => {
  const key = randomUUID()
  const { client, id } = await makeKey(oakfield.client, ['roster.users:write'])
  await add(key, 'Revoked', client)
  await oakfield.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id })
  expect((await add(key, 'Revoked', client)).status).toBe(401)
})

test('after a day the key is free again', async () => {
  const key = randomUUID()
  await add(key, 'Yesterday')
  await sql('update ~idempotency_key set created_at = created_at - interval \'25 hours\'')
  expect((await add(key, 'Today')).data?.addStudent.familyName).toBe('Today')
  expect((await add(key, 'Today')).headers.get('idempotency-replayed')).toBe('true')
})

test('the key itself is stored nowhere', async () => {
  const key = randomUUID()
  await add(key, 'Hashed')
  const rows = await sql<{ line: string }>('select k::text as line from ~idempotency_key k')
  expect(rows.some(({ line }) => line.includes(createHash('sha256').update(key).digest('hex')))).toBe(true)
  expect(rows.filter(({ line }) => line.includes(key))).toEqual([])
})

test.each([
  ['too short', 'x'.repeat(15)],
  ['too long', 'x'.repeat(256)],
  ['with a space', 'sixteen letters or more'],
  ['with a letter beyond ASCII', 'schl\u00FCssel-schl\u00FCssel'],
  ['two in one', 'x'.repeat(16) + ', '.concat('y'.repeat(16))],
])('a key that is %s is refused', async (_, key) => {
  expect((await add(key, 'Refused')).errors?.[0]).toMatchObject({ message: expect.stringContaining('Idempotency-Key') as string, extensions: { code: 'BAD_USER_INPUT' } })
  expect(await called('Refused')).toEqual([])
})

test.each([
  ['a change of something else', 'mutation { inviteMember(input: { email: "new@school.example", role: OFFICE }) { id } }', 'inviteMember takes no Idempotency-Key'],
  ['two changes', 'mutation { a: addStudent(input: { givenName: "A", familyName: "Two" }) { id } b: addStudent(input: { givenName: "A", familyName: "Two" }) { id } }', 'one change'],
  ['a change in a fragment', 'mutation { ...F } fragment F on Mutation { addStudent(input: { givenName: "A", familyName: "Two" }) { id } }', 'one change'],
])('%s is refused under a key', async (_, document, words) => {
  const { status, errors } = await oakfield.client.send(document, {}, { 'idempotency-key': randomUUID() })
  expect([status, errors?.[0]?.message]).toEqual([400, expect.stringContaining(words)])
  expect(await called('Two')).toEqual([])
})

test('to reading a key means nothing', async () => {
  expect((await oakfield.client.send('{ users { totalCount } }', {}, { 'idempotency-key': 'short' })).status).toBe(200)
})
