import type { PageOptions, TestBrowser, WatchedPage } from './browser.ts'
import type { SignedUp, TestHomeroom } from './homeroom.ts'
import { enterSchool } from './browser-people.ts'

/** Adds a record by the API, as another program or another person would. */
export async function add(school: SignedUp, field: string, input: object): Promise<string> {
  const answer = await school.client.ask<Record<string, { id: string }>>(`mutation ($input: ${field[0]!.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { id } }`, { input })
  return answer[field]!.id
}

/** A window of its own, signed in, at a page of the school. */
export async function openAt(browser: TestBrowser, homeroom: TestHomeroom, email: string, options: PageOptions, path: string): Promise<WatchedPage> {
  const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
  await enterSchool(page, email)
  await page.goto(path)
  return page
}

/** A school with a student in a class, and a teacher who teaches it. */
export async function openRoster(homeroom: TestHomeroom, slug: string) {
  const school = await homeroom.openSchool(slug)
  const { academicSessions } = await school.client.ask<{ academicSessions: { nodes: { id: string }[] } }>('{ academicSessions(filter: { type: SEMESTER }) { nodes { id } } }')
  const student = await add(school, 'addStudent', { givenName: 'Ada', familyName: 'Lovelace', email: 'ada@school.example', identifier: 'S-1', grade: '7' })
  const teacher = await add(school, 'addTeacher', { givenName: 'Grace', familyName: 'Hopper' })
  const group = await add(school, 'createClass', { title: 'Mathematics 7b', classCode: 'M7b', termIds: academicSessions.nodes.map(({ id }) => id), teacherId: teacher })
  const place = await add(school, 'enrol', { classId: group, userId: student, role: 'STUDENT' })
  return { school, student, teacher, group, place }
}
