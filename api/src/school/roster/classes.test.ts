import type { TestSchool, TwoSchools } from '../../../test/harness/two-schools.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools({ patient: true })
})
afterAll(() => schools.close())

const createClass = `mutation ($input: CreateClassInput!) {
  createClass(input: $input) {
    id sourcedId status title classCode classType location studentCount
    course { id title } terms { id title } teachers { id givenName } enrollments { role primary status }
  }
}`
const enrol = `mutation ($input: EnrolInput!) { enrol(input: $input) { id status role user { id givenName } class { id title studentCount } } }`
const withdraw = `mutation ($id: ID!) { withdraw(enrollmentId: $id) { id status class { studentCount } user { enrollments { id } } } }`

async function terms(school: TestSchool): Promise<string[]> {
  const { dashboard } = await school.ask('{ dashboard { schoolYear { children { id } } } }')
  return dashboard.schoolYear!.children.map(term => term.id)
}

async function person(school: TestSchool, kind: 'Student' | 'Teacher', givenName: string): Promise<string> {
  const answer = await school.ask(`mutation ($input: Add${kind}Input!) { add${kind}(input: $input) { id } }`, { input: { givenName, familyName: 'Person' } })
  return answer[kind === 'Student' ? 'addStudent' : 'addTeacher'].id
}

async function newClass(school: TestSchool, more: Record<string, unknown> = {}) {
  return (await school.ask(createClass, { input: { title: 'Choir', termIds: (await terms(school)).slice(0, 1), ...more } })).createClass
}

test('a class is created with its terms, its teacher and a course of its own title', async () => {
  const { oakfield } = schools
  const [first, second] = await terms(oakfield)
  const teacherId = await person(oakfield, 'Teacher', 'Tess')
  const created = await newClass(oakfield, { title: 'Robotics 7a', termIds: [second, first, second], classCode: 'ROB-7A', classType: 'HOMEROOM', location: 'Room 3', teacherId })
  expect(created).toMatchObject({
    sourcedId: created.id,
    status: 'ACTIVE',
    classCode: 'ROB-7A',
    classType: 'HOMEROOM',
    location: 'Room 3',
    studentCount: 0,
    course: { title: 'Robotics 7a' },
    terms: [{ id: first, title: 'Semester 1' }, { id: second, title: 'Semester 2' }],
    teachers: [{ id: teacherId, givenName: 'Tess' }],
    enrollments: [{ role: 'TEACHER', primary: true, status: 'ACTIVE' }],
  })
  // The next class of that title takes the same course, however the title is written.
  expect((await newClass(oakfield, { title: 'ROBOTICS 7A' })).course).toEqual(created.course)
})

test('a class takes the course that was chosen', async () => {
  const { oakfield } = schools
  const { courses } = await oakfield.ask('{ courses(filter: { search: "music" }) { nodes { id title } } }')
  expect((await newClass(oakfield, { courseId: courses.nodes[0]!.id })).course).toEqual({ id: courses.nodes[0]!.id, title: 'Music' })
})

test('ten classes of a new title at once share one course', async () => {
  const { riverside } = schools
  const created = await Promise.all(Array.from({ length: 10 }, () => newClass(riverside, { title: 'Chess' })))
  expect(new Set(created.map(({ course }) => course.id)).size).toBe(1)
})

test('a class code in use is refused at its field', async () => {
  const { oakfield, riverside } = schools
  const { id } = await newClass(oakfield, { classCode: 'C-1' })
  expect(await refusal(newClass(oakfield, { classCode: 'C-1' }))).toMatchObject({ code: 'CLASS_CODE_TAKEN', fields: [{ path: ['classCode'] }] })
  await newClass(riverside, { classCode: 'C-1' })
  await oakfield.sql(`update ~class set status = 'tobedeleted' where id = $1`, [id])
  await newClass(oakfield, { classCode: 'C-1' })
})

test('a class without a term, or with an empty title, is refused at the fields', async () => {
  const { fields } = await refusal(newClass(schools.oakfield, { title: ' ', termIds: [] }))
  expect(fields.map(({ path, code }) => [path.join('.'), code])).toEqual([['title', 'REQUIRED'], ['termIds', 'REQUIRED']])
})

