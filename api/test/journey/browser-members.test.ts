import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { enterSchool, followLink, goTo, looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { until } from '../harness/embedded-owners.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { access, openSuperadmin } from '../harness/superadmin.ts'

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

async function choose(page: WatchedPage, who: string, what: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${who}` }).click()
  await page.getByRole('menuitem', { name: what }).click()
  await page.getByRole('dialog').waitFor()
}

describe.each(looks)('%s', (look, options) => {
  const slug = `members-${look.startsWith('phone') ? 'phone' : 'desktop'}`

  test('somebody is invited, comes, is given another role and removed, and the record tells it', async () => {
    const school = await homeroom.openSchool(slug)
    const ada = `ada@${slug}.example`
    const head = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(head, school.email)
    await head.getByRole('link', { name: 'Members' }).click()
    await head.getByText('So far you are alone here.').waitFor()
    await head.getByText('Nobody is waiting to join.').waitFor()
    await expectAccessible(head)

    await head.getByRole('button', { name: 'Invite', exact: true }).click()
    await head.getByLabel('E-mail').fill(school.email)
    await head.getByRole('button', { name: 'Send invitation' }).click()
    await head.getByText('Somebody with this address is a member already.').waitFor()
    await head.getByLabel('E-mail').fill(ada)
    await head.getByLabel('Teacher').check()
    await expectAccessible(head)
    await head.getByRole('button', { name: 'Send invitation' }).click()
    await head.getByRole('button', { name: `Take back the invitation of ${ada}` }).waitFor()
    await head.getByRole('dialog').waitFor({ state: 'detached' })
    await expectAccessible(head)

    const guest = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    const { link, token } = await homeroom.mailbox.next(ada, /^Join/)
    await followLink(guest, link)
    await guest.getByRole('heading', { name: `Join School ${slug}` }).waitFor()
    await guest.getByText('You are invited as Teacher.').waitFor()
    // The secret is out of the address, and out of what the browser remembers of it.
    expect(guest.url()).not.toContain(token)
    expect(await guest.evaluate('JSON.stringify([history.state, { ...localStorage }, { ...sessionStorage }])')).not.toContain(token)
    await guest.getByRole('button', { name: 'Join' }).click()
    expect(await guest.locator('[aria-invalid=true]').count()).toBe(2)
    await expectAccessible(guest)
    await guest.getByLabel('Your name').fill('Ada <b>Newcomer</b>')
    await guest.getByLabel('Password', { exact: true }).fill(password)
    await guest.getByRole('button', { name: 'Join' }).click()
    await guest.waitForURL('**/dashboard')
    await guest.getByRole('heading', { name: `School ${slug}` }).waitFor()

    const late = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await followLink(late, link)
    await late.getByRole('heading', { name: 'This invitation does not work any more' }).waitFor()
    await expectAccessible(late)

    await head.reload()
    await head.getByText('Ada <b>Newcomer</b>', { exact: true }).waitFor()
    await choose(head, 'Alex Head', 'Change role')
    await head.getByLabel('Reader').check()
    await head.getByRole('dialog').getByRole('button', { name: 'Change role' }).click()
    await head.getByText('The school needs an administrator.').waitFor()
    await expectAccessible(head)
    await head.getByRole('button', { name: 'Cancel' }).click()
    await head.getByRole('dialog').waitFor({ state: 'detached' })

    await choose(head, 'Ada', 'Change role')
    await head.getByLabel('Office').check()
    await head.getByRole('dialog').getByRole('button', { name: 'Change role' }).click()
    await head.getByText('is now: Office.').first().waitFor()
    await head.getByRole('dialog').waitFor({ state: 'detached' })

    await choose(head, 'Ada', 'Remove from the school')
    await head.getByRole('dialog').getByText(`Ada <b>Newcomer</b> (${ada}) can then no longer sign in to School ${slug}`).waitFor()
    await expectAccessible(head)
    await head.getByRole('button', { name: 'Remove Ada' }).click()
    await head.getByText('was removed.').first().waitFor()
    await head.getByText('So far you are alone here.').waitFor()
    await guest.goto('/people')
    await guest.waitForURL('**/sign-in**')

    await goTo(head, 'Activity')
    for (const done of [`invited ${ada} as Teacher`, 'joined the school as Teacher', 'changed the role of somebody from Teacher to Office', 'removed somebody from the school'])
      await head.getByText(done).waitFor()
    await expectAccessible(head)
    for (const page of [head, guest, late])
      expect(misdeeds(page)).toEqual([])
  })

  test('the school sees each time the operator opened its records: who, when and why', async () => {
    const school = await homeroom.openSchool(`seen-${slug}`)
    const head = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(head, school.email)
    await head.goto('/activity')
    await head.getByText('set up the school').waitFor()
    await head.getByRole('link', { name: 'Access by Homeroom’s operator' }).click()
    await head.getByRole('heading', { name: 'No access so far' }).waitFor()
    await expectAccessible(head)
    const operator = await openSuperadmin(homeroom, `Olive ${slug}`)
    await operator.client.send('query Peek { dashboard { studentCount } }', {}, access(school.tenantId, { 'x-access-reason': 'Ticket 4711: a pupil <i>twice</i>' }))
    await operator.client.send('mutation Mend ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName: 'Lovelace' } }, access(school.tenantId, { 'x-access-mode': 'write' }))
    await head.reload()
    await head.getByText('Ticket 4711: a pupil <i>twice</i>').waitFor()
    expect(await head.getByText(`Olive ${slug}`, { exact: true }).count()).toBe(2)
    expect([await head.getByText('Read only', { exact: true }).count(), await head.getByText('Could change', { exact: true }).count()]).toEqual([1, 1])
    await head.getByText('Opened: Peek').waitFor()
    expect(new URL(head.url()).search).toBe('?only=operator')
    await expectAccessible(head)
    expect(misdeeds(head)).toEqual([])
  })
})

test('the record is paged by its address, and an invitation is sent again and taken back', async () => {
  const school = await homeroom.openSchool('long-record')
  for (let n = 0; n < 26; n += 1)
    await school.client.ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Pupil', familyName: `Number${n}` } })
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: { width: 1280, height: 860 } })
  await enterSchool(page, school.email)
  await until('the courier has carried what was done', async () => (await school.client.ask<{ auditEvents: { totalCount: number } }>('{ auditEvents(filter: { action: "user.created" }) { totalCount } }')).auditEvents.totalCount === 26)
  await page.goto('/activity')
  await page.getByText('added a student').first().waitFor()
  expect(await page.locator('main ol > li').count()).toBe(25)
  await page.getByRole('button', { name: 'Next page' }).click()
  await page.getByText('set up the school').waitFor()
  await page.reload()
  await page.getByText('set up the school').waitFor()
  await page.goBack()
  await page.getByText('set up the school').waitFor({ state: 'detached' })

  await page.goto('/members')
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByLabel('E-mail').fill('grace@long-record.example')
  await page.getByRole('button', { name: 'Send invitation' }).click()
  const first = await homeroom.mailbox.next('grace@long-record.example')
  await page.getByRole('button', { name: /^Send again/ }).click()
  await page.getByText('The old link does not work any more.').first().waitFor()
  const second = await homeroom.mailbox.next('grace@long-record.example')
  const guest = await browser.newPage({ baseURL: homeroom.api.url })
  await followLink(guest, first.link)
  await guest.getByRole('heading', { name: 'This invitation does not work any more' }).waitFor()
  // Another link on the page that is open already.
  await followLink(guest, second.link)
  await guest.getByRole('heading', { name: 'Join School long-record' }).waitFor()
  await page.getByRole('button', { name: /^Take back/ }).click()
  await page.getByRole('dialog').getByText('grace@long-record.example').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await page.getByText('Nobody is waiting to join.').waitFor()
  await guest.getByLabel('Your name').fill('Grace')
  await guest.getByLabel('Password', { exact: true }).fill(password)
  await guest.getByRole('button', { name: 'Join' }).click()
  await guest.getByRole('heading', { name: 'This invitation does not work any more' }).waitFor()
  expect([misdeeds(page), misdeeds(guest)]).toEqual([[], []])
})
