import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { add, openAt, openRoster } from '../harness/browser-roster.ts'
import { openBrowser, show } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { accept, invited, newcomer } from '../harness/invitations.ts'

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot })
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

/** How far the page can be pushed sideways. */
const overflow = (page: WatchedPage) => page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

describe.each(looks)('%s', (look, options) => {
  const slug = (name: string) => `${name}-${look.slice(0, 5)}`

  test('a class is edited from two windows, removed with the places in it, and brought back', async () => {
    const { school, group } = await openRoster(homeroom, slug('class'))
    await add(school, 'createCourse', { title: 'Algebra', courseCode: 'AL' })
    const page = await openAt(browser, homeroom, school.email, options, `/classes/${group}`)
    const second = await openAt(browser, homeroom, school.email, options, `/classes/${group}`)
    await page.getByRole('heading', { name: 'Mathematics 7b' }).waitFor()
    await expectAccessible(page)
    await show(page, slug('class-page'))
    for (const each of [page, second])
      await each.getByRole('button', { name: 'Edit', exact: true }).click()

    await second.getByLabel('Class', { exact: true }).fill('Mathematics 7 blue')
    await second.getByLabel('Room').fill('Hall')
    await second.getByRole('button', { name: 'Save' }).click()
    await second.getByRole('heading', { name: 'Mathematics 7 blue' }).waitFor()

    await page.getByLabel('Class', { exact: true }).fill('')
    await page.getByRole('checkbox', { name: 'Semester 2' }).uncheck()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('[name=title][aria-invalid=true]').waitFor()
    await page.getByLabel('Class', { exact: true }).fill('Algebra 7')
    await page.getByLabel('Course', { exact: true }).click()
    await page.getByLabel('Course', { exact: true }).fill('alg')
    await page.getByRole('option', { name: /Algebra/ }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Somebody else changed this meanwhile' }).waitFor()
    await expectAccessible(page)
    await show(page, slug('class-meanwhile'))
    expect(await page.getByLabel('Room').inputValue()).toBe('Hall')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Algebra 7' }).waitFor()
    expect(await school.client.ask('query ($id: ID!) { class(id: $id) { title location course { title } terms { title } version } }', { id: group })).toEqual({ class: { title: 'Algebra 7', location: 'Hall', course: { title: 'Algebra' }, terms: [{ title: 'Semester 1' }], version: 3 } })

    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText(/2 people’s places in it/).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Remove Algebra 7' }).click()
    await page.getByRole('button', { name: 'Undo' }).hover()
    await page.getByText('No classes yet').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: 'Algebra 7' }).click()
    await page.getByRole('button', { name: /Withdraw.*Lovelace/ }).waitFor()
    expect([...misdeeds(page), ...misdeeds(second)]).toEqual([])
  }, 120_000)

  test('a place in a class gets its days, and nobody overwrites what another set', async () => {
    const { school, group, place } = await openRoster(homeroom, slug('place'))
    const page = await openAt(browser, homeroom, school.email, options, `/classes/${group}`)
    await page.getByRole('button', { name: 'Edit the place of Ada Lovelace' }).click()
    await page.getByLabel('First day').fill('2026-09-10')
    await page.getByLabel('Last day').fill('2026-09-09')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('[name=end-date][aria-invalid=true]').waitFor()
    await page.getByLabel('Last day').fill('2026-12-18')
    await expectAccessible(page)
    await school.client.ask('mutation ($input: UpdateEnrollmentInput!) { updateEnrollment(input: $input) { id } }', { input: { id: place, version: 1, beginDate: '2026-09-01' } })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Somebody else changed this meanwhile' }).waitFor()
    await expectAccessible(page)
    await show(page, slug('place-meanwhile'))
    await page.getByRole('radio', { name: 'Theirs 2026-09-01' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/until Dec 18, 2026/).waitFor()
    // OneRoster's end is the day after.
    expect(await school.client.ask('query ($id: ID!) { class(id: $id) { enrollments(role: STUDENT) { beginDate endDate } } }', { id: group })).toEqual({ class: { enrollments: [{ beginDate: '2026-09-01', endDate: '2026-12-19' }] } })
    await page.getByRole('button', { name: 'Edit the place of Grace Hopper' }).click()
    await page.getByRole('checkbox', { name: 'Main teacher' }).uncheck()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The place of Grace Hopper was saved.').waitFor()
    await page.getByText('Main teacher').waitFor({ state: 'detached' })
    await show(page, slug('place-page'))
    expect(await overflow(page)).toBe(0)
    expect(misdeeds(page)).toEqual([])
  }, 120_000)

  test('courses are added, edited against somebody else, removed and brought back', async () => {
    const { school } = await openRoster(homeroom, slug('course'))
    const page = await openAt(browser, homeroom, school.email, options, '/courses')
    await page.getByText('Mathematics 7b').first().waitFor()
    await page.getByRole('button', { name: 'Add course' }).click()
    await page.getByLabel('Course', { exact: true }).fill('Latin')
    await page.getByLabel('Code').fill('LA')
    await page.getByLabel('Subjects').fill('Languages, Classics')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Latin was added.').waitFor()
    await page.getByRole('button', { name: 'Add course' }).click()
    await page.getByLabel('Course', { exact: true }).fill('Other')
    await page.getByLabel('Code').fill('LA')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Another course has this code.').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('button', { name: 'Edit Latin' }).click()
    const { courses } = await school.client.ask<{ courses: { nodes: { id: string }[] } }>('{ courses(filter: { search: "latin" }) { nodes { id } } }')
    const id = courses.nodes[0]!.id
    await school.client.ask('mutation ($input: UpdateCourseInput!) { updateCourse(input: $input) { id } }', { input: { id, version: 1, title: 'Latin I', grades: ['7'] } })
    await page.getByLabel('Course', { exact: true }).fill('Latin for all')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Somebody else changed this meanwhile' }).waitFor()
    expect(await page.getByLabel('Grades').inputValue()).toBe('7')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Latin for all was saved.').waitFor()
    await expectAccessible(page)
    await show(page, slug('courses'))

    await page.getByRole('button', { name: 'Remove Mathematics 7b' }).click()
    await page.getByRole('dialog').getByText(/1 class takes this course/).first().waitFor()
    await expectAccessible(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('button', { name: 'Remove Latin for all' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove Latin for all' }).click()
    await page.getByRole('button', { name: 'Undo' }).hover()
    await page.getByRole('button', { name: 'Edit Latin for all' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Edit Latin for all' }).waitFor()

    // Gone while nobody looked, and a code that somebody else has got: the way back says why not.
    await school.client.ask('mutation ($id: ID!) { removeCourse(id: $id, version: 5) { id } }', { id })
    const other = await add(school, 'createCourse', { title: 'Latin again', courseCode: 'LA' })
    await page.getByRole('button', { name: 'Removed' }).click()
    await page.getByRole('button', { name: 'Bring back Latin for all' }).click()
    await page.getByRole('dialog').getByText('Another course has this code.').waitFor()
    await expectAccessible(page)
    await show(page, slug('courses-removed'))
    await school.client.ask('mutation ($id: ID!) { removeCourse(id: $id, version: 1) { id } }', { id: other })
    await page.getByRole('button', { name: 'Bring back Latin for all' }).click()
    await page.getByText('Latin for all is back.').last().waitFor()
    await page.getByRole('button', { name: 'Bring back Latin again' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Edit Latin for all' }).waitFor()
    expect(await overflow(page)).toBe(0)
    expect(misdeeds(page)).toEqual([])
  }, 120_000)
})

test('a teacher sees people, classes and courses, and is offered nothing that the server would refuse', async () => {
  const { school, group } = await openRoster(homeroom, 'looking-on')
  const { token } = await invited(homeroom, school, 'looker@school.example', 'TEACHER')
  await accept(homeroom, newcomer(token))
  const page = await openAt(browser, homeroom, 'looker@school.example', { viewport: { width: 1280, height: 860 } }, '/people?add=1')
  await page.getByRole('button', { name: 'Lovelace, Ada' }).click()
  await page.getByRole('dialog').getByText('Mathematics 7b').waitFor()
  const offering = { name: /^(?:add|edit|remove|save|create|withdraw)/i }
  const offers = page.getByRole('button', offering).or(page.getByRole('link', offering))
  expect(await offers.count()).toBe(0)
  for (const [path, there] of [['/dashboard', 'School year '], ['/classes?add=1', 'Mathematics 7b'], ['/courses?add=1', 'Mathematics 7b'], [`/classes/${group}`, 'Lovelace, Ada']] as const) {
    await page.goto(path)
    await page.getByText(there).first().waitFor()
    expect(await offers.count(), path).toBe(0)
  }
  expect(await page.getByLabel('Enrol a student').count()).toBe(0)
  await expectAccessible(page)
  expect(misdeeds(page)).toEqual([])
})
