import type { TestBrowser } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { enterSchool, goTo, looks, misdeeds, sendSignIn, webRoot } from '../harness/browser-people.ts'
import { openBrowser, screenshot } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'

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

describe.each(looks)('%s', (look, options) => {
  const slug = `try-${look.startsWith('phone') ? 'phone' : 'desktop'}`

  test('an admin makes a test school, works in it under its mark, makes it anew and deletes it', async () => {
    const school = await homeroom.openSchool(slug)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(page, school.email)
    await goTo(page, 'Developer')
    await page.getByRole('link', { name: 'Test school' }).click()
    await page.getByRole('heading', { name: 'No test school yet' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Make a test school' }).click()
    await page.getByText('Ready', { exact: true }).waitFor()
    await expectAccessible(page)
    await screenshot(page, `test-school-${slug}`, { fullPage: true })

    await page.getByRole('button', { name: 'Sign in there' }).click()
    await page.waitForURL('**/sign-in**')
    await sendSignIn(page, school.email)
    await page.getByRole('button', { name: /TEST · / }).click()
    await page.waitForURL('**/settings/developer/keys')
    await page.getByText('TEST school: its people are made up').waitFor()
    await page.getByRole('link', { name: 'Test school' }).click()
    await page.getByRole('heading', { name: 'No mail so far' }).waitFor()
    await expectAccessible(page)
    await screenshot(page, `test-school-${slug}-inside`, { fullPage: true })

    await page.getByRole('button', { name: 'Make it anew' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make it anew' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('Ready', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click()
    await page.getByText(`Please type ${slug}-test.`).waitFor()
    await expectAccessible(page)
    await page.getByLabel(`Type ${slug}-test to confirm`).fill(`${slug}-test`)
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click()
    await expect.poll(() => homeroom.database.sql('select id from platform.tenant where test_of = $1', [school.tenantId])).toEqual([])
    expect(misdeeds(page)).toEqual([])
  })
})
