import type { PageOptions, TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { makeFleet } from '../harness/fleet.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot })
  await makeFleet(homeroom.database.urls, 30)
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

let operators = 0

async function openConsole(options: PageOptions): Promise<WatchedPage> {
  const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
  operators += 1
  await asOperator(page, homeroom.api.url, await openSuperadmin(homeroom, `Sam ${operators}`))
  return page
}

const names = (page: WatchedPage) => page.getByRole('table').getByRole('link').allTextContents()
const live = (page: WatchedPage) => page.getByText('Live', { exact: true }).waitFor()
/** The list and how many there are of each state, which come by themselves. */
async function listed(page: WatchedPage): Promise<void> {
  await page.getByRole('table').getByRole('link').first().waitFor()
  await page.getByRole('link', { name: /^All \d/ }).waitFor()
}

describe.each(looks)('%s', (look, options) => {
  const kind = look.startsWith('phone') ? 'phone' : 'desktop'

  test('search, order, state and place are in the address, and outlive a reload and the way back', async () => {
    const page = await openConsole(options)
    await page.goto('/console')
    await live(page)
    await page.keyboard.press('/')
    await page.keyboard.type('school-0')
    await page.waitForURL('**/console?q=school-0')
    await page.getByRole('button', { name: 'School', exact: true }).click()
    await page.waitForURL('**/console?q=school-0&sort=name')
    await page.getByRole('link', { name: 'school-0001', exact: true }).waitFor()
    const first = await names(page)
    expect(first).toHaveLength(25)
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByRole('link', { name: 'school-0026', exact: true }).waitFor()
    const second = await names(page)
    expect(second).toHaveLength(5)

    await page.reload()
    await page.getByRole('link', { name: 'school-0026', exact: true }).waitFor()
    expect(await names(page)).toEqual(second)
    expect(await page.getByLabel('Find a school').inputValue()).toBe('school-0')
    await page.goBack()
    await page.getByRole('link', { name: 'school-0001', exact: true }).waitFor()
    expect(await names(page)).toEqual(first)

    await page.getByRole('link', { name: /^Suspended/ }).click()
    await page.getByRole('heading', { name: 'Nothing found for “school-0”' }).waitFor()
    expect(new URL(page.url()).searchParams.get('state')).toBe('suspended')
    await page.getByRole('button', { name: 'Clear search' }).click()
    await page.getByRole('heading', { name: 'No school is in this state' }).waitFor()
    expect(new URL(page.url()).search).toBe('?state=suspended')
    await expectAccessible(page)
    await page.reload()
    await page.getByRole('heading', { name: 'No school is in this state' }).waitFor()
    expect(await page.getByRole('link', { name: /^Suspended/ }).getAttribute('aria-current')).toBe('page')
    expect(misdeeds(page)).toEqual([])
  })

  test('a school that signs up announces itself, moves nothing, and is shown when asked for', async () => {
    const page = await openConsole(options)
    await page.goto('/console')
    await live(page)
    await listed(page)
    const before = await names(page)
    const all = page.getByRole('link', { name: /^All/ })
    const counted = Number((await all.textContent())!.replaceAll(/\D/g, ''))
    await homeroom.openSchool(`newcomer-${kind}`, { name: `Newcomer ${kind}` })
    await page.getByText('1 change', { exact: true }).waitFor()
    await page.getByRole('link', { name: `All ${counted + 1}` }).waitFor()
    expect(await names(page)).toEqual(before)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByRole('link', { name: `Newcomer ${kind}` }).waitFor()
    await page.getByText('1 change', { exact: true }).waitFor({ state: 'detached' })
    expect(misdeeds(page)).toEqual([])
  })

  test('a row in view changes in its place', async () => {
    const page = await openConsole(options)
    await page.goto('/console?sort=name&q=school-00')
    await live(page)
    await listed(page)
    const before = await names(page)
    const [school] = await homeroom.database.sql<{ id: string }>('select id from platform.tenant where slug = \'school-0003\'')
    const other = await openSuperadmin(homeroom, `Olga ${kind}`)
    await other.client.ask('mutation ($id: ID!) { suspendTenant(tenantId: $id, reason: "Three reminders unpaid") { id } }', { id: school!.id })
    await page.getByRole('row').filter({ hasText: 'school-0003' }).getByText('Suspended').waitFor()
    expect(await names(page)).toEqual(before)
    await other.client.ask('mutation ($id: ID!) { resumeTenant(tenantId: $id) { id } }', { id: school!.id })
    await page.getByRole('row').filter({ hasText: 'school-0003' }).getByText('Open').waitFor()
    expect(misdeeds(page)).toEqual([])
  })

  test('a lost connection is said to be lost, and nothing is missed when it is back', async () => {
    const page = await openConsole(options)
    let closed = false
    const cuts: (() => Promise<void>)[] = []
    await page.routeWebSocket(/graphql/, async (socket) => {
      if (closed)
        return socket.close({ code: 1012 })
      const server = socket.connectToServer()
      cuts.push(async () => {
        await socket.close({ code: 1012 })
        await server.close()
      })
    })
    await page.goto(`/console?q=absent-${kind}`)
    await live(page)
    await page.getByRole('heading', { name: `Nothing found for “absent-${kind}”` }).waitFor()
    closed = true
    await cuts.at(-1)!()
    await page.getByText('Not live.').waitFor()
    await expectAccessible(page)
    const { tenantId } = await homeroom.signUp(`absent-${kind}`)
    closed = false
    await page.getByRole('link', { name: `School absent-${kind}` }).waitFor()
    await live(page)
    // A network that is gone says so itself: nothing else ends this socket.
    closed = true
    await page.context().setOffline(true)
    // Sooner than a ping that nobody answers would tell it.
    await page.getByText('Not live.').waitFor({ timeout: 9_000 })
    closed = false
    await page.context().setOffline(false)
    await live(page)
    await homeroom.visitor.watch(tenantId)
    expect(misdeeds(page).filter(({ text }) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  })

  test('the figures are a page of their own, loaded when it is opened, with a table that says the same', async () => {
    const page = await openConsole(options)
    const loaded: string[] = []
    page.on('request', request => loaded.push(request.url()))
    await page.goto('/console')
    await live(page)
    expect(loaded.filter(url => /Figures/.test(url))).toEqual([])
    await page.getByRole('link', { name: 'Time to ready' }).click()
    const table = page.getByRole('table', { name: 'Time to ready and failures by day' })
    await table.waitFor()
    expect(loaded.filter(url => /Figures/.test(url)).length).toBeGreaterThan(0)
    const { preparationFigures: { total } } = await (await openSuperadmin(homeroom, `Fay ${kind}`)).client.ask<{ preparationFigures: { total: { ready: number } } }>('{ preparationFigures(days: 7) { total { ready } } }')
    expect(total.ready).toBeGreaterThan(0)
    expect((await table.getByRole('row').nth(1).getByRole('cell').first().textContent())?.trim()).toBe(String(total.ready))
    await page.getByRole('link', { name: '90 days' }).click()
    await page.waitForURL('**/console/figures?days=90')
    await page.reload()
    await table.waitFor()
    expect(await page.getByRole('link', { name: '90 days' }).getAttribute('aria-current')).toBe('page')
    await expectAccessible(page)
    expect(misdeeds(page)).toEqual([])
  })
})
