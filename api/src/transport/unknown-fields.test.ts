import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'

let homeroom: TestHomeroom
let school: SignedUp
beforeAll(async () => {
  homeroom = await openHomeroom()
  school = await homeroom.openSchool('oakfield')
})
afterAll(() => homeroom?.stop())

const student = { givenName: 'Ada', familyName: 'Lovelace' }
const addStudent = 'mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }'
const year = { id: 'x', title: 'Year', startDate: '2026-08-01', endDate: '2027-08-01' }
const term = { id: 'x', title: 'Term', startDate: '2026-08-01', endDate: '2027-01-01' }

test.each([
  ['in a variable', addStudent, { input: { ...student, sourcedId: 'mine' } }, 'sourcedId', 'AddStudentInput'],
  ['that only we write', addStudent, { input: { ...student, status: 'ACTIVE' } }, 'status', 'AddStudentInput'],
  ['of a change', 'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }', { input: { id: 'x', version: 1, username: 'root' } }, 'username', 'UpdateUserInput'],
  ['in an item of a batch', 'mutation ($inputs: [AddStudentInput!]!) { addStudents(inputs: $inputs) { results { index } } }', { inputs: [student, { ...student, role: 'TEACHER' }] }, 'role', 'AddStudentInput'],
  ['in an input in an input', 'mutation ($input: UpdateSchoolYearInput!) { updateSchoolYear(input: $input) { id } }', { input: { ...year, terms: [{ ...term, type: 'TERM' }] } }, 'type', 'TermInput'],
  ['of a filter', 'query ($filter: UserFilter) { users(filter: $filter) { totalCount } }', { filter: { password: 'x' } }, 'password', 'UserFilter'],
  ['in the document', 'mutation { addStudent(input: { givenName: "A", familyName: "B", metadata: "x" }) { id } }', {}, 'metadata', 'AddStudentInput'],
])('a field that is not known is refused by its name: %s', async (_, document, variables, field, input) => {
  const { status, errors } = await school.client.send(document, variables)
  expect(status).toBe(400)
  expect(errors?.[0]?.message).toContain(`Field "${field}" is not defined by type "${input}"`)
  expect(errors?.[0]?.extensions.code).toMatch(/^(?:BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/)
  expect(await school.client.ask('{ users { totalCount } }')).toEqual({ users: { totalCount: 0 } })
})

test('where it is, in an item of a batch and in an input in an input, is said too', async () => {
  const answer = await school.client.send('mutation ($inputs: [AddStudentInput!]!) { addStudents(inputs: $inputs) { results { index } } }', { inputs: [student, { ...student, role: 'TEACHER' }] })
  expect(answer.errors?.[0]?.message).toContain('at "inputs[1]"')
})
