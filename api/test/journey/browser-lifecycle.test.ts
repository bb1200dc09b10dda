import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { GraphqlClient } from '../harness/client.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { enterSchool, followLink, looks, misdeeds, sendSignIn, webRoot } from '../harness/browser-people.ts'
import { openBrowser, show } from '../harness/browser.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { openSuperadmin } from '../harness/superadmin.ts'
import { withoutLooks } from '../harness/without-looks.ts'

let browser: TestBrowser
let homeroom: TestHomeroom
let operator: GraphqlClient

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot })
  operator = (await openSuperadmin(homeroom)).client
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const reason = 'The invoice of May is still open. Please call us.'
const suspend = (id: string) => operator.ask('mutation ($id: ID!, $reason: String!) { suspendTenant(tenantId: $id, reason: $reason) { id } }', { id, reason })
const resume = (id: string) => operator.ask('mutation ($id: ID!) { resumeTenant(tenantId: $id) { id } }', { id })

describe.each(looks)('%s', (look, options) => {
  const slug = `life-${look.startsWith('phone') ? 'phone' : 'desktop'}`

  test('a school that is suspended while somebody works shows why, and goes on without a reload when it is resumed', async () => {
    const school = await homeroom.openSchool(slug)
    await school.client.ask('mutation { addStudent(input: { givenName: "Ada", familyName: "Lovelace" }) { id } }')
    const told = await withoutLooks(() => homeroom.startApi())
    const page = await browser.newPage({ baseURL: told.url, ...options })
    const first = letIn(page)
    await enterSchool(page, school.email)
    await first
    const socket = letIn(page)
    await page.goto('/people')
    await page.getByText('Lovelace').first().waitFor()
    // Nothing on this page asks over a socket, or asks again by itself, and nor does its server: the one that is there is for this.
    await socket
    await page.evaluate('window.stayed = true')

    await suspend(school.tenantId)
    await page.getByRole('heading', { name: `School ${slug} is suspended` }).waitFor()
    await page.getByText(reason).waitFor()
    const [{ since }] = await homeroom.database.sql<{ since: Date }>('select lifecycle_changed_at as since from platform.tenant where id = $1', [school.tenantId]) as [{ since: Date }]
    await page.locator(`time[datetime="${since.toISOString()}"]`).waitFor()
    expect([await page.getByText('Lovelace').count(), await page.getByRole('navigation').count()]).toEqual([0, 0])
    await expectAccessible(page)
    await show(page, `suspended-${slug}`)
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByText('It is still closed.').waitFor()

    await resume(school.tenantId)
    await page.getByText('Lovelace').first().waitFor()
    expect(await page.evaluate('window.stayed')).toBe(true)
    await expectAccessible(page)
    expect(misdeeds(page)).toEqual([])
  })

  test('where no socket gets through, the next refused request shows it, and asking again ends it', async () => {
    const school = await homeroom.openSchool(`deaf-${slug}`)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await page.routeWebSocket(/graphql/, socket => socket.close({ code: 1013, reason: 'Not here' }))
    await enterSchool(page, school.email)
    await page.getByText('Before the first lesson').waitFor()
    await suspend(school.tenantId)
    await page.getByRole('link', { name: 'People' }).first().click()
    await page.getByRole('heading', { name: `School deaf-${slug} is suspended` }).waitFor()
    await page.getByText(reason).waitFor()
    await resume(school.tenantId)
    // It may have looked by itself.
    await page.getByRole('button', { name: 'Look again' }).or(page.getByText('No students yet')).first().click()
    await page.getByText('No students yet').waitFor()
    expect(misdeeds(page)).toEqual([])
  })

  test('a school that was put away says so at sign-in, with the reason', async () => {
    const school = await homeroom.openSchool(`away-${slug}`)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(page, school.email)
    await operator.ask('mutation ($id: ID!, $reason: String!) { archiveTenant(tenantId: $id, reason: $reason) { id } }', { id: school.tenantId, reason })
    // Whoever was here is signed out at once.
    await page.waitForURL('**/sign-in**')
    await sendSignIn(page, school.email)
    await page.getByText(`Your school has been put away, and nobody can enter it. The operator says: ${reason}`).waitFor()
    await expectAccessible(page)
    await show(page, `archived-${slug}`)
    expect(misdeeds(page)).toEqual([])
  })
})

