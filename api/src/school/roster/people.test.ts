import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'
import { takeChangeNumber } from '../../database/change-number.ts'
import { store } from './roster.errors.ts'
import { User } from './user.entity.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools()
})
afterAll(() => schools.close())

const addStudent = `mutation ($input: AddStudentInput!) {
  addStudent(input: $input) { id sourcedId status username givenName familyName preferredGivenName email identifier grades enabledUser roles { role roleType org { name type } } enrollments { id } }
}`
const addTeacher = `mutation ($input: AddTeacherInput!) { addTeacher(input: $input) { id username roles { role } } }`
const user = `query ($id: ID!) { user(id: $id) { givenName } }`

test('a student is stored whole, with a primary role at the school', async () => {
  const { oakfield } = schools
  const { addStudent: student } = await oakfield.ask(addStudent, { input: { givenName: ' Zoe\u0308 ', familyName: 'van  der Berg', preferredGivenName: '', email: 'Zoe@Mail.example', identifier: 'S-1', grade: '07' } })
  expect(student).toEqual({
    id: student.id,
    sourcedId: student.id,
    status: 'ACTIVE',
    username: 'zoe@mail.example',
    givenName: 'Zoë',
    familyName: 'van der Berg',
    preferredGivenName: null,
    email: 'Zoe@Mail.example',
    identifier: 'S-1',
    grades: ['07'],
    enabledUser: true,
    roles: [{ role: 'STUDENT', roleType: 'PRIMARY', org: { name: 'Oakfield', type: 'SCHOOL' } }],
    enrollments: [],
  })
})

test('usernames come from the e-mail where it is free, else from the name, and never twice', async () => {
  const { oakfield } = schools
  const add = async (input: object) => (await oakfield.ask(addTeacher, { input })).addTeacher.username
  expect(await add({ givenName: 'Max', familyName: 'Meier', email: 'office@family.example' })).toBe('office@family.example')
  expect(await add({ givenName: 'Mia', familyName: 'Meier', email: 'OFFICE@family.example' })).toBe('mia.meier')
  expect(await add({ givenName: 'Mia', familyName: 'Meier' })).toBe('mia.meier.2')
  expect(await add({ givenName: 'Mía', familyName: 'Meier' })).toBe('mia.meier.3')
  // Whoever is withdrawn keeps the name.
  await oakfield.sql(`update ~"user" set status = 'tobedeleted' where username = 'mia.meier.2'`)
  expect(await add({ givenName: 'Mia', familyName: 'Meier' })).toBe('mia.meier.4')
})

test('two people of one name added at the same moment both get a username', async () => {
  const { oakfield } = schools
  const added = await Promise.all(Array.from({ length: 4 }, () => oakfield.ask(addTeacher, { input: { givenName: 'Sam', familyName: 'Twin' } })))
  expect(added.map(({ addTeacher }) => addTeacher.username).sort()).toEqual(['sam.twin', 'sam.twin.2', 'sam.twin.3', 'sam.twin.4'])
})

test('an identifier in use is refused at its field, and nothing is stored', async () => {
  const { oakfield, riverside } = schools
  const input = { givenName: 'Ann', familyName: 'Number', identifier: 'N-1' }
  await oakfield.ask(addStudent, { input })
  expect(await refusal(oakfield.ask(addTeacher, { input }))).toEqual({
    code: 'IDENTIFIER_TAKEN',
    message: 'Somebody at the school already has this identifier.',
    fields: [{ path: ['identifier'], code: 'IDENTIFIER_TAKEN', message: 'Somebody at the school already has this identifier.' }],
  })
  expect(await oakfield.sql(`select 1 from ~"user" where family_name = 'Number'`)).toHaveLength(1)
  // Other schools have numbers of their own; and who left gives a number back.
  await riverside.ask(addStudent, { input })
  await oakfield.sql(`update ~"user" set status = 'tobedeleted' where identifier = 'N-1'`)
  await oakfield.ask(addStudent, { input })
})

