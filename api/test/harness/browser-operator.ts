import type { WatchedPage } from './browser.ts'
import type { TestSuperadmin } from './superadmin.ts'

/** Gives a page the session of a superadmin who has signed in elsewhere: an authenticator's code works once. */
export async function asOperator(page: WatchedPage, url: string, { cookie }: Pick<TestSuperadmin, 'cookie'>): Promise<void> {
  const [name, value] = cookie.split('=', 2) as [string, string]
  await page.context().addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }])
  // Once, or signing out would be undone by the next page.
  await page.goto('/favicon.svg')
  await page.evaluate('localStorage.setItem("homeroom.session", "1")')
}
