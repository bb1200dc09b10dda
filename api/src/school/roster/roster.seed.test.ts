import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoSchools } from '../../../test/harness/two-schools.ts'

// 1 January 2027 in Auckland, New Year's Eve 2026 in Honolulu.
const now = new Date('2026-12-31T12:00:00Z')
let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools({ now: () => now, timeZones: ['Pacific/Honolulu', 'Pacific/Auckland'] })
})
afterAll(() => schools.close())

test('the school is its only org, known by the tenant\'s id, and keeps its time zone', async () => {
  for (const [school, name, zone] of [[schools.oakfield, 'Oakfield', 'Pacific/Honolulu'], [schools.riverside, 'Riverside', 'Pacific/Auckland']] as const)
    expect(await school.sql('select sourced_id, name, type, status, time_zone from ~org')).toEqual([{ sourced_id: school.id, name, type: 'school', status: 'active', time_zone: zone }])
})

test('the school year is the one of today at the school, in two semesters that refer to it', async () => {
  const sessions = (school: TwoSchools['oakfield']) => school.sql(`
    select child.title, child.type, child.start_date::text, child.end_date::text, child.school_year, parent.title as parent
    from ~academic_session child left join ~academic_session parent on parent.id = child.parent_id order by child.type, child.start_date`)
  expect(await sessions(schools.oakfield)).toEqual([
    { title: '2026/27', type: 'schoolYear', start_date: '2026-08-01', end_date: '2027-08-01', school_year: 2027, parent: null },
    { title: 'Semester 1', type: 'semester', start_date: '2026-08-01', end_date: '2027-02-01', school_year: 2027, parent: '2026/27' },
    { title: 'Semester 2', type: 'semester', start_date: '2027-02-01', end_date: '2027-08-01', school_year: 2027, parent: '2026/27' },
  ])
  expect(await sessions(schools.riverside)).toEqual([
    { title: '2027', type: 'schoolYear', start_date: '2027-01-01', end_date: '2028-01-01', school_year: 2027, parent: null },
    { title: 'Semester 1', type: 'semester', start_date: '2027-01-01', end_date: '2027-07-01', school_year: 2027, parent: '2027' },
    { title: 'Semester 2', type: 'semester', start_date: '2027-07-01', end_date: '2028-01-01', school_year: 2027, parent: '2027' },
  ])
})

test('ten usual courses have codes and subjects, and belong to the school', async () => {
  const courses = await schools.oakfield.sql<{ title: string, course_code: string, subjects: string[] }>('select title, course_code, subjects from ~course join ~org on org.id = course.org_id order by title')
  expect(courses).toHaveLength(10)
  expect(new Set(courses.map(course => course.course_code)).size).toBe(10)
  for (const course of courses)
    expect(course.subjects).toHaveLength(1)
})

test('the check-list is laid out, and nobody is made up', async () => {
  expect(await schools.oakfield.sql('select key, completed_at from ~setup_task order by key')).toEqual(
    ['classes', 'enrollments', 'schoolYear', 'students', 'teachers'].map(key => ({ key, completed_at: null })),
  )
  for (const table of ['"user"', 'role', 'class', 'class_term', 'enrollment', 'demographics'])
    expect(await schools.oakfield.sql(`select 1 from ~${table}`)).toEqual([])
})
