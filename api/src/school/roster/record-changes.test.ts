import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools()
})
afterAll(() => schools.close())

const ask = (query: string, variables?: Record<string, unknown>) => schools.oakfield.ask(query, variables)
const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => schools.oakfield.sql<Row>(text, values)
const told = async () => (await sql<{ action: string }>('select action from ~outbox order by at, action')).map(({ action }) => action)

const updateUser = 'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { version givenName familyName email grades } }'
const removeUser = 'mutation ($id: ID!, $version: Int!) { removeUser(id: $id, version: $version) { status version roles { role } enrollments { id } } }'
const restoreUser = 'mutation ($id: ID!) { restoreUser(id: $id) { status version roles { role } enrollments { class { title } } } }'
const updateClass = 'mutation ($input: UpdateClassInput!) { updateClass(input: $input) { version title location course { title } terms { title } } }'
const removeClass = 'mutation ($id: ID!, $version: Int!) { removeClass(id: $id, version: $version) { status version } }'
const restoreClass = 'mutation ($id: ID!) { restoreClass(id: $id) { status version enrollments { user { familyName } } } }'

let student: string
let group: string
let place: string
let terms: string[]
let count = 0

/** A student in a class, of whom nobody has heard yet. */
beforeEach(async () => {
  count += 1
  const { dashboard } = await ask('{ dashboard { schoolYear { children { id } } } }')
  terms = dashboard.schoolYear!.children.map(({ id }) => id)
  student = (await ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName: `Lovelace ${count}`, email: 'ada@school.example', identifier: `S-${count}`, grade: '7' } })).addStudent.id
  group = (await ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: `Analysis ${count}`, termIds: terms, location: 'Room 1', classCode: `A-${count}` } })).createClass.id
  place = (await ask('mutation ($input: EnrolInput!) { enrol(input: $input) { id } }', { input: { classId: group, userId: student, role: 'STUDENT' } })).enrol.id
  await sql('delete from ~outbox')
})

describe('a person', () => {
  test('is changed where a value is given, emptied where null is, and otherwise left as it was', async () => {
    const { updateUser: changed } = await ask(updateUser, { input: { id: student, version: 1, familyName: ' King ', email: null, grades: ['8', '8', 'KG'] } })
    expect(changed).toEqual({ version: 2, givenName: 'Ada', familyName: 'King', email: null, grades: ['8', 'KG'] })
    expect(await sql('select action, subject_version, details from ~outbox')).toEqual([{ action: 'user.changed', subject_version: 2, details: { role: 'student' } }])
  })

  test('is not changed by whoever saw an earlier version, who hears which it is now', async () => {
    await ask(updateUser, { input: { id: student, version: 1, givenName: 'Augusta' } })
    expect(await refusal(ask(updateUser, { input: { id: student, version: 1, givenName: 'Late' } }))).toMatchObject({ code: 'CONFLICT', facts: { version: 2 }, fields: [{ path: ['version'] }] })
    expect(await refusal(ask(removeUser, { id: student, version: 1 }))).toMatchObject({ code: 'CONFLICT', facts: { version: 2 } })
    expect((await ask('query ($id: ID!) { user(id: $id) { givenName version } }', { id: student })).user).toEqual({ givenName: 'Augusta', version: 2 })
  })

  test('of two who change the same version at once, one is told', async () => {
    const both = await Promise.allSettled(['One', 'Two'].map(givenName => ask(updateUser, { input: { id: student, version: 1, givenName } })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await sql('select version from ~"user" where id = $1', [student])).toEqual([{ version: 2 }])
  })

  test('is not changed by a change of nothing', async () => {
    expect((await ask(updateUser, { input: { id: student, version: 1, givenName: 'Ada' } })).updateUser.version).toBe(1)
    expect(await told()).toEqual([])
  })

  test.each([
    [{ givenName: null }, 'givenName', 'REQUIRED'],
    [{ familyName: 'x'.repeat(101) }, 'familyName', 'TOO_LONG'],
    [{ email: 'nowhere' }, 'email', 'INVALID'],
    [{ grades: Array.from({ length: 21 }, (_, n) => String(n)) }, 'grades', 'TOO_LONG'],
    [{ enabledUser: null }, 'enabledUser', 'REQUIRED'],
  ])('keeps its form: %j', async (wrong, field, code) => {
    expect(await refusal(ask(updateUser, { input: { id: student, version: 1, ...wrong } }))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: [field], code }] })
  })

  test('cannot take a number that somebody has', async () => {
    await ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'G', familyName: 'H', identifier: `T-${count}` } })
    expect(await refusal(ask(updateUser, { input: { id: student, version: 1, identifier: `T-${count}` } }))).toMatchObject({ code: 'IDENTIFIER_TAKEN', fields: [{ path: ['identifier'] }] })
  })

  test('leaves with roles and places in classes, and comes back with them', async () => {
    await sql('insert into ~demographics (user_id, sourced_id) select id, sourced_id from ~"user" where id = $1', [student])
    expect((await ask(removeUser, { id: student, version: 1 })).removeUser).toEqual({ status: 'TOBEDELETED', version: 2, roles: [], enrollments: [] })
    expect(await told()).toEqual(['user.removed', 'enrollment.withdrawn'])
    expect(await sql('select status, version from ~demographics where user_id = $1', [student])).toEqual([{ status: 'tobedeleted', version: 2 }])
    expect(await refusal(ask('query ($id: ID!) { user(id: $id) { id } }', { id: student }))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await refusal(ask(updateUser, { input: { id: student, version: 2 } }))).toMatchObject({ code: 'NOT_FOUND' })
    // A second time there is nothing to do.
    expect((await ask(removeUser, { id: student, version: 1 })).removeUser.version).toBe(2)
    await sql('delete from ~outbox')
    expect((await ask(restoreUser, { id: student })).restoreUser).toEqual({ status: 'ACTIVE', version: 3, roles: [{ role: 'STUDENT' }], enrollments: [{ class: { title: `Analysis ${count}` } }] })
    expect(await told()).toEqual(['user.restored', 'enrollment.restored'])
    expect(await sql('select status from ~demographics where user_id = $1', [student])).toEqual([{ status: 'active' }])
    expect((await ask(restoreUser, { id: student })).restoreUser.version).toBe(3)
  })

  test('does not come back into a class that they had left before, nor into one that is gone meanwhile', async () => {
    const { createClass } = await ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Left', termIds: terms } })
    const { enrol } = await ask('mutation ($input: EnrolInput!) { enrol(input: $input) { id } }', { input: { classId: createClass.id, userId: student, role: 'STUDENT' } })
    await ask('mutation ($id: ID!) { withdraw(enrollmentId: $id) { id } }', { id: enrol.id })
    await ask(removeUser, { id: student, version: 1 })
    await ask(removeClass, { id: group, version: 1 })
    expect((await ask(restoreUser, { id: student })).restoreUser.enrollments).toEqual([])
  })

  test('does not come back with a number that somebody else has got', async () => {
    await ask(removeUser, { id: student, version: 1 })
    await ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'G', familyName: 'H', identifier: `S-${count}` } })
    expect(await refusal(ask(restoreUser, { id: student }))).toMatchObject({ code: 'IDENTIFIER_TAKEN' })
    expect(await sql('select status from ~"user" where id = $1', [student])).toEqual([{ status: 'tobedeleted' }])
  })
})

