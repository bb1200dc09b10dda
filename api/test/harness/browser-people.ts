import type { Page } from 'playwright-core'
import type { Finding, WatchedPage } from './browser.ts'
import { fileURLToPath } from 'node:url'
import { password } from './sign-up.ts'

/** The built web client, as the product serves it. */
export const webRoot = fileURLToPath(new URL('../../../web/dist', import.meta.url))

/** Both ends of what people look at. */
export const looks = [
  ['desktop, light', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }],
  ['phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
] as const

/** Writes e-mail and password into the sign-in form and sends it. */
export async function sendSignIn(page: WatchedPage, email: string, secret = password): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Signs in as a member of one school and waits for the school. */
export async function enterSchool(page: WatchedPage, email: string): Promise<void> {
  await page.goto('/sign-in')
  await sendSignIn(page, email)
  await page.waitForURL('**/dashboard')
}

/** To another place of the office; on a phone some lie behind one button. */
export async function goTo(page: WatchedPage, place: string): Promise<void> {
  const link = page.getByRole('link', { name: place, exact: true })
  await page.getByRole('link', { name: 'Overview' }).waitFor()
  if (await link.count() > 0)
    return link.click()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: place }).click()
}

/** Opens the page a mail leads to, on the server under test. */
export async function followLink(page: Page, link: string): Promise<void> {
  const { pathname, hash } = new URL(link)
  await page.goto(pathname + hash)
}

/** What a page should not have done; that the browser tells of refused requests is no fault of the page. */
export function misdeeds({ findings }: WatchedPage): Finding[] {
  return findings.filter(({ kind, text }) => kind !== 'console' || !/responded with a status of (?:4\d\d|503)/.test(text))
}
