import type { Board } from '../../../test/harness/roster-answers.ts'
import type { TestSchool, TwoSchools } from '../../../test/harness/two-schools.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'

// Midday on 23 November 2026 in Zurich; in Auckland it is already the 24th.
let now = new Date('2026-11-23T11:00:00Z')
let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools({ now: () => now })
})
beforeEach(() => {
  now = new Date('2026-11-23T11:00:00Z')
})
afterEach(async () => {
  await schools.oakfield.sql(`delete from ~academic_session where title = 'Extra'`)
})
afterAll(() => schools.close())

const dashboard = `{ dashboard {
  school { name type }
  studentCount teacherCount classCount
  schoolYear { id title type startDate endDate schoolYear children { id title type startDate endDate schoolYear children { id } } }
  currentTerm { title }
  checklist { key done }
} }`
const update = `mutation ($input: UpdateSchoolYearInput!) {
  updateSchoolYear(input: $input) { title startDate endDate schoolYear children { title startDate endDate schoolYear } }
}`
const look = async (school: TestSchool) => (await school.ask(dashboard)).dashboard
const change = (school: TestSchool, input: object) => school.ask(update, { input })
const done = (board: Board) => board.checklist.filter(item => item.done).map(item => item.key)

async function current(school: TestSchool) {
  const { id, title, startDate, endDate, children } = (await look(school)).schoolYear!
  const [first, second] = children.map(term => ({ id: term.id, title: term.title, startDate: term.startDate, endDate: term.endDate }))
  return { id, title, startDate, endDate, terms: [first!, second!] as const }
}

test('a new school starts with itself, its year and nothing done', async () => {
  const board = await look(schools.oakfield)
  expect(board).toMatchObject({
    school: { name: 'Oakfield', type: 'SCHOOL' },
    studentCount: 0,
    teacherCount: 0,
    classCount: 0,
    schoolYear: { title: '2026/27', type: 'SCHOOL_YEAR', startDate: '2026-08-01', endDate: '2027-08-01', schoolYear: 2027 },
    currentTerm: { title: 'Semester 1' },
    checklist: ['SCHOOL_YEAR', 'TEACHERS', 'STUDENTS', 'CLASSES', 'ENROLLMENTS'].map(key => ({ key, done: false })),
  })
  expect(board.schoolYear!.children).toMatchObject([
    { title: 'Semester 1', type: 'SEMESTER', startDate: '2026-08-01', endDate: '2027-02-01', schoolYear: 2027, children: [] },
    { title: 'Semester 2', type: 'SEMESTER', startDate: '2027-02-01', endDate: '2027-08-01', schoolYear: 2027, children: [] },
  ])
  // South of the equator it is the calendar year.
  expect(await look(schools.riverside)).toMatchObject({ schoolYear: { title: '2026', startDate: '2026-01-01', endDate: '2027-01-01', schoolYear: 2026 }, currentTerm: { title: 'Semester 2' } })
})

test.each([
  ['2026-07-31T21:59:59Z', '2026/27', null], // still before the year in Zurich: the next one is shown
  ['2026-07-31T22:00:00Z', '2026/27', 'Semester 1'],
  ['2027-01-31T22:59:59Z', '2026/27', 'Semester 1'],
  ['2027-01-31T23:00:00Z', '2026/27', 'Semester 2'],
  ['2027-07-31T21:59:59Z', '2026/27', 'Semester 2'],
  ['2027-07-31T22:00:00Z', undefined, null], // the year is over, and nobody has made another
])('at %s in Zurich the year is %s and the term %s', async (instant, year, term) => {
  now = new Date(instant)
  const board = await look(schools.oakfield)
  expect(board.schoolYear?.title).toBe(year)
  expect(board.currentTerm?.title ?? null).toBe(term)
})

test('the check-list follows what the school holds', async () => {
  const { riverside } = schools
  expect(done(await look(riverside))).toEqual([])
  await riverside.ask('mutation { addTeacher(input: { givenName: "T", familyName: "T" }) { id } }')
  expect(done(await look(riverside))).toEqual(['TEACHERS'])
  const { addStudent } = await riverside.ask('mutation { addStudent(input: { givenName: "S", familyName: "S" }) { id } }')
  const [term] = (await current(riverside)).terms
  const { createClass } = await riverside.ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: 'Choir', termIds: [term.id] } })
  expect(done(await look(riverside))).toEqual(['TEACHERS', 'STUDENTS', 'CLASSES'])
  await riverside.ask('mutation ($input: EnrolInput!) { enrol(input: $input) { id } }', { input: { classId: createClass.id, userId: addStudent.id, role: 'STUDENT' } })
  await change(riverside, await current(riverside))
  expect(await look(riverside)).toMatchObject({ studentCount: 1, teacherCount: 1, classCount: 1, checklist: Array.from({ length: 5 }, () => ({ done: true })) })
  expect(done(await look(schools.oakfield))).toEqual([])
})

