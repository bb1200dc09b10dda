import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { enterSchool, goTo, looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser, show } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { addStudent, nextTold, quickly } from '../harness/webhook-endpoint.ts'
import { openReceiver } from '../harness/webhook.ts'

let browser: TestBrowser
let homeroom: TestHomeroom
beforeAll(async () => {
  browser = await openBrowser()
  // Two tries: what fails is given up while one looks.
  homeroom = await openHomeroom({ webRoot, config: { webhooks: { ...quickly, retrySeconds: [0] } } })
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const secretOf = async (page: WatchedPage) => (await page.getByRole('dialog').locator('code').first().textContent())!.trim()
const done = (page: WatchedPage) => page.getByRole('button', { name: 'I have it' }).click()
async function choose(page: WatchedPage, what: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions for The library' }).click()
  await page.getByRole('menuitem', { name: what }).click()
}

describe.each(looks)('%s', (look, options) => {
  const slug = `webhooks-${look.startsWith('phone') ? 'phone' : 'desktop'}`

  test('a webhook is added, tried out, given another secret, seen to fail, sent again, and removed', async () => {
    const school = await homeroom.openSchool(slug)
    const receiver = await openReceiver()
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(page, school.email)
    await goTo(page, 'Developer')
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-empty`, { fullPage: true })

    await page.getByRole('button', { name: 'Add a webhook' }).click()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('Please fill this in').waitFor()
    await page.getByLabel('Address').fill('ftp://hooks.example.com')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('The address must begin with https://.').waitFor()
    await page.getByLabel('Address').fill(receiver.url)
    await page.getByLabel('What it is for').fill('The library')
    await page.getByLabel('Chosen events').check()
    await page.getByLabel('student.created').check()
    await page.getByText('What an event looks like').click()
    await expectAccessible(page)
    await show(page, `${slug}-form`)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('dialog', { name: 'Secret of The library' }).waitFor()
    const secret = await secretOf(page)
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/)
    await expectAccessible(page)
    await show(page, `${slug}-secret`)
    await done(page)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    // Seen once: neither in the page nor in what the browser keeps of it.
    expect(await page.content()).not.toContain(secret)
    expect(await page.evaluate('JSON.stringify([history.state, { ...localStorage }, { ...sessionStorage }])')).not.toContain(secret.slice(6, 30))

    await page.getByRole('button', { name: 'Send a test to The library' }).click()
    const tested = await nextTold(receiver, 0)
    expect(new Webhook(secret).verify(tested.body, tested.headers as Record<string, string>)).toMatchObject({ type: 'webhook.test' })
    await page.getByText('webhook.test').waitFor()
    await page.getByText('Taken', { exact: true }).nth(1).waitFor()
    await page.getByText('Working', { exact: true }).waitFor()

    await choose(page, 'New secret')
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Make a new secret' }).click()
    await page.getByText('Events carry a signature with this secret from now on.').waitFor()
    expect(await secretOf(page)).not.toBe(secret)
    await done(page)
    await page.getByText('the old secret signs as well until').waitFor()

    receiver.answer(response => response.writeHead(500).end('Our database is away'))
    await addStudent(school.client, 'Lovelace')
    await page.getByText('Answered 500').first().waitFor()
    await page.getByText('Nothing has got through since').waitFor()
    await page.getByRole('link', { name: 'Failed', exact: true }).click()
    await page.getByText('webhook.test').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Details of/ }).click()
    await page.getByText('Our database is away').first().waitFor()
    await page.getByText('webhook-signature: v1').waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-log`, { fullPage: true })

    receiver.answer(response => response.writeHead(204).end())
    const told = receiver.told.length
    await page.getByRole('button', { name: /^Send again: student.created/ }).click()
    expect((await nextTold(receiver, told)).headers['webhook-id']).toBe(receiver.told.at(-2)!.headers['webhook-id'])
    await page.getByRole('heading', { name: 'Nothing like that' }).waitFor()

    receiver.answer(response => response.writeHead(410).end())
    await addStudent(school.client, 'Hopper')
    await page.getByText('it answered that it is gone for good (410)').waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-gone`, { fullPage: true })
    await page.getByRole('button', { name: 'Switch on The library' }).click()
    await page.getByText('It is told what happens from now on.').waitFor()
    receiver.answer(response => response.writeHead(204).end())
    await choose(page, 'Send again')
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
    await show(page, `${slug}-again`)
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('1 event is sent again.').waitFor()

    await choose(page, 'Remove')
    await page.getByRole('dialog', { name: 'Remove The library?' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('heading', { name: 'Nobody is told yet' }).waitFor()
    expect(misdeeds(page)).toEqual([])
    await receiver.stop()
  })
})
