import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot, worker: false })
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const broken: SchoolMigration = { version: 99, name: 'broken', worksWith: 1, tables: [], statements: ['create table homework (id uuid primary key)', 'create index on homework (no_such_column)'] }

const row = (page: WatchedPage, name: string) => page.getByRole('row').filter({ hasText: name })

describe.each(looks)('%s', (look, options) => {
  const kind = look.startsWith('phone') ? 'phone' : 'desktop'

  test('what failed is seen first, with its cause; mended and tried again it becomes ready before one’s eyes', async () => {
    const worker = await homeroom.startWorker([...schoolMigrations, broken])
    const schools = await Promise.all(['Hillcrest', 'Lakeside', 'Meadow'].map(name => homeroom.signUp(`${name.toLowerCase()}-${kind}`, { name: `${name} ${kind}` })))
    for (const { tenantId } of schools)
      expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'FAILED' })
    const sam = await openSuperadmin(homeroom, `Sam ${kind}`)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await asOperator(page, homeroom.api.url, sam)

    await page.goto('/console')
    await page.getByRole('heading', { name: '3 schools are not ready' }).waitFor()
    await page.getByRole('heading', { name: 'A step failed' }).waitFor()
    expect(await page.getByRole('row').nth(1).textContent()).toContain('create-tables · attempt 3 of 3')
    const cause = page.getByRole('region', { name: 'Full cause' })
    expect(await cause.isVisible()).toBe(false)
    await page.getByText('Full cause').first().click()
    expect(await cause.textContent()).toContain('no_such_column')
    await page.getByText('Live', { exact: true }).waitFor()
    await expectAccessible(page)

    // Another page is another document only after a reload; this mark would not outlive one.
    await page.evaluate('window.stillHere = true')
    await page.getByRole('link', { name: `Hillcrest ${kind}` }).first().click()
    await page.getByRole('heading', { level: 1, name: `Hillcrest ${kind}` }).waitFor()
    await page.getByText('3 of 3').waitFor()
    await expect.poll(() => page.title()).toBe(`Hillcrest ${kind} · Homeroom`)
    await page.getByText('Attempt 2 failed').waitFor()
    // There is nothing to take along yet.
    expect(await page.getByRole('heading', { name: 'Exports' }).count()).toBe(0)
    await expectAccessible(page)

    await worker.stop()
    const mended = await homeroom.startWorker()
    await page.getByRole('button', { name: 'Retry now' }).click()
    await page.getByText('Attempt 1 succeeded').waitFor()
    await page.getByText('Open', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Export the school' }).waitFor()
    expect(await page.getByRole('button', { name: 'Retry now' }).count()).toBe(0)
    await expectAccessible(page)

    await page.getByRole('link', { name: 'Schools' }).first().click()
    await page.getByRole('heading', { name: '2 schools are not ready' }).waitFor()
    await page.getByRole('button', { name: 'Retry all 2' }).click()
    const dialog = page.getByRole('dialog', { name: 'Try 2 schools again?' })
    await dialog.waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.textContent.trim()')).toBe('Cancel')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Retry all 2' }).click()
    await page.getByText('2 schools are being tried again.').waitFor()
    await page.getByText('No preparation has failed.').waitFor()
    for (const name of ['Lakeside', 'Meadow'])
      await row(page, `${name} ${kind}`).getByText('Open', { exact: true }).waitFor()
    expect(await page.evaluate('window.stillHere')).toBe(true)
    await mended.stop()
    expect(misdeeds(page)).toEqual([])
  })

  test('a preparation that waits is watched, and cancelled', async () => {
    const idle = await openHomeroom({ webRoot, worker: false })
    try {
      const { tenantId } = await idle.signUp('northgate', { name: 'Northgate' })
      const page = await browser.newPage({ baseURL: idle.api.url, ...options })
      await asOperator(page, idle.api.url, await openSuperadmin(idle))
      await page.goto(`/console/schools/${tenantId}`)
      await page.getByRole('heading', { name: 'Waiting for a worker' }).waitFor()
      await expectAccessible(page)
      await page.getByRole('button', { name: 'Cancel preparation' }).click()
      const dialog = page.getByRole('dialog', { name: 'Cancel the preparation of Northgate?' })
      await expect.poll(() => page.evaluate('document.activeElement.textContent.trim()')).toBe('Let it go on')
      await dialog.getByRole('button', { name: 'Cancel preparation' }).click()
      await page.getByRole('heading', { name: 'Cancelled by the operator' }).waitFor()
      await page.getByText('cancelled the preparation of the school').waitFor()
      expect(misdeeds(page)).toEqual([])
    }
    finally {
      await idle.stop()
    }
  })
})