test('what belongs to the other school is answered like what is nowhere, and nothing is stored', async () => {
  const { oakfield, riverside } = schools
  const { courses } = await riverside.ask('{ courses(first: 1) { nodes { id } } }')
  const foreign = { termIds: await terms(riverside), courseId: courses.nodes[0]!.id, teacherId: await person(riverside, 'Teacher', 'Rita') }
  const count = () => oakfield.sql('select (select count(*) from ~class) as classes, (select count(*) from ~course) as courses, (select count(*) from ~enrollment) as enrollments')
  const before = await count()
  for (const [field, id] of Object.entries(foreign)) {
    const answers = await Promise.all([id, randomUUID(), 'no-uuid'].map(value => refusal(newClass(oakfield, { title: 'Fresh', [field]: field === 'termIds' ? [value].flat() : value }))))
    expect(answers[0]).toMatchObject({ code: 'NOT_FOUND' })
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  }
  expect(await count()).toEqual(before)
})

test('one foreign term among good ones stops the whole class', async () => {
  const { oakfield, riverside } = schools
  const mixed = [...await terms(oakfield), (await terms(riverside))[0]]
  expect(await refusal(newClass(oakfield, { title: 'Mixed', termIds: mixed }))).toMatchObject({ code: 'NOT_FOUND' })
  expect(await oakfield.sql(`select 1 from ~class where title = 'Mixed'`)).toEqual([])
})

test('enrolling, withdrawing and enrolling again keep one place on record', async () => {
  const { oakfield } = schools
  const { id: classId } = await newClass(oakfield)
  const userId = await person(oakfield, 'Student', 'Stu')
  const input = { classId, userId, role: 'STUDENT' }

  const { enrol: place } = await oakfield.ask(enrol, { input })
  expect(place).toEqual({ id: place.id, status: 'ACTIVE', role: 'STUDENT', user: { id: userId, givenName: 'Stu' }, class: { id: classId, title: 'Choir', studentCount: 1 } })
  expect(await refusal(oakfield.ask(enrol, { input }))).toMatchObject({ code: 'ALREADY_ENROLLED', fields: [{ path: ['userId'] }] })

  const gone = { withdraw: { id: place.id, status: 'TOBEDELETED', class: { studentCount: 0 }, user: { enrollments: [] } } }
  expect(await oakfield.ask(withdraw, { id: place.id })).toEqual(gone)
  expect(await oakfield.ask(withdraw, { id: place.id })).toEqual(gone)

  expect((await oakfield.ask(enrol, { input })).enrol).toMatchObject({ id: place.id, status: 'ACTIVE' })
  expect(await oakfield.sql('select status from ~enrollment where class_id = $1', [classId])).toEqual([{ status: 'active' }])
})

test('one person enrolled five times at once is in the class once', async () => {
  const { oakfield } = schools
  const input = { classId: (await newClass(oakfield)).id, userId: await person(oakfield, 'Student', 'Once'), role: 'STUDENT' }
  const answers = await Promise.allSettled(Array.from({ length: 5 }, () => oakfield.ask(enrol, { input })))
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const answer of answers.filter(answer => answer.status === 'rejected'))
    expect(await refusal(Promise.reject(answer.reason))).toMatchObject({ code: 'ALREADY_ENROLLED' })
})

test('a place in a class fits what the person is', async () => {
  const { oakfield } = schools
  const { id: classId } = await newClass(oakfield)
  const student = await person(oakfield, 'Student', 'Kid')
  const teacher = await person(oakfield, 'Teacher', 'Teach')
  expect(await refusal(oakfield.ask(enrol, { input: { classId, userId: teacher, role: 'STUDENT' } }))).toMatchObject({ code: 'NOT_A_STUDENT', fields: [{ path: ['userId'] }] })
  expect(await refusal(oakfield.ask(enrol, { input: { classId, userId: student, role: 'TEACHER' } }))).toMatchObject({ code: 'NOT_A_TEACHER', fields: [{ path: ['userId'] }] })
  expect(await refusal(newClass(oakfield, { teacherId: student }))).toMatchObject({ code: 'NOT_A_TEACHER', fields: [{ path: ['teacherId'] }] })
  await oakfield.ask(enrol, { input: { classId, userId: teacher, role: 'TEACHER' } })
})

