import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools()
})
afterAll(() => schools.close())

const ask = (query: string, variables?: Record<string, unknown>) => schools.oakfield.ask(query, variables)
const addStudents = (inputs: object[]) => ask('mutation ($inputs: [AddStudentInput!]!) { addStudents(inputs: $inputs) { results { index user { id username familyName roles { role } } error { code message fields { path code } } } } }', { inputs })
const enrolMany = (inputs: object[]) => ask('mutation ($inputs: [EnrolInput!]!) { enrolMany(inputs: $inputs) { results { index enrollment { id status user { familyName } } error { code fields { path code } } } } }', { inputs })
const withdrawMany = (enrollmentIds: string[]) => ask('mutation ($enrollmentIds: [ID!]!) { withdrawMany(enrollmentIds: $enrollmentIds) { results { enrollment { status version } error { code } } } }', { enrollmentIds })
const told = async () => (await schools.oakfield.sql<{ action: string }>('select action from ~outbox')).map(({ action }) => action)

test('each item is done or refused by itself, with its field; all that is done is one change', async () => {
  await ask('mutation { addTeacher(input: { givenName: "T", familyName: "Here", identifier: "N-1" }) { id } }')
  await schools.oakfield.sql('delete from ~outbox')
  const { addStudents: { results } } = await addStudents([
    { givenName: 'Ada', familyName: 'Lovelace', identifier: 'N-2' },
    { givenName: ' ', familyName: 'Nobody', email: 'nowhere' },
    { givenName: 'Ada', familyName: 'Taken', identifier: 'N-1' },
    { givenName: 'Ada', familyName: 'Lovelace' },
    { givenName: 'Ada', familyName: 'Twice', identifier: 'N-2' },
  ])
  expect(results.map(({ index, user, error }) => [index, user?.username, error?.code, error?.fields])).toEqual([
    [0, 'ada.lovelace', undefined, undefined],
    [1, undefined, 'BAD_USER_INPUT', [{ path: ['givenName'], code: 'REQUIRED' }, { path: ['email'], code: 'INVALID' }]],
    [2, undefined, 'IDENTIFIER_TAKEN', [{ path: ['identifier'], code: 'IDENTIFIER_TAKEN' }]],
    [3, 'ada.lovelace.2', undefined, undefined],
    [4, undefined, 'IDENTIFIER_TAKEN', [{ path: ['identifier'], code: 'IDENTIFIER_TAKEN' }]],
  ])
  expect(results[0]!.user!.roles).toEqual([{ role: 'STUDENT' }])
  expect(await told()).toEqual(['user.created', 'user.created'])
  expect(await schools.oakfield.sql('select distinct changed from ~"user" where family_name = \'Lovelace\'')).toHaveLength(1)
  expect(await schools.oakfield.sql('select from ~"user" where family_name in (\'Nobody\', \'Taken\', \'Twice\')')).toEqual([])
})

test('a batch in which nothing can be done changes nothing', async () => {
  await schools.oakfield.sql('delete from ~outbox')
  const { addStudents: { results } } = await addStudents([{ givenName: '', familyName: '' }])
  expect(results).toMatchObject([{ user: null, error: { code: 'BAD_USER_INPUT' } }])
  expect(await told()).toEqual([])
})

test.each([0, 101])('a batch of %i is refused whole', async (count) => {
  expect(await refusal(addStudents(Array.from({ length: count }, () => ({ givenName: 'A', familyName: 'B' }))))).toMatchObject({ code: count === 0 ? 'REQUIRED' : 'TOO_LONG', fields: [{ path: ['inputs'] }] })
  expect(await refusal(withdrawMany(Array.from({ length: count }, () => randomUUID())))).toMatchObject({ fields: [{ path: ['enrollmentIds'] }] })
})

test('a hundred are added at once, and again, each with a username of their own', async () => {
  const hundred = Array.from({ length: 100 }, () => ({ givenName: 'Hundred', familyName: 'Fold', email: 'shared@school.example' }))
  const names = [...(await addStudents(hundred)).addStudents.results, ...(await addStudents(hundred)).addStudents.results].map(({ user }) => user!.username)
  expect(new Set(names).size).toBe(200)
  expect(names.slice(0, 3)).toEqual(['shared@school.example', 'hundred.fold', 'hundred.fold.2'])
})

