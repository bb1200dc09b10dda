import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import { fileURLToPath } from 'node:url'
import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveWeb } from '../../src/transport/web.ts'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { openBrowser, show } from '../harness/browser.ts'

const server = fastify()
let browser: TestBrowser
let baseURL: string

beforeAll(async () => {
  await serveWeb(server, fileURLToPath(new URL('../../../web/dist', import.meta.url)))
  baseURL = await server.listen({ port: 0, host: '127.0.0.1' })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

async function pagesOf(page: WatchedPage): Promise<string[]> {
  await page.goto('/docs')
  const paths: string[] = await page.getByRole('navigation', { name: 'Documentation', includeHidden: true }).getByRole('link', { includeHidden: true }).evaluateAll((links: { pathname: string }[]) => links.map(({ pathname }) => pathname))
  expect(paths.length).toBeGreaterThan(10)
  return paths
}

test.each([
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 390 },
] as const)('every page is accessible and fits, $colorScheme at $width px', async ({ colorScheme, width }) => {
  const page = await browser.newPage({ baseURL, colorScheme, viewport: { width, height: 860 } })
  for (const path of await pagesOf(page)) {
    await page.goto(path)
    // All pages of the reference are made alike, and looking at thousands of cells takes a minute: one stands for all.
    if (!path.includes('/reference/') || path.endsWith('/enums/'))
      await expectAccessible(page)
    expect(await page.evaluate('document.documentElement.scrollWidth'), `${path} is wider than the screen`).toBe(width)
    await show(page, `docs-${path}-${colorScheme}`)
  }
  expect(page.findings).toEqual([])
})

test('every link within leads to a page and, where it names one, to a heading', async () => {
  const page = await browser.newPage({ baseURL })
  const headings = new Map<string, Set<string>>()
  const links: { from: string, path: string, id: string }[] = []
  for (const path of await pagesOf(page)) {
    await page.goto(path)
    headings.set(path, new Set(await page.locator('[id]').evaluateAll((all: { id: string }[]) => all.map(({ id }) => id))))
    const found = await page.locator('a[href]').evaluateAll((all: { href: string }[]) => all.map(({ href }) => href))
    links.push(...found.map(href => new URL(href)).filter(({ origin }) => origin === baseURL).map(({ pathname, hash }) => ({ from: path, path: pathname, id: decodeURIComponent(hash.slice(1)) })))
  }
  expect(links.length).toBeGreaterThan(100)
  const elsewhere = new Set(['/', '/docs/schema.graphql'])
  expect(links.filter(({ path, id }) => !elsewhere.has(path) && !(id ? headings.get(path)?.has(id) : headings.has(path)))).toEqual([])
})

test('the published schema can be fetched, and a sample copied', async () => {
  const page = await browser.newPage({ baseURL })
  expect(await (await fetch(`${baseURL}/docs/schema.graphql`)).text()).toContain('type Query {')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/docs/')
  const sample = page.locator('.sample').first()
  await sample.getByRole('button', { name: 'Copy' }).click()
  await sample.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await sample.locator('pre').textContent())
})
