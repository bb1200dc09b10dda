import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

async function signIn(slug: string): Promise<WatchedPage> {
  const school = await homeroom.openSchool(slug)
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: { width: 1280, height: 860 } })
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(school.email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/dashboard')
  return page
}

test.each([
  ['signing in', '/sign-in', 'current-password'],
  ['signing up', '/sign-up', 'new-password'],
])('%s: a password is hidden until its owner asks, can be pasted, and password managers know what it is', async (_, path, kind) => {
  const page = await browser.newPage({ baseURL: homeroom.api.url })
  await page.goto(path)
  const [email, box] = [page.getByLabel(/E-mail/), page.getByLabel('Password', { exact: true })]
  expect([await email.getAttribute('autocomplete'), await box.getAttribute('autocomplete')]).toEqual(['username', kind])

  await email.fill('lantern quarry mitten')
  await email.press('ControlOrMeta+A')
  await email.press('ControlOrMeta+C')
  await box.press('ControlOrMeta+V')
  expect(await box.inputValue()).toBe('lantern quarry mitten')

  expect(await box.getAttribute('type')).toBe('password')
  await page.getByRole('button', { name: 'Show password' }).click()
  expect(await box.getAttribute('type')).toBe('text')
  await page.getByRole('button', { name: 'Hide password' }).click()
  expect(await box.getAttribute('type')).toBe('password')
})

test('changing a password: the present and the new one are hidden too', async () => {
  const page = await signIn('hidden')
  await page.goto('/account')
  await page.getByRole('button', { name: 'Change password' }).click()
  const boxes = page.getByRole('dialog').locator('input[autocomplete$="-password"]')
  await boxes.nth(1).waitFor()
  const named = (await boxes.all()).map(box => Promise.all([box.getAttribute('autocomplete'), box.getAttribute('type')]))
  expect(await Promise.all(named)).toEqual([['current-password', 'password'], ['new-password', 'password']])
})

test('every page of a school has a way to sign out, two clicks away', async () => {
  const page = await signIn('leaving')
  for (const path of ['/dashboard', '/people/students', '/people/teachers', '/classes', '/members', '/activity', '/account']) {
    await page.goto(path)
    await page.getByRole('button', { name: /account and colours/i }).first().click()
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(path)
  }
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in**')
})
