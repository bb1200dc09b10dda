import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import type { TestSuperadmin } from '../harness/superadmin.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { access, openSuperadmin } from '../harness/superadmin.ts'

let browser: TestBrowser
let homeroom: TestHomeroom
let count = 0

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot })
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const code = async ({ client }: SignedUp) => (await client.send('{ dashboard { studentCount } }')).errors?.[0]?.extensions.code
const actions = async ({ tenantId }: SignedUp, action: string) => (await homeroom.database.sql('select 1 from platform.audit_event where chain = $1 and action = $2', [tenantId, action])).length
const state = (page: WatchedPage, words: string) => page.locator('header').getByText(words, { exact: true }).waitFor()
const focused = (page: WatchedPage) => page.evaluate<string>('document.activeElement.textContent.trim()')

describe.each(looks)('%s', (look, options) => {
  let school: SignedUp
  let sam: TestSuperadmin
  let page: WatchedPage
  let name: string

  beforeEach(async () => {
    count += 1
    name = `Oakfield ${count}`
    school = await homeroom.openSchool(`oakfield-${count}`, { name })
    sam = await openSuperadmin(homeroom, `Sam ${count}`)
    page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await asOperator(page, homeroom.api.url, sam)
    await page.goto(`/console/schools/${school.tenantId}`)
    await page.getByRole('heading', { level: 1, name }).waitFor()
    await page.getByText('Attempt 1 succeeded').waitFor()
  })

  async function ask(what: string): Promise<void> {
    await page.getByRole('button', { name: `${what} ${name}` }).click()
    await page.getByRole('dialog', { name: `${what} ${name}?` }).waitFor()
    // Enter pressed too soon does nothing.
    await expect.poll(() => focused(page)).toBe('Cancel')
  }
  const press = (what: string) => page.getByRole('dialog').getByRole('button', { name: what, exact: true }).click()

  test('a school is suspended with a reason, once however often one presses, and resumed', async () => {
    await expectAccessible(page)
    expect(await page.getByRole('link', { name: 'Look inside' }).getAttribute('href')).toBe(`/console/explorer?tenant=${school.tenantId}`)
    await ask('Suspend')
    await press('Suspend')
    await page.getByText('Say why in 10 characters or more.').waitFor()
    expect(await page.evaluate('document.activeElement.name')).toBe('reason')
    await expectAccessible(page)
    await page.getByLabel('Reason').fill('Unpaid since August')
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend', exact: true }).dblclick()
    await state(page, 'Suspended')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await code(school)).toBe('TENANT_SUSPENDED')
    expect(await actions(school, 'tenant.suspended')).toBe(1)
    await page.getByText('suspended the school').waitFor()
    expect(await page.getByText('Unpaid since August').count()).toBe(2) // among the facts, and in what happened
    await expectAccessible(page)

    await ask('Resume')
    await press('Resume')
    await state(page, 'Open')
    expect(await code(school)).toBeUndefined()
    expect(misdeeds(page)).toEqual([])
  })

  test('what somebody else was faster at is refused in the dialog, and the page shows how it is', async () => {
    await ask('Suspend')
    await sam.client.ask('mutation ($id: ID!) { archiveTenant(tenantId: $id, reason: "The school has closed") { id } }', { id: school.tenantId })
    await page.getByLabel('Reason').fill('Unpaid since August')
    await press('Suspend')
    await page.getByRole('dialog').getByText('The school is in another state by now').waitFor()
    await expectAccessible(page)
    await press('Cancel')
    await state(page, 'Archived')
    await ask('Bring back')
    await press('Bring back')
    await state(page, 'Open')
    expect(misdeeds(page)).toEqual([])
  })

  test('a school is archived, deleted by its typed name, kept, and at last gone with a receipt', async () => {
    await ask('Archive')
    await page.getByLabel('Reason').fill('Merged with its neighbour')
    await press('Archive')
    await state(page, 'Archived')

    await ask('Delete')
    await page.getByLabel('Reason').fill('Asked for by the head')
    await page.getByLabel(`Type ${school.slug} to confirm`).fill('riverside')
    await press('Delete school')
    await page.getByText(`This is not ${school.slug}.`).waitFor()
    await expectAccessible(page)
    await page.getByLabel(`Type ${school.slug} to confirm`).fill(school.slug)
    await press('Delete school')
    await state(page, 'To be deleted')
    await page.getByText('Until then it can be kept.').waitFor()
    // Nothing is offered that would be refused.
    await page.getByRole('heading', { name: 'Exports' }).waitFor()
    expect(await page.getByRole('button', { name: 'Export the school' }).count()).toBe(0)
    expect(await page.getByRole('heading', { name: 'Danger zone' }).count()).toBe(0)
    await expectAccessible(page)

    await ask('Keep')
    await press('Keep')
    await state(page, 'Archived')
    await ask('Delete')
    await page.getByLabel('Reason').fill('Asked for by the head, again')
    await page.getByLabel(`Type ${school.slug} to confirm`).fill(school.slug)
    await press('Delete school')
    await state(page, 'To be deleted')

    await homeroom.database.sql('update platform.tenant set delete_after = now() where id = $1', [school.tenantId])
    await homeroom.database.sql('select pg_notify(\'tenant_changed\', $1)', [JSON.stringify({ tenantId: school.tenantId })])
    await page.getByRole('heading', { level: 1, name: `${name} was deleted` }).waitFor()
    await expectAccessible(page)
    await page.reload()
    const receipt = page.getByRole('link', { name: 'See the receipt' })
    await receipt.waitFor()
    expect(await receipt.getAttribute('href')).toBe(`/console/receipts?q=${school.slug}`)
    await page.goto(`/console/schools/${crypto.randomUUID()}`)
    await page.getByRole('heading', { level: 1, name: 'There is no such school' }).waitFor()
    expect(misdeeds(page)).toEqual([])
  })

  test('what happened is told in full, by kind where one asks, and older when one asks', async () => {
    // Each access is an entry; there are more than a page holds.
    for (let n = 1; n <= 22; n += 1)
      await sam.client.send(`query Look${n} { dashboard { studentCount } }`, {}, access(school.tenantId, { 'x-access-reason': `The head asked us to look, time ${n}` }))
    await page.reload()
    await page.getByText('time 22', { exact: false }).waitFor()
    expect(await page.getByText('Attempt 1 succeeded').count()).toBe(0)
    await page.getByRole('button', { name: 'Show older' }).click()
    await page.getByText('Attempt 1 succeeded').waitFor()
    await page.getByText('6 steps').click()
    await page.getByText('seed-courses', { exact: true }).waitFor()
    await expectAccessible(page)

    await page.getByRole('link', { name: 'Attempts' }).click()
    await page.waitForURL('**?show=attempts')
    await page.getByText('time 22', { exact: false }).waitFor({ state: 'detached' })
    await page.getByText('Attempt 1 succeeded').waitFor()
    await page.reload()
    await page.getByText('Attempt 1 succeeded').waitFor()
    expect(await page.getByText('looked into the school’s records').count()).toBe(0)
    await page.getByRole('link', { name: 'Roll-outs' }).click()
    await page.getByRole('heading', { name: 'Nothing on record here' }).waitFor()
    await expectAccessible(page)
    expect(misdeeds(page)).toEqual([])
  })
})