describe('a class', () => {
  test('is changed, when it meets too', async () => {
    const { courses } = await ask('{ courses(first: 1) { nodes { id title } } }')
    const { updateClass: changed } = await ask(updateClass, { input: { id: group, version: 1, title: 'Algebra', location: null, courseId: courses.nodes[0]!.id } })
    expect(changed).toMatchObject({ version: 2, title: 'Algebra', location: null, course: { title: courses.nodes[0]!.title } })
    expect((await ask(updateClass, { input: { id: group, version: 2, termIds: [terms[1]] } })).updateClass).toMatchObject({ version: 3, terms: [{ title: 'Semester 2' }] })
    expect((await ask(updateClass, { input: { id: group, version: 3, termIds: [terms[1]] } })).updateClass.version).toBe(3)
    expect(await told()).toEqual(['class.changed', 'class.changed'])
  })

  test('keeps its version, its code and its terms from whoever is late or wrong', async () => {
    expect(await refusal(ask(updateClass, { input: { id: group, version: 7 } }))).toMatchObject({ code: 'CONFLICT', facts: { version: 1 } })
    expect(await refusal(ask(removeClass, { id: group, version: 7 }))).toMatchObject({ code: 'CONFLICT', facts: { version: 1 } })
    expect(await refusal(ask(updateClass, { input: { id: group, version: 1, termIds: [] } }))).toMatchObject({ fields: [{ path: ['termIds'], code: 'REQUIRED' }] })
    await ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Other', termIds: terms, classCode: `B-${count}` } })
    expect(await refusal(ask(updateClass, { input: { id: group, version: 1, classCode: `B-${count}` } }))).toMatchObject({ code: 'CLASS_CODE_TAKEN' })
  })

  test('ends with the places in it, and begins again with those of people who are still there', async () => {
    expect((await ask(removeClass, { id: group, version: 1 })).removeClass).toEqual({ status: 'TOBEDELETED', version: 2 })
    expect(await told()).toEqual(['class.removed', 'enrollment.withdrawn'])
    expect((await ask(restoreClass, { id: group })).restoreClass).toEqual({ status: 'ACTIVE', version: 3, enrollments: [{ user: { familyName: `Lovelace ${count}` } }] })
    await ask(removeClass, { id: group, version: 3 })
    await ask(removeUser, { id: student, version: 1 })
    expect((await ask(restoreClass, { id: group })).restoreClass.enrollments).toEqual([])
  })

  test('holds 500 people, and one person 100 classes', async () => {
    const inUse = (more: string) => sql(`insert into ~enrollment (sourced_id, class_id, user_id, role) ${more}`)
    await sql('insert into ~"user" (sourced_id, username, given_name, family_name) select \'full\' || n, \'full\' || n, \'F\', \'F\' from generate_series(1, 499) n on conflict do nothing')
    await inUse(`select gen_random_uuid(), '${group}', id, 'student' from ~"user" where sourced_id like 'full%'`)
    const { addStudent } = await ask('mutation { addStudent(input: { givenName: "One", familyName: "More" }) { id } }')
    const enrol = (userId: string, classId: string) => ask('mutation ($input: EnrolInput!) { enrol(input: $input) { id } }', { input: { classId, userId, role: 'STUDENT' } })
    expect(await refusal(enrol(addStudent.id, group))).toMatchObject({ code: 'CLASS_FULL', fields: [{ path: ['classId'] }] })
    await sql(`insert into ~class (sourced_id, title, course_id, school_id) select 'many' || n, 'Many', (select id from ~course limit 1), (select id from ~org) from generate_series(1, 100) n`)
    await inUse(`select gen_random_uuid(), id, '${addStudent.id}', 'student' from ~class where sourced_id like 'many%'`)
    const { createClass } = await ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Another', termIds: terms } })
    expect(await refusal(enrol(addStudent.id, createClass.id))).toMatchObject({ code: 'CLASS_FULL', message: 'A person has places in at most 100 classes.' })
  })
})