test('a username of somebody whose record is gone is never given again', async () => {
  await schools.oakfield.sql('insert into ~retired_username select sha256(name) from unnest(array[\'gone.away\', \'gone.away.2\']::bytea[]) as name')
  const { addStudents: { results } } = await addStudents([{ givenName: 'Gone', familyName: 'Away' }, { givenName: 'Gone', familyName: 'Away' }])
  expect(results.map(({ user }) => user!.username)).toEqual(['gone.away.3', 'gone.away.4'])
})

test('people are put in classes and taken out, each for itself, and the other school\'s are nowhere', async () => {
  const { addStudents: { results: [one, two] } } = await addStudents([{ givenName: 'A', familyName: 'One' }, { givenName: 'A', familyName: 'Two' }])
  const { addTeacher } = await ask('mutation { addTeacher(input: { givenName: "T", familyName: "Each" }) { id } }')
  const { dashboard } = await ask('{ dashboard { schoolYear { children { id } } } }')
  const { createClass } = await ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Batch', termIds: [dashboard.schoolYear!.children[0]!.id] } })
  const { addStudent: foreign } = await schools.riverside.ask('mutation { addStudent(input: { givenName: "F", familyName: "Foreign" }) { id } }')
  const place = (userId: string, role = 'STUDENT', classId = createClass.id) => ({ classId, userId, role })
  const { enrolMany: { results } } = await enrolMany([
    place(one!.user!.id),
    place(one!.user!.id),
    place(addTeacher.id),
    place(addTeacher.id, 'TEACHER'),
    place(foreign.id),
    place(two!.user!.id, 'STUDENT', 'nonsense'),
    place(two!.user!.id),
  ])
  expect(results.map(({ enrollment, error }) => enrollment?.user.familyName ?? error?.code)).toEqual(['One', 'ALREADY_ENROLLED', 'NOT_A_STUDENT', 'Each', 'NOT_FOUND', 'NOT_FOUND', 'Two'])
  const id = results[0]!.enrollment!.id
  const gone = (await withdrawMany([id, randomUUID(), id])).withdrawMany.results
  expect(gone).toEqual([{ enrollment: { status: 'TOBEDELETED', version: 2 }, error: null }, { enrollment: null, error: { code: 'NOT_FOUND' } }, { enrollment: { status: 'TOBEDELETED', version: 2 }, error: null }])
  // Back in the same place.
  expect((await enrolMany([place(one!.user!.id)])).enrolMany.results[0]!.enrollment).toMatchObject({ id, status: 'ACTIVE' })
})

test('a class takes no more from a batch than it holds', async () => {
  const { addStudents: { results } } = await addStudents(Array.from({ length: 3 }, (_, n) => ({ givenName: 'Last', familyName: `Place ${n}` })))
  await schools.oakfield.sql(`insert into ~class (id, sourced_id, title, course_id, school_id) select '00000000-0000-4000-8000-0000000000aa', 'full', 'Full', (select id from ~course limit 1), (select id from ~org)`)
  await schools.oakfield.sql(`insert into ~"user" (sourced_id, username, given_name, family_name) select 'full' || n, 'full' || n, 'F', 'F' from generate_series(1, 498) n`)
  await schools.oakfield.sql(`insert into ~enrollment (sourced_id, class_id, user_id, role) select gen_random_uuid(), '00000000-0000-4000-8000-0000000000aa', id, 'student' from ~"user" where sourced_id like 'full%'`)
  const answer = await enrolMany(results.map(({ user }) => ({ classId: '00000000-0000-4000-8000-0000000000aa', userId: user!.id, role: 'STUDENT' })))
  expect(answer.enrolMany.results.map(({ error }) => error?.code ?? 'done')).toEqual(['done', 'done', 'CLASS_FULL'])
})
