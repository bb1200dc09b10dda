import type { TestBrowser } from '../harness/browser.ts'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { enterSchool, followLink, looks, misdeeds, sendSignIn, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { accept, invite, invited } from '../harness/invitations.ts'
import { codeOf, wrongCode } from '../harness/sign-in.ts'
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

/** Somebody who is the head of one school and a teacher at another. */
async function ofTwoSchools(name: string): Promise<SignedUp> {
  const own = await homeroom.openSchool(`own-${name}`)
  const other = await homeroom.openSchool(`other-${name}`)
  const { token } = await invited(homeroom, other, own.email, 'TEACHER')
  await accept(homeroom, { token, password })
  return own
}

describe.each(looks)('%s', (look, options) => {
  const name = look.startsWith('phone') ? 'phone' : 'desktop'

  test('somebody of two schools chooses one, gives the account a second factor, and comes back with it', async () => {
    const { email } = await ofTwoSchools(name)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await page.goto('/sign-in')
    await sendSignIn(page, email)
    await page.getByRole('heading', { name: 'Which school?' }).waitFor()
    await expectAccessible(page)
    // Nothing of it is written down anywhere while one chooses.
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])')).not.toMatch(/own-|battery/)
    await page.getByRole('button', { name: `School other-${name}` }).click()
    await page.waitForURL('**/dashboard')

    // A teacher there: neither shown nor let in.
    await page.getByRole('heading', { name: `School other-${name}` }).waitFor()
    expect(await page.getByRole('link', { name: 'Members' }).count()).toBe(0)
    await page.goto('/members')
    await page.getByRole('heading', { name: 'Only administrators see this page' }).waitFor()
    await expectAccessible(page)

    await page.goto('/account')
    await page.getByText('This one').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Set up second factor' }).click()
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    await expectAccessible(page)
    const secret = (await page.getByRole('dialog').locator('code').innerText()).replaceAll(/\s/g, '')
    await page.getByLabel('Code from the app').fill(wrongCode(secret))
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText('This code is not right.').waitFor()
    await page.getByLabel('Code from the app').fill(codeOf(secret))
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText('Your second factor is on.').first().waitFor()
    await page.getByRole('button', { name: 'Turn off' }).waitFor()
    expect(await page.content()).not.toContain(secret)

    await page.getByRole('button', { name: /account and colours/ }).first().click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await sendSignIn(page, email)
    await page.getByRole('heading', { name: 'Enter the code' }).waitFor()
    await expectAccessible(page)
    const box = page.getByLabel('Six-digit code')
    expect(await page.evaluate('document.activeElement.name')).toBe('code')
    await box.fill(wrongCode(secret))
    await box.press('Enter')
    await page.getByText('This code is not right').waitFor()
    expect(await box.inputValue()).toBe('')
    // As it is pasted from an authenticator. A code is good once: this is the next one.
    const code = codeOf(secret, 1)
    await box.fill(`${code.slice(0, 3)} ${code.slice(3)}`)
    await box.press('Enter')
    await page.getByRole('button', { name: `School own-${name}` }).click()
    await page.waitForURL('**/dashboard')
    await page.getByRole('heading', { name: `School own-${name}` }).waitFor()
    expect(misdeeds(page)).toEqual([])
  })

  test('one of the operator\'s people is led to a second factor first, and then to the console', async () => {
    const { email } = await openSuperadmin(homeroom, `Sam ${name}`, { secondFactor: false })
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await page.goto('/people')
    await sendSignIn(page, email)
    await page.getByRole('heading', { name: 'You belong to Homeroom’s operator' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Set up second factor' }).click()
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    const secret = (await page.getByRole('dialog').locator('code').innerText()).replaceAll(/\s/g, '')
    await page.getByLabel('Code from the app').fill(codeOf(secret))
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText('Your second factor is on.').first().waitFor()
    await expectAccessible(page)
    await page.goto('/dashboard')
    await page.waitForURL('**/console')
    await page.getByRole('heading', { name: 'Schools' }).waitFor()
    await page.getByText(`School own-${name}`).waitFor()
    await expectAccessible(page)
    expect(misdeeds(page)).toEqual([])
  })

  test('a suspended school says so, and lets one out and to one\'s account', async () => {
    const school = await homeroom.openSchool(`suspended-${name}`)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(page, school.email)
    await page.getByText('Before the first lesson').waitFor()
    await homeroom.database.sql('update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1', [school.tenantId])
    await page.goto('/people')
    await page.getByRole('heading', { name: `School suspended-${name} is suspended` }).waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    await expectAccessible(page)
    await page.getByRole('button', { name: /account and colours/ }).first().click()
    await page.getByRole('menuitem', { name: 'Your account' }).click()
    await page.getByText('This one').waitFor()
    await page.goBack()
    await homeroom.database.sql('update platform.tenant set lifecycle = \'ACTIVE\' where id = $1', [school.tenantId])
    // It may have looked by itself.
    await page.getByRole('button', { name: 'Look again' }).or(page.getByText('No students yet')).first().click()
    await page.getByText('No students yet').waitFor()
    expect(misdeeds(page)).toEqual([])
  })
})

test('after too many tries one is told how long to wait, and may go on when it is over', async () => {
  const { email } = await homeroom.openSchool('patient')
  const strict = await homeroom.startApi({ rateLimits: true })
  const page = await browser.newPage({ baseURL: strict.url })
  await page.goto('/sign-in')
  // Five that fail, and then one that comes too soon: where it came late it has failed too, and the next must wait twice as long.
  for (let tries = 0, refused = false; !refused; tries += 1) {
    const answered = page.waitForResponse(response => response.request().postData()?.includes('signIn') ?? false)
    await sendSignIn(page, email, `not the password ${tries}`)
    refused = (await (await answered).text()).includes('RATE_LIMITED')
    expect(tries).toBeGreaterThanOrEqual(refused ? 5 : 0)
    expect(tries).toBeLessThan(9)
    await page.locator('[data-busy]').waitFor({ state: 'detached' })
  }
  await page.getByText(/That was too often\. Please wait \d+ seconds?\./).waitFor()
  await page.locator('button[aria-disabled=true]', { hasText: 'Sign in' }).waitFor()
  await expectAccessible(page)
  await page.getByText('That was too often.').waitFor({ state: 'detached' })
  await sendSignIn(page, email)
  await page.waitForURL('**/dashboard')
})

test('a school that is being updated says so, and is back by itself', async () => {
  const school = await homeroom.openSchool('updated')
  const page = await browser.newPage({ baseURL: homeroom.api.url })
  await enterSchool(page, school.email)
  await page.getByText('Before the first lesson').waitFor()
  const [tenant] = await homeroom.database.sql<{ schema_version: number }>('select schema_version from platform.tenant where id = $1', [school.tenantId])
  await homeroom.database.sql('update platform.tenant set schema_version = 0 where id = $1', [school.tenantId])
  await page.goto('/people')
  await page.getByText('Your school is being updated.').waitFor()
  await homeroom.database.sql('update platform.tenant set schema_version = $2 where id = $1', [school.tenantId, tenant!.schema_version])
  await page.getByText('No students yet').waitFor()
  expect(misdeeds(page)).toEqual([])
})

test('where another tab has signed in as somebody else, nothing of the one before stays in view', async () => {
  const oakfield = await homeroom.openSchool('before')
  const riverside = await homeroom.openSchool('afterwards')
  await oakfield.client.ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName: 'Lovelace' } })
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: { width: 1280, height: 860 } })
  await enterSchool(page, oakfield.email)
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByText('Lovelace, Ada').waitFor()

  const { link } = await inviteTo(riverside, 'grace@afterwards.example')
  const other = await page.context().newPage()
  await followLink(other, link)
  await other.getByText('Alex Head is signed in here.').waitFor()
  await other.getByLabel('Your name').fill('Grace Hopper')
  await other.getByLabel('Password', { exact: true }).fill(password)
  await other.getByRole('button', { name: 'Join' }).click()
  await other.waitForURL('**/dashboard')

  // The token of the first tab is of no more use: it asks for the next one, and gets that of the cookie.
  await homeroom.database.sql('update platform.session set revoked_at = now(), revoked_reason = \'ENDED\' where tenant_id = $1', [oakfield.tenantId])
  await page.getByRole('link', { name: 'Classes' }).click()
  await page.getByText('School afterwards').first().waitFor()
  await page.getByText('No classes yet').waitFor()
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByText('No students yet').waitFor()
  expect(await page.content()).not.toMatch(/before|Lovelace/)
})

async function inviteTo(school: SignedUp, email: string) {
  await invite(school, email)
  return homeroom.mailbox.next(email, /^Join/)
}
