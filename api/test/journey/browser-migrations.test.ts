import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { FleetSchool } from '../harness/fleet.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { migrateSchools } from '../../src/compose.ts'
import { schemaName } from '../../src/database/schema-names.ts'
import { createLog } from '../../src/shared/log.ts'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { makeFleet } from '../harness/fleet.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock } from '../harness/process-holds.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

const homework: SchoolMigration = {
  version: schoolMigrations.length + 1,
  name: 'homework',
  worksWith: schoolMigrations.length,
  tables: ['homework'],
  statements: ['create table homework (id uuid primary key default gen_random_uuid(), title text not null)', 'alter table class add column room text'],
}

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => { browser = await openBrowser() })
beforeEach(async () => {
  homeroom = await openHomeroom({ webRoot, worker: false, config: { rollout: { canaries: 1, parallel: 1, failureBudget: 5 } } })
  return () => homeroom.stop()
})
afterAll(() => browser?.close())

const sql = (text: string) => homeroom.database.sql(text)
const schemaOf = ({ tenantId }: FleetSchool) => schemaName(tenantId)

async function open(name: string, options: object): Promise<WatchedPage> {
  const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
  await asOperator(page, homeroom.api.url, await openSuperadmin(homeroom, name))
  await page.goto('/console/migrations')
  return page
}

/** One of the roll-out's three numbers, once it is that. */
const numberIs = (page: WatchedPage, label: string, number: number) => page.locator(`dl > div:has(dt:has-text("${label}")) > dd`).getByText(String(number), { exact: true }).waitFor()

test('a roll-out is watched to its end: paused, let go on, a school that fails named with its cause, and mended by another', async () => {
  const schools = await makeFleet(homeroom.database.urls, 8)
  const [, broken, , slow] = schools as [FleetSchool, FleetSchool, FleetSchool, FleetSchool]
  await sql(`create table ${schemaOf(broken)}.homework (c int)`)
  const [, desktop] = looks[0]
  const [, phone] = looks[1]
  const page = await open('Desk Operator', desktop)
  const other = await open('Phone Operator', phone)
  await page.getByRole('heading', { name: 'Everyone is migrated' }).waitFor()
  await page.getByText(`All 8 schools are at version ${schoolMigrations.length}, the newest.`).waitFor()
  await expectAccessible(page)

  // Somebody who reads holds the fourth school up.
  const release = await holdLock(homeroom.database.adminUrl, `select from ${schemaOf(slow)}.class`)
  await homeroom.startWorker([...schoolMigrations, homework])
  for (const each of [page, other]) {
    await each.getByText('Under way').waitFor()
    await numberIs(each, 'Migrated', 3)
    await numberIs(each, 'Set aside', 1)
    await each.getByRole('link', { name: broken.slug }).waitFor()
    await each.getByText('Something there already has the name that the migration gives.').waitFor()
  }
  expect(await page.getByRole('progressbar', { name: 'Progress of the roll-out' }).getAttribute('aria-valuetext')).toBe('4 of 8 schools')
  expect(await page.getByRole('link', { name: broken.slug }).getAttribute('href')).toBe(`/console/schools/${broken.tenantId}`)

  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('dialog').getByText('4 schools stay on their old version until you let it go on').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
  await page.getByText('The roll-out is paused.').first().waitFor()
  await other.getByText('no other is begun until it goes on').waitFor()
  await release()
  await numberIs(other, 'Migrated', 4)
  await page.getByText('The whole cause').first().click()
  await page.getByText('42P07 relation "homework" already exists').waitFor()
  for (const each of [page, other])
    await expectAccessible(each)

  await other.getByRole('button', { name: 'Go on' }).click()
  await other.getByRole('dialog').getByText('3 schools are migrated, 1 at a time.').waitFor()
  await expectAccessible(other)
  await other.getByRole('dialog').getByRole('button', { name: 'Go on' }).click()
  for (const each of [page, other]) {
    await each.getByRole('heading', { name: `Last roll-out, to version ${homework.version}` }).waitFor()
    await each.getByRole('heading', { name: 'One school is behind' }).waitFor()
    await each.getByRole('heading', { name: 'Set aside' }).waitFor()
    await each.getByRole('link', { name: broken.slug }).waitFor()
    await expectAccessible(each)
  }

  await sql(`drop table ${schemaOf(broken)}.homework`)
  await page.getByRole('button', { name: 'Start a roll-out' }).click()
  await page.getByLabel('Schools at a time').fill('99')
  await page.getByRole('button', { name: 'Migrate one school' }).click()
  await page.getByText('A whole number from 1 to 32.').waitFor()
  await expectAccessible(page)
  await page.getByLabel('Schools at a time').fill('2')
  await page.getByRole('button', { name: 'Migrate one school' }).click()
  for (const each of [page, other])
    await each.getByRole('heading', { name: 'Everyone is migrated' }).waitFor()

  // What was set aside in the roll-out before is still to be read, and the address says so.
  await page.getByRole('button', { name: 'Who was set aside' }).click()
  await page.getByText('Something there already has the name that the migration gives.').waitFor()
  await page.reload()
  await page.getByText('Something there already has the name that the migration gives.').waitFor()
  await page.getByText('Desk Operator <desk.operator@operator.example>').waitFor()
  await expectAccessible(page)
  expect([misdeeds(page), misdeeds(other)]).toEqual([[], []])
}, 120_000)

