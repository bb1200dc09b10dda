import type { Browser, Page } from 'playwright-core'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { bundledChromium } from './browser-binary.ts'

const screenshotFolder = fileURLToPath(new URL('../../../.screenshots/', import.meta.url))

// Quiet, and deaf to everything that is not this machine.
const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
]

/** Something a page should not have done. */
export interface Finding {
  kind: 'console' | 'exception' | 'csp' | 'foreign-request'
  text: string
}

/** A page that writes down what it should not have done: `expect(page.findings).toEqual([])`. */
export type WatchedPage = Page & { readonly findings: Finding[] }

export interface PageOptions {
  /** Requests to any other origin are findings; without it, the first page opened decides. */
  baseURL?: string
  viewport?: { width: number, height: number }
  colorScheme?: 'light' | 'dark'
  /** Reduced unless a test is about motion: a half-faded text fails the contrast check. */
  reducedMotion?: 'reduce' | 'no-preference'
  locale?: string
  timezoneId?: string
}

export interface TestBrowser extends AsyncDisposable {
  /** Each page has cookies and storage of its own. */
  newPage: (options?: PageOptions) => Promise<WatchedPage>
  close: () => Promise<void>
}

/**
 * A headless Chromium. Opened in a test it closes when the test ends, and leaves screenshots if it failed;
 * opened in a hook, the caller closes it.
 */
export async function openBrowser(): Promise<TestBrowser> {
  const browser = await launch()
  const pages: WatchedPage[] = []
  const close = (): Promise<void> => browser.close()
  whenInTest(() => {
    // Not onTestFailed, which comes after this one, when the pages are gone.
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') {
        const open = pages.filter(page => !page.isClosed())
        await Promise.all(open.map((page, index) => screenshot(page, `failed-${task.name}-${index + 1}`)))
      }
      await close()
    })
  })
  return {
    close,
    [Symbol.asyncDispose]: close,
    async newPage(options = {}) {
      const page = await watch(browser, options)
      pages.push(page)
      return page
    },
  }
}

/** A screenshot of what holds, for whoever wants to see it: SCREENSHOTS=1. */
export async function show(page: Page, name: string, options?: { fullPage?: boolean }): Promise<void> {
  if (process.env.SCREENSHOTS)
    await screenshot(page, name, options)
}

/** Writes `.screenshots/<name>.png` and answers its path. */
export async function screenshot(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<string> {
  await mkdir(screenshotFolder, { recursive: true })
  const path = join(screenshotFolder, `${name.replaceAll(/[^\w-]+/g, '-').slice(0, 120)}.png`)
  await page.screenshot({ path, animations: 'disabled', ...options })
  return path
}

async function launch(): Promise<Browser> {
  const binary = await bundledChromium()
  // No sandbox: root cannot have one, and only our own pages are opened.
  if (binary)
    return chromium.launch({ ...binary, args: flags, chromiumSandbox: false })
  try {
    return await chromium.launch({ channel: 'chrome', args: flags })
  }
  catch (cause) {
    throw new Error('Browser tests need Google Chrome on this platform; only Linux x64 gets a browser through npm.', { cause })
  }
}

async function watch(browser: Browser, options: PageOptions): Promise<WatchedPage> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  const findings: Finding[] = []
  const found = (kind: Finding['kind'], text: string): void => void findings.push({ kind, text })

  let host = options.baseURL && new URL(options.baseURL).host
  const checkHost = (address: string): void => {
    const url = new URL(address)
    if (!['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol))
      return
    host ??= url.host
    if (url.host !== host)
      found('foreign-request', address)
  }
  page.on('request', request => checkHost(request.url()))
  page.on('websocket', socket => checkHost(socket.url()))
  page.on('pageerror', error => found('exception', error.stack ?? error.message))
  page.on('console', (message) => {
    if (message.type() === 'error')
      found('console', `${message.text()} (${message.location().url})`)
  })
  await page.exposeFunction('__cspViolation', (text: string) => found('csp', text))
  await page.addInitScript(`addEventListener('securitypolicyviolation', event =>
    __cspViolation(event.violatedDirective + ' refused ' + event.blockedURI + ' in ' + event.documentURI))`)

  return Object.assign(page, { findings })
}

function whenInTest(register: () => void): void {
  try {
    register()
  }
  catch {
    // Called from a hook, which has no test to end with.
  }
}
