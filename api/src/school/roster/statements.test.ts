import type { CompiledQuery } from 'kysely'
import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTwoSchools } from '../../../test/harness/two-schools.ts'
import { TenantConnection } from '../../database/tenant-connection.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools()
  // 60 students, each in 4 of 12 classes that one teacher of 3 teaches.
  await schools.oakfield.sql(`insert into ~"user" (id, sourced_id, username, given_name, family_name) select gen_random_uuid(), 'u' || n, 'u' || n, 'G' || n, 'F' || n from generate_series(1, 63) n`)
  await schools.oakfield.sql(`insert into ~class (id, sourced_id, title, course_id, school_id) select gen_random_uuid(), 'c' || n, 'Class ' || n, (select id from ~course limit 1), (select id from ~org) from generate_series(1, 12) n`)
  await schools.oakfield.sql(`insert into ~class_term select class.id, session.id from ~class class, ~academic_session session where session.type = 'semester'`)
  await schools.oakfield.sql(`insert into ~enrollment (sourced_id, class_id, user_id, role)
    select gen_random_uuid(), class.id, person.id, case when person.sourced_id in ('u61', 'u62', 'u63') then 'teacher' else 'student' end
    from ~"user" person, ~class class where (substr(person.sourced_id, 2)::int + substr(class.sourced_id, 2)::int) % 3 = 0`)
  await schools.oakfield.sql(`insert into ~role (sourced_id, user_id, org_id, role, role_type) select 'r' || id, id, (select id from ~org), case when sourced_id in ('u61', 'u62', 'u63') then 'teacher' else 'student' end, 'primary' from ~"user"`)
})

// Everything a school's connection carries, but for opening and ending the transaction.
const sent: CompiledQuery[] = []
const { executeQuery } = TenantConnection.prototype
TenantConnection.prototype.executeQuery = function (query) {
  sent.push(query)
  return executeQuery.call(this, query) as ReturnType<typeof executeQuery<never>>
}
beforeEach(() => {
  sent.length = 0
})
afterAll(async () => {
  TenantConnection.prototype.executeQuery = executeQuery
  await schools.close()
})

test.each([1, 10, 50, 60])('%i people with their classes, courses and teachers take five statements', async (first) => {
  const { users } = await schools.oakfield.ask(`query ($first: Int) {
    users(first: $first, filter: { role: STUDENT }) { nodes { id enrollments { role class { title course { title } teachers { familyName } } } } }
  }`, { first })
  expect(users.nodes).toHaveLength(first)
  for (const node of users.nodes) {
    expect(node.enrollments).toHaveLength(4)
    expect(node.enrollments[0]!.class.teachers).toHaveLength(1)
  }
  // People, enrollments, classes, courses, teachers.
  expect(sent).toHaveLength(5)
})

test.each([1, 12])('%i classes with everything about them take one statement a field', async (first) => {
  await schools.oakfield.ask(`query ($first: Int) {
    classes(first: $first) { totalCount nodes { studentCount course { title } terms { title children { title } } teachers { roles { role org { name } } } students: enrollments(role: STUDENT) { user { familyName } } all: enrollments { id } } }
  }`, { first })
  // Classes, count, student counts, courses, terms, their parts, teachers, roles, orgs, students, people, everybody.
  expect(sent).toHaveLength(12)
})

test.each([1, 100])('a page of %i changes with their records takes two statements, and one for each of their types', async (first) => {
  const { changes } = await schools.oakfield.ask('query ($first: Int) { changes(first: $first) { nodes { type record { id version } } } }', { first })
  // The counter, the changes, and the records of each type.
  expect(sent).toHaveLength(2 + new Set(changes.nodes.map(({ type }) => type)).size)
})

test.each([1, 100])('%i students are added with nine statements, and put in a class with nine', async (count) => {
  const inputs = Array.from({ length: count }, (_, n) => ({ givenName: 'Batch', familyName: `Of ${count}`, identifier: `${count}-${n}` }))
  const { addStudents } = await schools.oakfield.ask('mutation ($inputs: [AddStudentInput!]!) { addStudents(inputs: $inputs) { results { user { id } error { code } } } }', { inputs })
  expect(addStudents.results.map(({ error }) => error)).toEqual(inputs.map(() => null))
  // Number, identifiers, school, usernames, retired ones, people, roles, answer, outbox.
  expect(sent).toHaveLength(9)
  const { classes } = await schools.oakfield.ask('{ classes(first: 1) { nodes { id } } }')
  sent.length = 0
  const places = addStudents.results.map(({ user }) => ({ classId: classes.nodes[0]!.id, userId: user!.id, role: 'STUDENT' }))
  const { enrolMany } = await schools.oakfield.ask('mutation ($inputs: [EnrolInput!]!) { enrolMany(inputs: $inputs) { results { enrollment { id } error { code } } } }', { inputs: places })
  expect(enrolMany.results.map(({ error }) => error)).toEqual(inputs.map(() => null))
  // Number, classes, people, roles, counts, places of before, places, answer, outbox.
  expect(sent).toHaveLength(9)
})

test('the size of a list is counted only for those who ask', async () => {
  await schools.oakfield.ask('{ users(first: 5) { nodes { id } pageInfo { hasNextPage } } }')
  expect(sent).toHaveLength(1)
})

test('the dashboard takes five statements', async () => {
  await schools.oakfield.ask('{ dashboard { school { name } studentCount teacherCount classCount schoolYear { title } currentTerm { title } checklist { key done } } }')
  expect(sent).toHaveLength(5)
})

test('pages of people are read off an index, wherever they lie, without sorting', async () => {
  await schools.riverside.sql(`insert into ~"user" (sourced_id, username, given_name, family_name) select 'x' || n, 'x' || n, 'G' || n % 97, 'F' || n % 1009 from generate_series(1, 5000) n`)
  await schools.riverside.sql('analyze ~"user"')
  const page = `query ($after: String, $orderBy: UserOrder) { users(first: 50, after: $after, orderBy: $orderBy) { pageInfo { endCursor } } }`
  for (const field of ['FAMILY_NAME', 'GIVEN_NAME']) {
    const orderBy = { field, direction: 'ASC' }
    const { users } = await schools.riverside.ask(page, { orderBy })
    sent.length = 0
    await schools.riverside.ask(page, { orderBy, after: users.pageInfo.endCursor })
    const { sql, parameters } = sent[0]!
    // No school may send an EXPLAIN.
    const plan = await schools.riverside.sql(`explain ${sql.replace('from "user"', 'from ~"user"').replace(/\$(\d+)/g, (_, n: string) => literal(parameters[Number(n) - 1]))}`)
    const lines = JSON.stringify(plan)
    expect(lines).toContain(`Index Scan using user_${field.toLowerCase()}`)
    expect(lines).not.toContain('Sort')
  }
})

function literal(value: unknown): string {
  return typeof value === 'number' ? String(value) : `'${String(value).replaceAll('\'', '\'\'')}'`
}
