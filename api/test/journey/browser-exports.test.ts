import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import type { TestSuperadmin } from '../harness/superadmin.ts'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { exportReason, listExports, plantOddSchool, unzip } from '../harness/exports.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock } from '../harness/process-holds.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

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

/** Opens a page as the operator who has signed in elsewhere: the refresh cookie is all that it takes. */
async function openConsole(path: string, operator: TestSuperadmin, options: object): Promise<WatchedPage> {
  const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
  const [name, value] = operator.cookie.split(';')[0]!.split('=') as [string, string]
  await page.context().addCookies([{ name, value, url: homeroom.api.url, httpOnly: true, sameSite: 'Strict' }])
  await page.addInitScript('localStorage.setItem("homeroom.session", "1")')
  await page.goto(path)
  return page
}

describe.each(looks)('%s', (look, options) => {
  const slug = `export-${look.startsWith('phone') ? 'phone' : 'desktop'}`

  test('a school is exported while one looks on, taken away, restored and deleted', async () => {
    const school = await homeroom.openSchool(slug)
    await plantOddSchool(homeroom, school.tenantId)
    const operator = await openSuperadmin(homeroom, `Sam ${slug}`)
    const page = await openConsole(`/console/exports/${school.tenantId}`, operator, options)
    await page.getByRole('heading', { name: 'No export' }).waitFor()
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Export the school' }).click()
    await page.getByLabel('Why').fill('because')
    await page.getByRole('dialog').getByRole('button', { name: 'Export the school' }).click()
    await page.getByText('Say why in 10 characters or more').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Why').fill(exportReason)
    // Held where its rows are to be kept, so that there is something to see.
    const release = await holdLock(homeroom.database.adminUrl, 'lock table platform.school_export_part in exclusive mode')
    await page.getByRole('dialog').getByRole('button', { name: 'Export the school' }).click()
    await page.getByRole('progressbar').waitFor()
    await expectAccessible(page)
    expect(await page.getByRole('button', { name: 'Export the school' }).isDisabled()).toBe(true)
    await release()
    await page.getByText(`The export of School ${slug} is ready.`).waitFor()
    await page.getByText(exportReason).waitFor()
    await expectAccessible(page)

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Download/ }).click()])
    expect(download.suggestedFilename()).toMatch(new RegExp(`^${slug}-\\d{4}-\\d\\d-\\d\\d\\.zip$`))
    expect([...(await unzip(await readFile(await download.path()))).keys()]).toEqual(expect.arrayContaining(['manifest.csv', 'users.csv', 'json/user.ndjson']))

    await page.getByRole('button', { name: /^Restore a school/ }).click()
    expect(await page.getByLabel('Short name').inputValue()).toBe(`school-${slug}`)
    await page.getByLabel('Short name').fill(slug)
    await page.getByText('Another school has this short name.').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Name of the new school').fill(`Restored ${slug}`)
    await page.getByLabel('Short name').fill(`${slug}-again`)
    await page.getByLabel('Administrator’s e-mail').fill(`new@${slug}.example`)
    await page.getByRole('dialog').getByRole('button', { name: 'Restore as a new school' }).click()
    await page.getByRole('heading', { name: `Restored ${slug}` }).waitFor()
    const [tenant] = await homeroom.database.sql<{ id: string }>('select id from platform.tenant where slug = $1', [`${slug}-again`])
    expect((await homeroom.visitor.watch(tenant!.id)).at(-1)).toMatchObject({ status: 'READY' })
    await homeroom.mailbox.next(`new@${slug}.example`, /^Join/)

    await page.goto('/console/exports')
    await page.getByText(`School ${slug}`).first().waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: `Delete the export of School ${slug}` }).click()
    await page.getByRole('button', { name: 'Delete the export', exact: true }).click()
    await page.getByText('The export is deleted.').waitFor()
    expect(await listExports(operator.client, school.tenantId)).toEqual([])
    expect(misdeeds(page)).toEqual([])
  })
})