test('whoever is invited while the school is being prepared comes to its preparation, and from there into the school', async () => {
  const waiting = await openHomeroom({ webRoot, worker: false })
  try {
    const superadmin = (await openSuperadmin(waiting)).client
    const { createTenantFor: { id } } = await superadmin.ask<{ createTenantFor: { id: string } }>('mutation ($input: CreateTenantForInput!) { createTenantFor(input: $input) { id } }', { input: { name: 'New School', slug: 'new-school', adminEmail: 'head@new-school.example' } })
    // The letter is written by the worker, who would prepare the school as well: its secret is made here.
    const secret = randomBytes(32).toString('base64url')
    await waiting.database.sql('update platform.invitation set token_hash = sha256($1) where tenant_id = $2', [secret, id])
    const page = await browser.newPage({ baseURL: waiting.api.url })
    await followLink(page, `http://homeroom/invitation#token=${secret}`)
    await page.getByLabel('Your name').fill('Grace Head')
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Join' }).click()
    await page.waitForURL(`**/preparing/${id}`)
    await page.getByRole('heading', { name: 'Preparing New School' }).waitFor()
    await expectAccessible(page)
    await show(page, 'invited-while-prepared')
    await waiting.startWorker()
    await page.waitForURL('**/dashboard')
    await page.getByRole('heading', { name: 'New School' }).waitFor()
    expect(misdeeds(page)).toEqual([])
  }
  finally {
    await waiting.stop()
  }
})

describe.each(looks)('creating a school, %s', (look, options) => {
  test('a superadmin creates one, is told what is wrong, and the invited person gets the mail', async () => {
    const slug = `made-${look.startsWith('phone') ? 'phone' : 'desktop'}`
    await homeroom.signUp(`${slug}-school`)
    const superadmin = await openSuperadmin(homeroom, `Olga ${look.startsWith('phone') ? 'Phone' : 'Desktop'}`)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await page.context().addCookies([{ name: 'rt', value: superadmin.cookie.slice('rt='.length), url: homeroom.api.url, httpOnly: true, sameSite: 'Strict' }])
    await page.addInitScript('localStorage.setItem(\'homeroom.session\', \'1\')')
    await page.goto('/console')
    await page.getByRole('button', { name: 'Create a school' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Create school' }).click()
    expect(await dialog.locator('[aria-invalid=true]').count()).toBe(3)
    await expectAccessible(page)
    await dialog.getByLabel('School’s name').fill(`${slug} School`)
    await dialog.getByText('Another school has this short name.').waitFor()
    await dialog.getByRole('button', { name: /^Use .* instead$/ }).click()
    await dialog.getByText('Free to use').waitFor()
    await dialog.getByLabel('Administrator’s e-mail').fill(superadmin.email)
    await dialog.getByRole('button', { name: 'Create school' }).click()
    await dialog.getByText('This is a superadmin\'s address, who belongs to no school.').waitFor()
    await expectAccessible(page)
    await show(page, `create-school-${slug}`)
    await dialog.getByLabel('Administrator’s e-mail').fill(`head@${slug}.example`)
    await dialog.getByRole('button', { name: 'Create school' }).dblclick()
    await page.getByText(`an invitation to head@${slug}.example is on its way`).first().waitFor()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText(`${slug} School`, { exact: true }).waitFor()
    const mail = await homeroom.mailbox.next(`head@${slug}.example`, /^Join/)
    expect(mail.text).toContain(`invites you to join ${slug} School on Homeroom as an administrator.`)
    expect(await homeroom.database.sql('select 1 from platform.tenant where name = $1', [`${slug} School`])).toHaveLength(1)
    expect(misdeeds(page)).toEqual([])
  })
})

/** Resolves when a socket of the page's has been let in. */
function letIn(page: WatchedPage): Promise<void> {
  return new Promise(resolve => page.on('websocket', socket => socket.on('framereceived', ({ payload }) => {
    if (String(payload).includes('connection_ack'))
      resolve()
  })))
}
