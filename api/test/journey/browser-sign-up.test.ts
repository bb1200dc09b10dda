import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'

const webRoot = fileURLToPath(new URL('../../../web/dist', import.meta.url))
const desktop = { width: 1280, height: 860 }
const phone = { width: 390, height: 844 }

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => { browser = await openBrowser() })
beforeEach(async () => { homeroom = await openHomeroom({ worker: false, webRoot }) })
afterEach(() => homeroom?.stop())
afterAll(() => browser?.close())

async function open(path: string, options: Parameters<TestBrowser['newPage']>[0] = {}): Promise<WatchedPage> {
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: desktop, timezoneId: 'Europe/Zurich', ...options })
  await page.goto(path)
  return page
}

async function fillIn(page: WatchedPage, name: string): Promise<void> {
  await page.getByLabel('School’s name').fill(name)
  await page.getByText('Free to use').waitFor()
  await page.getByLabel('Your name').fill('Alex Head')
  await page.getByLabel('E-mail').fill(`alex@${name.toLowerCase()}.example`)
  await page.getByLabel('Password', { exact: true }).fill(password)
}

const send = (page: WatchedPage) => page.getByRole('button', { name: 'Set up school' }).click()
const heading = (page: WatchedPage, name: string) => page.getByRole('heading', { name }).waitFor()

test('a person goes from the form to a dashboard with the seeded school year, and touches nothing on the way', async () => {
  await homeroom.startWorker()
  const page = await open('/')
  await heading(page, 'Set up your school')
  await expectAccessible(page)
  await fillIn(page, 'Oakfield')
  expect(await page.getByLabel('Short name').inputValue()).toBe('oakfield')
  // This view leaves by itself soon: the next one waits until it has been looked at.
  const looked = Promise.withResolvers<void>()
  await page.route(/\/assets\/(?:Frame|Dashboard)-/, async (route) => {
    await looked.promise
    await route.continue()
  })
  await send(page)
  await heading(page, 'Oakfield is ready')
  // The finished steps stay in view.
  expect(await page.getByText('(done)').count()).toBe(6)
  await expectAccessible(page)
  looked.resolve()
  await page.waitForURL('**/dashboard')
  await page.getByText('Semester 1').first().waitFor()
  await expectAccessible(page)
  expect(page.findings).toEqual([])
})

test('what is wrong is said at its field, by the form and by the server, and nothing is lost', async () => {
  await homeroom.signUp('taken')
  const page = await open('/', { viewport: phone, colorScheme: 'dark' })
  await send(page)
  expect(await page.locator('[aria-invalid=true]').count()).toBeGreaterThanOrEqual(4)
  await page.getByLabel('School’s name').fill('Taken')
  await page.getByText('Another school has this short name.').waitFor()
  await page.getByRole('button', { name: 'Use taken-school instead' }).click()
  await page.getByLabel('Your name').fill('Alex')
  await page.getByLabel('E-mail').fill('head@taken.example')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await send(page)
  await page.getByText('There is an account with this e-mail').first().waitFor()
  expect(await page.getByLabel('School’s name').inputValue()).toBe('Taken')
  await expectAccessible(page)
  expect(await homeroom.database.sql('select 1 from platform.tenant')).toHaveLength(1)
})

test('without a worker it says so after 3 s, survives a reload, and goes on when one starts', async () => {
  const page = await open('/', { viewport: phone })
  await fillIn(page, 'Riverside')
  await send(page)
  await page.getByText('Waiting for a free worker').first().waitFor()
  await page.reload()
  await page.getByText('Waiting for a free worker').first().waitFor()
  await expectAccessible(page)
  await homeroom.startWorker()
  await page.waitForURL('**/dashboard')
  expect(page.findings).toEqual([])
})

test('a preparation that failed says what happened and a reference, and Retry brings it to the dashboard once mended', async () => {
  const broken: SchoolMigration = { version: 99, name: 'broken', worksWith: 1, tables: [], statements: ['create table homework (id uuid primary key, id uuid)'] }
  const worker = await homeroom.startWorker([...schoolMigrations, broken])
  const page = await open('/', { colorScheme: 'dark' })
  await fillIn(page, 'Hillcrest')
  await send(page)
  await heading(page, 'Hillcrest is not ready yet')
  await page.getByText('A step of the preparation did not succeed.').first().waitFor()
  await page.getByText('Reference').first().waitFor()
  await expectAccessible(page)
  await worker.stop()
  await homeroom.startWorker()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.waitForURL('**/dashboard')
  expect(page.findings).toEqual([])
})

test('where sockets are blocked it asks instead, and still arrives', async () => {
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: desktop })
  await page.routeWebSocket(/graphql/, socket => socket.close({ code: 1011 }))
  await page.goto('/')
  await fillIn(page, 'Lakeside')
  await send(page)
  await page.getByText('we ask every 2 seconds').first().waitFor()
  await homeroom.startWorker()
  await page.waitForURL('**/dashboard')
})

test('a socket that is lost is said to be lost, comes back by itself, and nothing is missed', async () => {
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: desktop })
  const cut: (() => Promise<void>)[] = []
  let closed = false
  await page.routeWebSocket(/graphql/, (socket) => {
    if (closed)
      return void socket.close({ code: 1012 })
    const server = socket.connectToServer()
    cut.push(async () => {
      await socket.close({ code: 1012 })
      await server.close()
    })
  })
  await page.goto('/')
  await fillIn(page, 'Meadow')
  await send(page)
  await page.getByText('Waiting for a free worker').first().waitFor()
  closed = true
  await cut.at(-1)!()
  await page.getByText('The live connection was lost').first().waitFor()
  closed = false
  await homeroom.startWorker()
  await page.waitForURL('**/dashboard')
})

test('a stranger with the link sees how far it is and a way to sign in, and no more', async () => {
  const { tenantId } = await homeroom.signUp('secret-garden')
  const page = await open(`/preparing/${tenantId}`)
  await page.getByText('Is this your school?').waitFor()
  expect(await page.content()).not.toMatch(/secret.garden/i)
  await homeroom.startWorker()
  await heading(page, 'The school is ready')
  expect(page.findings).toEqual([])
})
