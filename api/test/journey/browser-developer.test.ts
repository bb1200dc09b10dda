import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { enterSchool, goTo, looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser, show } from '../harness/browser.ts'
import { graphqlClient } from '../harness/client.ts'
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

/** The key that a dialog shows this once. */
const shownKey = async (page: WatchedPage) => (await page.getByRole('dialog').locator('code').first().textContent())!.trim()
const students = (token: string) => graphqlClient(homeroom.api.url, token).send('{ users(first: 1) { totalCount } }')

async function choose(page: WatchedPage, what: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions for A timetable' }).first().click()
  await page.getByRole('menuitem', { name: what }).click()
  await page.getByRole('dialog').waitFor()
}

describe.each(looks)('%s', (look, options) => {
  const slug = `developer-${look.startsWith('phone') ? 'phone' : 'desktop'}`

  test('a key is made, seen once, replaced beside the old one, and revoked', async () => {
    const school = await homeroom.openSchool(slug)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(page, school.email)
    await goTo(page, 'Developer')
    await page.getByRole('heading', { name: 'No key here' }).waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-empty`, { fullPage: true })

    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('Please fill this in').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('A timetable')
    await page.getByLabel('Change: People').check()
    // Changing takes reading along.
    expect(await page.getByLabel('Read: People').isChecked()).toBe(true)
    await page.getByLabel('Only from these network addresses').fill('127.0.0.0/8\nschool.example')
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('“school.example” is no network address').waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-create`)
    await page.getByLabel('Only from these network addresses').fill('127.0.0.0/8, ::1')
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByRole('dialog', { name: 'Copy the key now' }).waitFor()
    const token = await shownKey(page)
    expect((await students(token)).status).toBe(200)
    await expectAccessible(page)
    await show(page, `${slug}-shown`)
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText(`…${token.slice(-4)}`).waitFor()
    // Seen once: neither in the page nor in what the browser keeps of it.
    expect(await page.content()).not.toContain(token)
    expect(await page.evaluate('JSON.stringify([history.state, { ...localStorage }, { ...sessionStorage }])')).not.toContain(token.slice(-20))
    await show(page, `${slug}-list`, { fullPage: true })

    await choose(page, 'Replace')
    await page.getByLabel('For an hour').check()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Make the new key' }).click()
    await page.getByText('The old key works until').waitFor()
    const fresh = await shownKey(page)
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await page.getByText('Replaced', { exact: true }).waitFor()
    expect([(await students(token)).status, (await students(fresh)).status]).toEqual([200, 200])

    await choose(page, 'Revoke')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Revoke the key' }).click()
    await page.getByText('“A timetable” does not work any more.').waitFor()
    await page.getByText(`…${fresh.slice(-4)}`).waitFor({ state: 'detached' })
    expect([(await students(token)).status, (await students(fresh)).status]).toEqual([200, 401])
    await page.getByRole('link', { name: 'All', exact: true }).click()
    await page.getByText('Revoked', { exact: true }).waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-all`, { fullPage: true })
    const logged = () => homeroom.database.sql('select 1 from platform.api_request r join platform.tenant t on t.id = r.tenant_id where t.slug = $1', [slug])
    await expect.poll(async () => (await logged()).length).toBe(5)
    await page.getByRole('link', { name: 'Requests' }).click()
    await page.getByText('users', { exact: true }).first().waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-requests`, { fullPage: true })
    await page.getByRole('link', { name: 'With errors' }).click()
    await page.getByText('Turned away: the key was revoked').first().waitFor()
    await page.getByText('users', { exact: true }).first().waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Limits' }).click()
    await page.getByText('All keys together').waitFor()
    await page.getByText('6,000').first().waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-limits`, { fullPage: true })
    expect(misdeeds(page)).toEqual([])
  })
})

test('nobody but an admin sees the page', async () => {
  const school = await homeroom.openSchool('developer-office')
  await homeroom.database.sql('update platform.membership set role = \'OFFICE\' where tenant_id = $1', [school.tenantId])
  const page = await browser.newPage({ baseURL: homeroom.api.url })
  await enterSchool(page, school.email)
  expect(await page.getByRole('link', { name: 'Developer' }).count()).toBe(0)
  await page.goto('/settings/developer')
  await page.getByRole('heading', { name: 'Only administrators see this page' }).waitFor()
})