test('a year is changed with its terms, and its number follows its end', async () => {
  const { riverside } = schools
  const year = await current(riverside)
  const [first, second] = year.terms
  const input = {
    ...year,
    title: '2026/27',
    startDate: '2026-02-02',
    endDate: '2027-01-16',
    terms: [
      { ...second, title: 'Spring', startDate: '2026-07-20', endDate: '2027-01-16' },
      { ...first, title: 'Autumn', startDate: '2026-02-02', endDate: '2026-07-20' },
    ],
  }
  expect((await change(riverside, input)).updateSchoolYear).toEqual({
    title: '2026/27',
    startDate: '2026-02-02',
    endDate: '2027-01-16',
    schoolYear: 2027,
    children: [
      { title: 'Autumn', startDate: '2026-02-02', endDate: '2026-07-20', schoolYear: 2027 },
      { title: 'Spring', startDate: '2026-07-20', endDate: '2027-01-16', schoolYear: 2027 },
    ],
  })
  expect(await look(riverside)).toMatchObject({ currentTerm: { title: 'Spring' } })
  expect(await current(schools.oakfield)).toMatchObject({ title: '2026/27', startDate: '2026-08-01' })
})

test.each([
  ['ends before it starts', { endDate: '2026-08-01' }, ['endDate', 'ENDS_BEFORE_START']],
  ['is longer than any year', { endDate: '2028-08-01' }, ['endDate', 'TOO_LONG']],
  ['leaves a term outside', { startDate: '2026-08-15' }, ['terms.0.startDate', 'OUTSIDE_YEAR']],
  ['has no title', { title: ' ' }, ['title', 'REQUIRED']],
  ['leaves a term it does not name outside', { startDate: '2026-08-15', terms: [] }, ['terms', 'OUTSIDE_YEAR']],
])('a year that %s is refused at the field, and nothing is stored', async (_, wrong, first) => {
  const { oakfield } = schools
  const before = await current(oakfield)
  const { code, fields } = await refusal(change(oakfield, { ...before, ...wrong }))
  expect(code).toBe('BAD_USER_INPUT')
  expect([fields[0]!.path.join('.'), fields[0]!.code]).toEqual(first)
  expect(await current(oakfield)).toEqual(before)
  expect(done(await look(oakfield))).toEqual([])
})

test('terms that overlap are refused at the later one of the input', async () => {
  const { oakfield } = schools
  const year = await current(oakfield)
  year.terms[1].startDate = '2027-01-31'
  expect(await refusal(change(oakfield, year))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['terms', '1', 'startDate'], code: 'OVERLAPS' }] })
})

test('two school years never share a day', async () => {
  const { oakfield } = schools
  await oakfield.sql(`insert into ~academic_session (sourced_id, title, type, start_date, end_date, school_year) values ('next', 'Extra', 'schoolYear', '2027-08-01', '2028-08-01', 2028)`)
  const year = await current(oakfield)
  expect(await refusal(change(oakfield, { ...year, endDate: '2027-08-02' }))).toMatchObject({ fields: [{ path: ['startDate'], code: 'OVERLAPS' }] })
  await change(oakfield, year)
})

test('years and terms of the other school are answered like missing ones', async () => {
  const { oakfield, riverside } = schools
  const [near, far] = [await current(oakfield), await current(riverside)]
  for (const id of [far.id, randomUUID(), 'x', near.terms[0].id])
    expect(await refusal(change(oakfield, { ...near, id }))).toEqual({ code: 'NOT_FOUND', message: 'The school year was not found.', fields: [] })
  for (const id of [far.terms[0].id, randomUUID(), 'x'])
    expect(await refusal(change(oakfield, { ...near, terms: [{ ...near.terms[0], id }] }))).toEqual({ code: 'NOT_FOUND', message: 'The term was not found.', fields: [] })
})

test.each(['2026-02-30', '2026-2-3', '31.12.2026', '12026-01-01', '0001-01-01', ''])('%j is no date', async (startDate) => {
  const year = await current(schools.oakfield)
  await expect(change(schools.oakfield, { ...year, startDate })).rejects.toThrow('A date is written YYYY-MM-DD')
})