describe('a place in a class', () => {
  const updateEnrollment = 'mutation ($input: UpdateEnrollmentInput!) { updateEnrollment(input: $input) { version primary beginDate endDate } }'

  test('gets other days, by whoever knows its version', async () => {
    expect((await ask(updateEnrollment, { input: { id: place, version: 1, beginDate: '2026-09-01', endDate: '2026-10-01' } })).updateEnrollment).toEqual({ version: 2, primary: false, beginDate: '2026-09-01', endDate: '2026-10-01' })
    expect((await ask(updateEnrollment, { input: { id: place, version: 2, endDate: null } })).updateEnrollment).toMatchObject({ version: 3, beginDate: '2026-09-01', endDate: null })
    expect(await told()).toEqual(['enrollment.changed', 'enrollment.changed'])
    expect(await refusal(ask(updateEnrollment, { input: { id: place, version: 2 } }))).toMatchObject({ code: 'CONFLICT', facts: { version: 3 } })
    expect(await refusal(ask('mutation ($id: ID!) { withdraw(enrollmentId: $id, version: 2) { id } }', { id: place }))).toMatchObject({ code: 'CONFLICT', facts: { version: 3 } })
  })

  test('ends after it begins, and is a main teacher\'s only if it is a teacher\'s', async () => {
    expect(await refusal(ask(updateEnrollment, { input: { id: place, version: 1, beginDate: '2026-09-01', endDate: '2026-09-01' } }))).toMatchObject({ fields: [{ path: ['endDate'], code: 'ENDS_BEFORE_START' }] })
    expect(await refusal(ask(updateEnrollment, { input: { id: place, version: 1, primary: true } }))).toMatchObject({ fields: [{ path: ['primary'], code: 'INVALID' }] })
  })
})

test('a school year of another version is not overwritten, nor a part of it', async () => {
  const { academicSessions } = await ask('{ academicSessions(filter: { type: SCHOOL_YEAR }) { nodes { id version title startDate endDate children { id version title startDate endDate } } } }')
  const { children, ...year } = academicSessions.nodes[0]!
  const change = (input: object) => ask('mutation ($input: UpdateSchoolYearInput!) { updateSchoolYear(input: $input) { version } }', { input })
  expect(await refusal(change({ ...year, version: 9, terms: [] }))).toMatchObject({ code: 'CONFLICT', facts: { version: year.version }, fields: [{ path: ['version'] }] })
  expect(await refusal(change({ ...year, terms: [children[0], { ...children[1], version: 9 }] }))).toMatchObject({ code: 'CONFLICT', facts: { version: children[1]!.version }, fields: [{ path: ['terms', '1', 'version'] }] })
  expect((await change({ ...year, title: 'Another name', terms: children })).updateSchoolYear.version).toBe(year.version + 1)
})
