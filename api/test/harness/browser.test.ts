import type { AddressInfo } from 'node:net'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { expectAccessible } from './browser-accessible.ts'
import { openBrowser, screenshot } from './browser.ts'

const policy = 'default-src \'none\'; script-src \'self\'; style-src \'self\'; img-src data:; connect-src \'self\''
const button = '<button type="button">Ring</button><p id="bell" role="status"></p>'
const ring = 'document.querySelector("button").onclick = () => { document.querySelector("#bell").textContent = "Ding" }'

/** A page under a strict policy, served from this process; `/app.js` holds its script. */
async function servePage(body: string, script = ''): Promise<string> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/app.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    response.setHeader('content-security-policy', policy)
    response.end(isScript
      ? script
      : `<!doctype html><html lang="en"><head><title>Bell</title><link rel="icon" href="data:,"></head>
         <body><main><h1>Bell</h1>${body}</main><script src="/app.js"></script></body></html>`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a page opens, a button is clicked, and a well-behaved page leaves no findings', async () => {
  const url = await servePage(button, ring)
  const page = await (await openBrowser()).newPage({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await page.goto(url)
  await page.getByRole('button', { name: 'Ring' }).click()

  expect(await page.getByRole('status').textContent()).toBe('Ding')
  expect(await page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches && innerWidth')).toBe(390)
  await expectAccessible(page)
  expect(page.findings).toEqual([])
})

test('console errors, exceptions, policy violations and foreign requests are written down', async () => {
  const url = await servePage('<p style="color: red">x</p><img alt="" src="http://elsewhere.test/pixel.png">', 'console.error("oh"); throw new Error("boom")')
  const page = await (await openBrowser()).newPage({ baseURL: url })
  await page.goto('/')
  await page.evaluate('fetch("http://127.0.0.2:9/").catch(() => {})')

  await expect.poll(() => [...new Set(page.findings.map(finding => finding.kind))].sort()).toEqual(['console', 'csp', 'exception', 'foreign-request'])
  expect(page.findings).toContainEqual(expect.objectContaining({ kind: 'exception', text: expect.stringContaining('boom') }))
})

test('a page that shuts people out is not accessible', async () => {
  const url = await servePage('<input><button></button>')
  const page = await (await openBrowser()).newPage()
  await page.goto(url)
  await expect(expectAccessible(page)).rejects.toThrow(/button-name: [\s\S]*\nlabel: /)
})

test('a screenshot is a file', async () => {
  const url = await servePage(button)
  const page = await (await openBrowser()).newPage()
  await page.goto(url)
  const path = await screenshot(page, 'harness check')
  onTestFinished(() => rm(path))
  expect(existsSync(path)).toBe(true)
})