test('a canary that fails stops the roll-out; the page says why, and what to do', async () => {
  const schools = await makeFleet(homeroom.database.urls, 3)
  await sql(`create table ${schemaOf(schools[2]!)}.homework (c int)`)
  await homeroom.startWorker([...schoolMigrations, homework])
  const page = await open('Desk Operator', looks[0][1])
  await page.getByText('A canary could not be migrated, so no other school was touched.').waitFor()
  await page.getByText('Mend that school, or release a mended migration.').waitFor()
  await page.getByText('Canary', { exact: true }).waitFor()
  await expectAccessible(page)
  await sql(`drop table ${schemaOf(schools[2]!)}.homework`)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('dialog').getByText('the 1 that failed are tried again').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('heading', { name: 'Everyone is migrated' }).waitFor()
  expect(misdeeds(page)).toEqual([])
}, 60_000)

test.each(looks)('%s: a table that was altered by hand is found and told in words', async (_, options) => {
  const schools = await makeFleet(homeroom.database.urls, 3)
  await migrateSchools(homeroom.config, homeroom.database.urls, createLog('silent'))
  const page = await open('Desk Operator', options)
  await page.getByRole('button', { name: 'Compare now' }).click()
  await page.getByText(/^Checked 3 schools in [\d.]+ s\. All are as expected\.$/).waitFor()
  await expectAccessible(page)
  await sql(`alter table ${schemaOf(schools[1]!)}.org alter column time_zone type varchar(100)`)
  await page.getByRole('button', { name: 'Compare again' }).click()
  await page.getByText('One of 3 schools differs from what its version says.').waitFor()
  await page.getByRole('link', { name: schools[1]!.slug }).waitFor()
  await page.getByText('table org: column time_zone is character varying(100), expected text').waitFor()
  await expectAccessible(page)
  expect(misdeeds(page)).toEqual([])
})

test('without a connection the page says so, keeps what it knows, and goes on by itself', async () => {
  await makeFleet(homeroom.database.urls, 2)
  const page = await open('Desk Operator', looks[0][1])
  await page.getByRole('heading', { name: 'Everyone is migrated' }).waitFor()
  await page.context().setOffline(true)
  await page.getByText('The server cannot be reached.').waitFor()
  await page.getByRole('heading', { name: 'Everyone is migrated' }).waitFor()
  await expectAccessible(page)
  await page.context().setOffline(false)
  await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' })
  expect(misdeeds(page).filter(({ text }) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
}, 60_000)