test('where the check is too early to see it, the index says the same', async () => {
  const { oakfield } = schools
  const added = await Promise.allSettled(Array.from({ length: 3 }, () => oakfield.ask(addStudent, { input: { givenName: 'Race', familyName: 'Runner', identifier: 'R-1' } })))
  expect(added.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
  // Past every check: straight into the index, as an import or another process would.
  const answer = oakfield.work(async (db) => {
    await takeChangeNumber(db)
    db.em.create(User, { givenName: 'Race', familyName: 'Runner', username: randomUUID(), identifier: 'R-1' })
    await store(db)
  })
  expect(await refusal(answer)).toMatchObject({ code: 'IDENTIFIER_TAKEN', fields: [{ path: ['identifier'] }] })
})

test.each([
  [{ givenName: '  ' }, [{ path: ['givenName'], code: 'REQUIRED' }]],
  [{ familyName: 'x'.repeat(101) }, [{ path: ['familyName'], code: 'TOO_LONG' }]],
  [{ givenName: 'A\u202Eda', familyName: 'nul\0' }, [{ path: ['givenName'], code: 'INVALID' }, { path: ['familyName'], code: 'INVALID' }]],
  [{ email: 'not an address' }, [{ path: ['email'], code: 'INVALID' }]],
  [{ grade: 'NULL' }, [{ path: ['grade'], code: 'INVALID' }]],
  [{ grade: '{7,8}' }, [{ path: ['grade'], code: 'INVALID' }]],
])('%j is refused at its fields, and nothing is stored', async (wrong, fields) => {
  const { oakfield } = schools
  const count = () => oakfield.sql('select count(*) from ~"user"')
  const before = await count()
  const problem = await refusal(oakfield.ask(addStudent, { input: { givenName: 'Ada', familyName: 'Lovelace', ...wrong } }))
  expect(problem.code).toBe('BAD_USER_INPUT')
  expect(problem.fields.map(({ path, code }) => ({ path, code }))).toEqual(fields)
  expect(await count()).toEqual(before)
})

test('a person of one school does not exist for the other, like one who never did', async () => {
  const { oakfield, riverside } = schools
  const { addStudent: ada } = await oakfield.ask(addStudent, { input: { givenName: 'Ada', familyName: 'Only' } })
  expect(await oakfield.ask(user, { id: ada.id })).toEqual({ user: { givenName: 'Ada' } })
  const [foreign, missing, malformed] = await Promise.all([ada.id, randomUUID(), '../../etc/passwd'].map(id => refusal(riverside.ask(user, { id }))))
  expect(foreign).toEqual({ code: 'NOT_FOUND', message: 'The person was not found.', fields: [] })
  expect(missing).toEqual(foreign)
  expect(malformed).toEqual(foreign)
})

test('the same id is another person in the other school', async () => {
  const { oakfield, riverside } = schools
  const id = randomUUID()
  for (const [school, name] of [[oakfield, 'Oak'], [riverside, 'River']] as const)
    await school.sql(`insert into ~"user" (id, sourced_id, username, given_name, family_name) values ($1::uuid, $1::uuid::text, $2, $2, 'Twin')`, [id, name])
  const answers = await Promise.all([oakfield, riverside, oakfield].map(school => school.ask(user, { id })))
  expect(answers.map(({ user }) => user.givenName)).toEqual(['Oak', 'River', 'Oak'])
})

test('reading the roster does not allow to write it', async () => {
  const { oakfield } = schools
  for (const role of ['TEACHER', 'READ_ONLY'] as const) {
    expect(await oakfield.ask('{ users { totalCount } }', {}, role)).toBeTruthy()
    expect(await refusal(oakfield.ask(addTeacher, { input: { givenName: 'No', familyName: 'Body' } }, role))).toMatchObject({ code: 'FORBIDDEN' })
  }
})