test('enrollments of the other school cannot be withdrawn, nor its people and classes joined', async () => {
  const { oakfield, riverside } = schools
  const far = { classId: (await newClass(riverside)).id, userId: await person(riverside, 'Student', 'Far') }
  const near = { classId: (await newClass(oakfield)).id, userId: await person(oakfield, 'Student', 'Near') }
  const { enrol: place } = await riverside.ask(enrol, { input: { ...far, role: 'STUDENT' } })
  const refusals = await Promise.all([
    oakfield.ask(withdraw, { id: place.id }),
    oakfield.ask(withdraw, { id: 'x' }),
    oakfield.ask(enrol, { input: { ...near, userId: far.userId, role: 'STUDENT' } }),
    oakfield.ask(enrol, { input: { ...near, classId: far.classId, role: 'STUDENT' } }),
  ].map(refusal))
  expect(refusals.map(({ code }) => code)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
  expect(await riverside.sql('select status from ~enrollment where id = $1', [place.id])).toEqual([{ status: 'active' }])
})

test('classes are searched, filtered by term and ordered', async () => {
  const { riverside } = schools
  const [first, second] = await terms(riverside)
  await newClass(riverside, { title: 'Bäckerei', classCode: 'B', location: 'Küche', termIds: [second] })
  await newClass(riverside, { title: 'Astronomy', termIds: [first, second] })
  const titles = async (variables: Record<string, unknown>) => (await riverside.ask(
    'query ($filter: ClassFilter, $orderBy: ClassOrder) { classes(first: 100, filter: $filter, orderBy: $orderBy) { nodes { title classCode } totalCount } }',
    variables,
  )).classes.nodes.map(node => node.title)
  expect(await titles({ filter: { search: 'kuche back' } })).toEqual(['Bäckerei'])
  expect(await titles({ filter: { termId: second } })).toEqual(['Astronomy', 'Bäckerei'])
  expect(await titles({ filter: { termId: 'no-uuid' } })).toEqual([])
  expect(await titles({ filter: { termId: (await terms(schools.oakfield))[0] } })).toEqual([])
  const byCode = await titles({ orderBy: { field: 'CLASS_CODE', direction: 'ASC' } })
  expect(byCode.slice(0, 2)).toEqual(['Bäckerei', 'Choir'])
})

test('what is withdrawn is listed nowhere', async () => {
  const { oakfield } = schools
  const group = await newClass(oakfield, { title: 'Short-lived' })
  const teacher = await person(oakfield, 'Teacher', 'Leaver')
  const student = await person(oakfield, 'Student', 'Stayer')
  await oakfield.ask(enrol, { input: { classId: group.id, userId: teacher, role: 'TEACHER' } })
  await oakfield.ask(enrol, { input: { classId: group.id, userId: student, role: 'STUDENT' } })
  const look = `query ($id: ID!) { class(id: $id) { studentCount teachers { id } enrollments { user { id } } teaching: enrollments(role: TEACHER) { user { id } } } }`
  expect((await oakfield.ask(look, { id: group.id })).class).toEqual({ studentCount: 1, teachers: [{ id: teacher }], enrollments: [{ user: { id: teacher } }, { user: { id: student } }], teaching: [{ user: { id: teacher } }] })

  await oakfield.sql(`update ~"user" set status = 'tobedeleted' where id = $1`, [teacher])
  expect((await oakfield.ask(look, { id: group.id })).class).toEqual({ studentCount: 1, teachers: [], enrollments: [{ user: { id: student } }], teaching: [] })
  expect(await refusal(oakfield.ask('query ($id: ID!) { user(id: $id) { id } }', { id: teacher }))).toMatchObject({ code: 'NOT_FOUND' })

  await oakfield.sql(`update ~class set status = 'tobedeleted' where id = $1`, [group.id])
  expect(await refusal(oakfield.ask(look, { id: group.id }))).toMatchObject({ code: 'NOT_FOUND' })
  expect((await oakfield.ask('query ($id: ID!) { user(id: $id) { enrollments { id } } }', { id: student })).user).toEqual({ enrollments: [] })
  expect((await oakfield.ask('{ classes(filter: { search: "short-lived" }) { totalCount } }')).classes.totalCount).toBe(0)
})

test('a write of the same operation is seen by what is read after it', async () => {
  const { oakfield } = schools
  const { id: classId } = await newClass(oakfield)
  const [one, two] = [await person(oakfield, 'Student', 'One'), await person(oakfield, 'Student', 'Two')]
  const put = (name: string, userId: string) => `${name}: enrol(input: { classId: "${classId}", userId: "${userId}", role: STUDENT }) { class { studentCount } }`
  const answer: unknown = await oakfield.ask(`mutation { ${put('first', one)} ${put('second', two)} }`)
  expect(answer).toEqual({ first: { class: { studentCount: 1 } }, second: { class: { studentCount: 2 } } })
})
