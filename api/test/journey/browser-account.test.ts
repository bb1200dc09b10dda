import type { TestBrowser } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { enterSchool, followLink, looks, misdeeds, sendSignIn, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'

const newPassword = 'seven violet lanterns hum'

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
  const name = look.startsWith('phone') ? 'phone' : 'desktop'

  test('a forgotten password is chosen anew by the link of a mail, which works once', async () => {
    const { email } = await homeroom.openSchool(`forgetful-${name}`)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    const told: string[] = []
    for (const address of [`nobody@forgetful-${name}.example`, email]) {
      await page.goto('/sign-in')
      await page.getByRole('link', { name: 'Forgot your password?' }).click()
      await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor()
      await page.getByLabel('E-mail').fill(address)
      await page.getByRole('button', { name: 'Send the link' }).click()
      await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
      told.push((await page.getByRole('main').innerText()).replace(address, 'the address'))
    }
    expect(told[0]).toBe(told[1])
    await expectAccessible(page)

    const { link, token } = await homeroom.mailbox.next(email, /new password/)
    await followLink(page, link)
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
    expect(page.url()).not.toContain(token)
    await page.getByLabel('New password').fill('password12')
    await page.getByText('Easy to guess').waitFor()
    await page.getByRole('button', { name: 'Set new password' }).click()
    await page.getByText('This is easy to guess.').waitFor()
    await expectAccessible(page)
    await page.getByLabel('New password').fill(newPassword)
    await page.getByRole('button', { name: 'Set new password' }).click()
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await sendSignIn(page, email)
    await page.getByText('E-mail and password do not match.').waitFor()
    await sendSignIn(page, email, newPassword)
    await page.waitForURL('**/dashboard')

    await followLink(page, link)
    await page.getByLabel('New password').fill('another dozen quiet rivers')
    await page.getByRole('button', { name: 'Set new password' }).click()
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Send a new link' }).click()
    await page.waitForURL('**/forgot-password')
    expect(misdeeds(page)).toEqual([])
  })

  test('an address is confirmed by a person who presses the button, not by opening the link', async () => {
    const { email } = await homeroom.openSchool(`confirming-${name}`)
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(page, email)
    await page.getByText(`Please confirm that ${email} is yours`).waitFor()
    await expectAccessible(page)
    const { link } = await homeroom.mailbox.next(email, /Confirm/)
    await page.getByRole('button', { name: 'Send the mail again' }).click()
    await page.getByText(`A mail is on its way to ${email}.`).waitFor()
    await homeroom.mailbox.next(email, /Confirm/)

    await followLink(page, link)
    await page.getByRole('heading', { name: 'Confirm your address' }).waitFor()
    expect(await homeroom.database.sql('select email_verified_at from platform.account where email = $1', [email])).toEqual([{ email_verified_at: null }])
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Confirm address' }).click()
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
    await page.getByRole('link', { name: 'Go on to your school' }).click()
    await page.getByText('Before the first lesson').waitFor()
    await page.getByText('Please confirm').waitFor({ state: 'detached' })
    await page.goto('/account')
    await page.getByText('Address confirmed').waitFor()
    await page.goto('/verify-email#token=made-up-by-somebody-else')
    await page.getByRole('button', { name: 'Confirm address' }).click()
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor()
    expect(misdeeds(page)).toEqual([])
  })

  test('one sees where one is signed in, ends one session, then a password ends the others, then all', async () => {
    const school = await homeroom.openSchool(`signed-in-${name}`)
    const here = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    const there = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(there, school.email)
    await enterSchool(here, school.email)
    await here.goto('/account')
    await here.getByText('Chrome on Linux').nth(1).waitFor()
    await here.getByRole('button', { name: 'End the session: node' }).click()
    await here.getByText('The session on node was ended.').first().waitFor()
    expect((await school.client.send('{ sessions { id } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    await here.getByRole('button', { name: 'End the session: node' }).waitFor({ state: 'detached' })

    await here.getByRole('button', { name: 'Change password' }).click()
    await here.getByLabel('Present password').fill('not the password')
    await here.getByLabel('New password').fill(newPassword)
    await here.getByRole('dialog').getByRole('button', { name: 'Change password' }).click()
    await here.getByText('This is not your password.').waitFor()
    await expectAccessible(here)
    await here.getByLabel('Present password').fill('correct horse battery staple')
    await here.getByRole('dialog').getByRole('button', { name: 'Change password' }).click()
    await here.getByText('Your password is changed.').first().waitFor()
    await there.goto('/people')
    await there.waitForURL('**/sign-in**')
    await sendSignIn(there, school.email, newPassword)
    await there.getByText('No students yet').waitFor()

    await here.getByRole('button', { name: 'Sign out everywhere' }).click()
    await here.getByRole('dialog').waitFor()
    await expectAccessible(here)
    // Focus starts at the way back.
    expect(await here.evaluate('document.activeElement.textContent.trim()')).toBe('Cancel')
    await here.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await here.waitForURL('**/sign-in')
    await there.goto('/classes')
    await there.waitForURL('**/sign-in**')
    for (const page of [here, there])
      expect(misdeeds(page)).toEqual([])
  })
})
