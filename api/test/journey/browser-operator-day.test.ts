import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { TestBrowser } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { answerLine, ask, enter, run } from '../harness/browser-explorer.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { exportReason } from '../harness/exports.ts'
import { makeFleet } from '../harness/fleet.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => {
  browser = await openBrowser()
  // Without a grace period what is deleted goes at once.
  homeroom = await openHomeroom({ webRoot, worker: false, config: { keepDays: { deletedSchools: 0, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 } } })
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const broken: SchoolMigration = { version: 99, name: 'broken', worksWith: 1, tables: [], statements: ['create index on class (no_such_column)'] }
const name = 'Hillcrest'
const slug = 'hillcrest'

test('an operator’s day: a failed school mended, looked into, suspended, resumed, archived, exported, restored as another and deleted', async () => {
  const release = await homeroom.startWorker([...schoolMigrations, broken])
  const { tenantId, client } = await homeroom.signUp(slug, { name })
  expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'FAILED' })
  // Newer than the one that failed, and in order.
  await makeFleet(homeroom.database.urls, 2)
  await homeroom.database.sql('update platform.tenant set created_at = now() where slug <> $1', [slug])
  const page = await browser.newPage({ baseURL: homeroom.api.url, ...looks[0][1] })
  await asOperator(page, homeroom.api.url, await openSuperadmin(homeroom))

  const state = (words: string) => page.locator('header').getByText(words, { exact: true }).waitFor()
  const dialog = page.getByRole('dialog')
  /** Orders what needs a reason, or only a yes. */
  async function order(what: string, reason?: string, press = what): Promise<void> {
    await page.getByRole('button', { name: `${what} ${name}` }).click()
    await page.getByRole('dialog', { name: `${what} ${name}?` }).waitFor()
    if (reason)
      await page.getByLabel('Reason').fill(reason)
    if (press !== what)
      await page.getByLabel(`Type ${slug} to confirm`).fill(slug)
    await dialog.getByRole('button', { name: press, exact: true }).click()
    await dialog.waitFor({ state: 'detached' })
  }

  // What failed comes first, with its cause.
  await page.goto('/console')
  await page.getByRole('heading', { name: '1 school is not ready' }).waitFor()
  expect(await page.getByRole('row').filter({ has: page.getByRole('link') }).first().textContent()).toContain(name)
  await page.getByText('Full cause').first().click()
  expect(await page.getByRole('region', { name: 'Full cause' }).textContent()).toContain('no_such_column')

  // Mended and tried again, it becomes ready before one's eyes.
  await page.getByRole('link', { name, exact: true }).first().click()
  await page.getByText('Attempt 3 failed').waitFor()
  await release.stop()
  await homeroom.startWorker()
  await page.getByRole('button', { name: 'Retry now' }).click()
  await page.getByText('Attempt 1 succeeded').waitFor()
  await state('Open')

  // A look inside this school, and no other.
  await client.ask('mutation { addStudent(input: { givenName: "Ada", familyName: "Lovelace" }) { id } }')
  await page.getByRole('link', { name: 'Look inside' }).click()
  await page.waitForURL(`**/console/explorer?tenant=${tenantId}`)
  await enter(page)
  await ask(page, 'query Students { users(first: 50) { nodes { familyName } } }')
  await run(page, 'Students')
  await answerLine(page, '"Lovelace"')
  const opening = page.waitForEvent('websocket')
  await page.getByRole('button', { name: 'Questions' }).click()
  await page.getByRole('button', { name: 'How far is the school’s preparation?' }).click()
  await run(page, 'Preparation')
  await opening
  await answerLine(page, '"READY"')

  // Closed for a while, and the school feels it.
  const refusal = async () => (await client.send('{ dashboard { studentCount } }')).errors?.[0]?.extensions.code
  await page.goto(`/console/schools/${tenantId}`)
  await page.getByText('The head asked us to look').first().waitFor()
  await order('Suspend', 'Unpaid since August')
  await state('Suspended')
  expect(await refusal()).toBe('TENANT_SUSPENDED')
  await order('Resume')
  await state('Open')
  expect(await refusal()).toBeUndefined()

  // Put away, taken along, and back as another school.
  await order('Archive', 'Merged with its neighbour')
  await state('Archived')
  await page.getByRole('button', { name: 'Export the school' }).click()
  await page.getByLabel('Why').fill(exportReason)
  await dialog.getByRole('button', { name: 'Export the school' }).click()
  await page.getByText(`The export of ${name} is ready.`).waitFor()
  await page.getByRole('button', { name: /^Restore a school/ }).click()
  await page.getByLabel('Name of the new school').fill('Hillcrest Again')
  await page.getByLabel('Short name').fill('hillcrest-again')
  await dialog.getByRole('button', { name: 'Restore as a new school' }).click()
  await page.getByRole('heading', { level: 1, name: 'Hillcrest Again' }).waitFor()
  await page.getByText('Attempt 1 succeeded').waitFor()
  await state('Open')
  const restored = new URL(page.url()).pathname.split('/').at(-1)
  expect(await homeroom.database.sql(`select family_name from t_${restored!.replaceAll('-', '')}."user"`)).toEqual([{ family_name: 'Lovelace' }])

  // Deleted for good, with a receipt to show for it.
  await page.goto(`/console/schools/${tenantId}`)
  await order('Delete', 'Asked for by the head', 'Delete school')
  await page.getByRole('heading', { level: 1, name: `${name} was deleted` }).waitFor()
  await page.getByRole('link', { name: 'See the receipt' }).click()
  await page.getByRole('heading', { name: `${name} ${slug}` }).waitFor()
  await page.getByText('1 receipt').waitFor()
  await page.getByText('Asked for by the head').waitFor()
  expect(await homeroom.database.sql('select name from platform.tenant where name like $1', [`${name}%`])).toEqual([{ name: 'Hillcrest Again' }])
  expect(misdeeds(page)).toEqual([])
}, 120_000)
