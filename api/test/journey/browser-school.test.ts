import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot: fileURLToPath(new URL('../../../web/dist', import.meta.url)) })
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

async function signIn(school: SignedUp, options: Parameters<TestBrowser['newPage']>[0], path = '/sign-in'): Promise<WatchedPage> {
  const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
  await page.goto(path)
  await page.getByLabel('E-mail').fill(school.email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  return page
}

/** What the page asks by this name waits until it is let go. */
async function holdBack(page: WatchedPage, operationName: string): Promise<{ release: () => void }> {
  const held = Promise.withResolvers<void>()
  await page.route('**/graphql', async (route) => {
    if ((route.request().postDataJSON() as { operationName?: string } | null)?.operationName === operationName)
      await held.promise
    await route.continue()
  })
  return { release: held.resolve }
}

describe.each([
  ['desktop, light', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' as const }],
  ['phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }],
])('%s', (look, options) => {
  test('the first hour of a school: teachers, students, a class, enrolled and withdrawn', async () => {
    const school = await homeroom.openSchool(`first-hour-${look.startsWith('phone') ? 'phone' : 'desktop'}`)
    const page = await signIn(school, options)
    await page.waitForURL('**/dashboard')
    await page.getByText('Before the first lesson').waitFor()
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Check dates' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Confirm dates' }).click()
    await page.getByText('The school year is confirmed.').first().waitFor()

    await page.goto('/people/teachers')
    await page.getByRole('button', { name: /Add teacher/ }).first().click()
    await page.getByLabel('Given name').fill('Grace')
    await page.getByLabel('Family name').fill('Hopper')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Hopper, Grace').first().waitFor()

    await page.goto('/people')
    await page.getByText('No students yet').waitFor()
    await page.getByRole('button', { name: /Add student/ }).first().click()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    expect(await page.locator('[aria-invalid=true]').count()).toBe(2)
    await page.getByLabel('Given name').fill('Ada')
    await page.getByLabel('Family name').fill('Lovelace')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Lovelace, Ada').first().waitFor()
    await expectAccessible(page)

    await page.goto('/classes')
    const terms = await holdBack(page, 'TermsToChoose')
    await page.getByRole('button', { name: /Create class/ }).first().click()
    await page.getByLabel('Class', { exact: true }).fill('Mathematics 7b')
    await page.getByRole('dialog').getByRole('button', { name: 'Create class' }).click()
    await page.getByText('Choose at least one term.').waitFor()
    terms.release()
    await page.getByText('Choose at least one term.').waitFor({ state: 'detached' })
    await page.getByRole('checkbox', { name: 'Semester 2', checked: true }).waitFor()
    await expectAccessible(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Create class' }).click()
    await page.getByRole('heading', { name: 'Mathematics 7b' }).waitFor()

    await page.getByLabel('Enrol a student').click()
    await page.getByLabel('Enrol a student').pressSequentially('love')
    await page.getByRole('option', { name: /Lovelace/ }).click()
    await page.locator('[role=combobox][aria-expanded=true]').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /Withdraw.*Lovelace/ }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: /Withdraw.*Lovelace/ }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: /Withdraw.*Lovelace/ }).waitFor()
    expect(page.findings).toEqual([])
  })
})

test('a list is searched, sorted and paged by the server, and its address keeps the state', async () => {
  const school = await homeroom.openSchool('many')
  for (let n = 0; n < 30; n += 1)
    await school.client.ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Pupil', familyName: `Number${String(n).padStart(2, '0')}`, identifier: `S-${n}` } })
  const page = await signIn(school, { viewport: { width: 1280, height: 860 } }, '/people')
  await page.getByText('Number00, Pupil').waitFor()
  await page.getByRole('button', { name: 'Next page' }).click()
  await page.getByText('Number29, Pupil').waitFor()
  await page.reload()
  await page.getByText('Number29, Pupil').waitFor()
  await page.goBack()
  await page.getByText('Number00, Pupil').waitFor()
  await page.getByLabel('Find a student').fill('number17')
  await page.getByText('Number00, Pupil').waitFor({ state: 'detached' })
  await page.getByText('Number17, Pupil').waitFor()
  expect(new URL(page.url()).search).toContain('number17')
  expect(page.findings).toEqual([])
})

test('a page asked for before signing in is where one arrives, and signing out forgets everything', async () => {
  const school = await homeroom.openSchool('coming-back')
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: { width: 1280, height: 860 } })
  await page.goto('/people/teachers')
  await page.waitForURL('**/sign-in?next=**')
  await page.getByLabel('E-mail').fill(school.email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('E-mail and password do not match.').waitFor()
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('No teachers yet').waitFor()
  await page.reload() // the session goes on by its cookie
  await page.getByText('No teachers yet').waitFor()
  await page.getByRole('button', { name: /account and colours/i }).first().click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in**')
  await page.goto('/dashboard')
  await page.waitForURL('**/sign-in**')
})

test('an address of somebody else\'s site is never gone to after signing in', async () => {
  const school = await homeroom.openSchool('own-paths')
  for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    const page = await signIn(school, {}, `/sign-in?next=${encodeURIComponent(next)}`)
    await page.waitForURL('**/dashboard')
    expect(new URL(page.url()).origin).toBe(homeroom.api.url)
  }
})
