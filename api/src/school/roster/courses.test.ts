import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools()
})
afterAll(() => schools.close())

const ask = (query: string, variables?: Record<string, unknown>) => schools.oakfield.ask(query, variables)
const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => schools.oakfield.sql<Row>(text, values)
const told = async () => (await sql<{ action: string }>('select action from ~outbox order by at, action')).map(({ action }) => action)

const facts = 'id status version title courseCode grades subjects'
const createCourse = `mutation ($input: CreateCourseInput!) { createCourse(input: $input) { ${facts} classCount } }`
const createCourses = 'mutation ($inputs: [CreateCourseInput!]!) { createCourses(inputs: $inputs) { results { index course { title } error { code fields { path code } } } } }'
const updateCourse = `mutation ($input: UpdateCourseInput!) { updateCourse(input: $input) { ${facts} } }`
const removeCourse = `mutation ($id: ID!, $version: Int!) { removeCourse(id: $id, version: $version) { status version } }`
const restoreCourse = 'mutation ($id: ID!) { restoreCourse(id: $id) { status version } }'
const removeClass = 'mutation ($id: ID!) { removeClass(id: $id, version: 1) { status } }'
const restoreClass = 'mutation ($id: ID!) { restoreClass(id: $id) { status course { title } } }'

async function classOf(courseId: string, school = schools.oakfield): Promise<string> {
  const { dashboard } = await school.ask('{ dashboard { schoolYear { children { id } } } }')
  return (await school.ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Group', courseId, termIds: [dashboard.schoolYear!.children[0]!.id] } })).createClass.id
}

let course: string
let count = 0

/** A course that no class takes, of which nobody has heard yet. */
beforeEach(async () => {
  count += 1
  course = (await ask(createCourse, { input: { title: `Latin ${count}`, courseCode: `L-${count}`, grades: ['7'], subjects: ['Languages'] } })).createCourse.id
  await sql('delete from ~outbox')
})

test('a course is made with all that is known of it, and told of once', async () => {
  const { createCourse: made } = await ask(createCourse, { input: { title: ' Greek ', grades: ['7', '7', '8'], courseCode: '' } })
  expect(made).toEqual({ id: made.id, status: 'ACTIVE', version: 1, title: 'Greek', courseCode: null, grades: ['7', '8'], subjects: [], classCount: 0 })
  expect(await sql('select action, subject_id, subject_version from ~outbox')).toEqual([{ action: 'course.created', subject_id: made.id, subject_version: 1 }])
  expect((await ask(`query ($id: ID!) { course(id: $id) { title } }`, { id: made.id })).course).toEqual({ title: 'Greek' })
})

test('is changed where a value is given, emptied where null is, and otherwise left as it was', async () => {
  expect((await ask(updateCourse, { input: { id: course, version: 1, title: 'Rhetoric', courseCode: null } })).updateCourse)
    .toEqual({ id: course, status: 'ACTIVE', version: 2, title: 'Rhetoric', courseCode: null, grades: ['7'], subjects: ['Languages'] })
  expect((await ask(updateCourse, { input: { id: course, version: 2, title: 'Rhetoric', grades: ['7'] } })).updateCourse.version).toBe(2)
  expect((await ask(updateCourse, { input: { id: course, version: 2, grades: null, subjects: ['Speech', 'Arts'] } })).updateCourse).toMatchObject({ version: 3, grades: [], subjects: ['Speech', 'Arts'] })
  expect(await told()).toEqual(['course.changed', 'course.changed'])
})

test('codes of subjects stay for as long as the subjects do', async () => {
  await sql('update ~course set subject_codes = \'{"LA"}\' where id = $1', [course])
  const codes = async () => (await sql<{ subject_codes: string[] }>('select subject_codes from ~course where id = $1', [course]))[0]!.subject_codes
  await ask(updateCourse, { input: { id: course, version: 1, title: 'Other', subjects: ['Languages'] } })
  expect(await codes()).toEqual(['LA'])
  await ask(updateCourse, { input: { id: course, version: 2, subjects: ['Languages', 'Arts'] } })
  expect(await codes()).toEqual([])
})

test('who saw an earlier version hears which it is now', async () => {
  await ask(updateCourse, { input: { id: course, version: 1, title: 'First' } })
  expect(await refusal(ask(updateCourse, { input: { id: course, version: 1, title: 'Late' } }))).toMatchObject({ code: 'CONFLICT', facts: { version: 2 }, fields: [{ path: ['version'] }] })
  expect(await refusal(ask(removeCourse, { id: course, version: 1 }))).toMatchObject({ code: 'CONFLICT', facts: { version: 2 } })
  expect((await ask('query ($id: ID!) { course(id: $id) { title status } }', { id: course })).course).toEqual({ title: 'First', status: 'ACTIVE' })
})

test.each([
  [{ title: null }, 'title', 'REQUIRED'],
  [{ title: 'x'.repeat(201) }, 'title', 'TOO_LONG'],
  [{ courseCode: 'x'.repeat(51) }, 'courseCode', 'TOO_LONG'],
  [{ subjects: ['Arts', ' '] }, 'subjects', 'REQUIRED'],
  [{ grades: Array.from({ length: 21 }, (_, n) => String(n)) }, 'grades', 'TOO_LONG'],
])('keeps its form: %j', async (wrong, field, code) => {
  const refused = await refusal(ask(updateCourse, { input: { id: course, version: 1, ...wrong } }))
  expect([refused.code, refused.fields![0]!.path[0], refused.fields![0]!.code]).toEqual(['BAD_USER_INPUT', field, code])
})

test('two in use cannot share a code, and one that is gone keeps none', async () => {
  expect(await refusal(ask(createCourse, { input: { title: 'Other', courseCode: `L-${count}` } }))).toMatchObject({ code: 'COURSE_CODE_TAKEN', fields: [{ path: ['courseCode'] }] })
  const { createCourse: other } = await ask(createCourse, { input: { title: 'Other', courseCode: `M-${count}` } })
  expect(await refusal(ask(updateCourse, { input: { id: other.id, version: 1, courseCode: `L-${count}` } }))).toMatchObject({ code: 'COURSE_CODE_TAKEN' })
  await ask(removeCourse, { id: course, version: 1 })
  await ask(updateCourse, { input: { id: other.id, version: 1, courseCode: `L-${count}` } })
  expect(await refusal(ask(restoreCourse, { id: course }))).toMatchObject({ code: 'COURSE_CODE_TAKEN' })
})

test('of a batch each is made or refused by itself', async () => {
  const { createCourses: { results } } = await ask(createCourses, { inputs: [{ title: 'One', courseCode: `N-${count}` }, { title: '' }, { title: 'Taken', courseCode: `L-${count}` }, { title: 'Twice', courseCode: `N-${count}` }, { title: 'Two' }] })
  expect(results.map(({ course, error }) => course?.title ?? [error!.code, error!.fields[0]?.path])).toEqual(['One', ['BAD_USER_INPUT', ['title']], ['COURSE_CODE_TAKEN', ['courseCode']], ['COURSE_CODE_TAKEN', ['courseCode']], 'Two'])
  expect(await told()).toEqual(['course.created', 'course.created'])
  expect(await refusal(ask(createCourses, { inputs: [] }))).toMatchObject({ fields: [{ path: ['inputs'], code: 'REQUIRED' }] })
})

test('goes when no class takes it any more, and comes back', async () => {
  const group = await classOf(course)
  await sql('delete from ~outbox')
  expect((await ask('query ($id: ID!) { course(id: $id) { classCount } }', { id: course })).course).toEqual({ classCount: 1 })
  expect(await refusal(ask(removeCourse, { id: course, version: 1 }))).toMatchObject({ code: 'COURSE_IN_USE', facts: { classes: 1 } })
  expect(await told()).toEqual([])
  await ask(removeClass, { id: group })
  expect((await ask(removeCourse, { id: course, version: 1 })).removeCourse).toEqual({ status: 'TOBEDELETED', version: 2 })
  expect((await ask(removeCourse, { id: course, version: 1 })).removeCourse.version).toBe(2)
  expect(await refusal(ask('query ($id: ID!) { course(id: $id) { id } }', { id: course }))).toMatchObject({ code: 'NOT_FOUND' })
  expect(await refusal(ask(updateCourse, { input: { id: course, version: 2 } }))).toMatchObject({ code: 'NOT_FOUND' })
  expect(await refusal(classOf(course))).toMatchObject({ code: 'NOT_FOUND' })
  // A class is never without a course: first the one, then the other.
  expect(await refusal(ask(restoreClass, { id: group }))).toMatchObject({ code: 'COURSE_REMOVED' })
  expect((await ask(restoreCourse, { id: course })).restoreCourse).toEqual({ status: 'ACTIVE', version: 3 })
  expect((await ask(restoreClass, { id: group })).restoreClass).toEqual({ status: 'ACTIVE', course: { title: `Latin ${count}` } })
  expect(await told()).toEqual(['class.removed', 'course.removed', 'course.restored', 'class.restored'])
})

test('the other school\'s cannot be seen, changed, removed or taken', async () => {
  const far = (await schools.riverside.ask(createCourse, { input: { title: 'Far' } })).createCourse.id
  const refusals = await Promise.all([
    ask('query ($id: ID!) { course(id: $id) { id } }', { id: far }),
    ask(updateCourse, { input: { id: far, version: 1, title: 'Ours' } }),
    ask(removeCourse, { id: far, version: 1 }),
    ask(restoreCourse, { id: far }),
    classOf(far),
  ].map(refusal))
  expect(refusals.map(({ code }) => code)).toEqual(Array.from({ length: 5 }).fill('NOT_FOUND'))
})
