import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { answerLine, ask, editorParts, run, write } from '../harness/browser-explorer.ts'
import { enterSchool, goTo, looks, misdeeds, sendSignIn, webRoot } from '../harness/browser-people.ts'
import { openBrowser, screenshot } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { makeKey } from '../harness/keys.ts'

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

const newPage = (options: object = {}) => browser.newPage({ baseURL: homeroom.api.url, viewport: { width: 1280, height: 860 }, ...options })
const editor = (page: WatchedPage) => page.locator('.graphiql-query-editor .monaco-editor').first().waitFor()
const addOne = 'mutation AddOne { addStudent(input: { givenName: "Grace", familyName: "Hopper" }) { familyName } }'

/** The explorer of one key, for a school's admin. */
async function openExplorer(school: SignedUp, keyId: string): Promise<WatchedPage> {
  const page = await newPage()
  await enterSchool(page, school.email)
  await page.goto(`/settings/developer/explorer?key=${keyId}`)
  await editor(page)
  return page
}

describe.each(looks)('%s', (look, options) => {
  const slug = `key-explorer-${look.startsWith('phone') ? 'phone' : 'desktop'}`

  test('an admin asks as a key, is told what it lacks, and writes once that is allowed', async () => {
    const school = await homeroom.openSchool(slug)
    const page = await newPage(options)
    const asked: string[] = []
    page.on('request', request => asked.push(request.postData() ?? ''))
    await enterSchool(page, school.email)
    await page.goto('/settings/developer/explorer')
    await page.getByRole('heading', { name: 'The school has no working key' }).waitFor()
    await expectAccessible(page)
    await makeKey(school.client, ['roster.users:write'], { name: 'A library' })
    const reader = await makeKey(school.client, ['roster.users:read'])
    await page.goto('/dashboard')
    await goTo(page, 'Developer')
    await page.getByRole('button', { name: 'Actions for A timetable' }).click()
    await page.getByRole('menuitem', { name: 'Open in the explorer' }).click()
    await page.waitForURL(`**/settings/developer/explorer?key=${reader.id}`)
    await editor(page)
    expect(await page.title()).toBe('A timetable · Explorer · Homeroom')
    await page.getByText('1 scope', { exact: true }).click()
    await page.getByText('roster.users:read').waitFor()
    await expectAccessible(page, editorParts)

    await page.getByRole('button', { name: 'Samples' }).click()
    await page.getByRole('button', { name: 'Staying in step' }).waitFor()
    await expectAccessible(page, editorParts)
    await screenshot(page, `${slug}-samples`)
    await page.getByRole('button', { name: 'The first question' }).click()
    await page.getByRole('button', { name: /^Execute/ }).click()
    await answerLine(page, '"A timetable"')
    await screenshot(page, slug)

    await ask(page, 'query Classes { classes(first: 1) { nodes { title } } }')
    await run(page, 'Classes')
    await page.getByRole('alert').getByText('roster.classes:read').waitFor()
    await answerLine(page, '"FORBIDDEN"')
    await expectAccessible(page, editorParts)
    await screenshot(page, `${slug}-forbidden`)

    await page.getByRole('button', { name: 'Change key' }).click()
    await page.getByRole('combobox').fill('library')
    await page.getByRole('option', { name: /A library/ }).click()
    await expectAccessible(page, editorParts)
    await page.getByRole('button', { name: 'Ask as this key' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await editor(page)
    await ask(page, addOne)
    await run(page, 'AddOne')
    await answerLine(page, '"This is a')
    expect(asked.filter(post => post.includes('AddOne'))).toEqual([])
    await write(page)
    expect(await page.title()).toBe('WRITING · A library · Explorer · Homeroom')
    await run(page, 'AddOne')
    await answerLine(page, '"Hopper"')
    await expectAccessible(page, editorParts)
    await screenshot(page, `${slug}-writing`)
    // The contract is published: nobody asks for it by introspection.
    expect(asked.filter(post => post.includes('__schema'))).toEqual([])
    expect(misdeeds(page)).toEqual([])
  })
})

test('the published schema completes, checks and explains', async () => {
  const school = await homeroom.openSchool('explained')
  const page = await openExplorer(school, (await makeKey(school.client, [])).id)
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
  await page.getByRole('link', { name: 'Query', exact: true }).or(page.getByRole('button', { name: 'Query', exact: true })).first().click()
  await page.getByText('thisApiKey').first().waitFor()
  await ask(page, 'query Wrong { nothingOfThisName }')
  await page.locator('.squiggly-error').first().waitFor()
  expect(misdeeds(page)).toEqual([])
})

test('a subscription runs as the key, which the request log shows, and ends when the key is revoked', async () => {
  const school = await homeroom.openSchool('followed')
  const key = await makeKey(school.client, [])
  const page = await openExplorer(school, key.id)
  await page.getByRole('button', { name: 'Samples' }).click()
  await page.getByRole('button', { name: 'The first subscription' }).click()
  const opening = page.waitForEvent('websocket')
  await page.getByRole('button', { name: /^Execute/ }).click()
  await answerLine(page, '"READY"')
  expect((await opening).url()).toMatch(/\/graphql$/)
  const rows = async () => (await school.client.ask<{ apiRequests: { nodes: object[] } }>('{ apiRequests(first: 1) { nodes { kind operation fromExplorer } } }')).apiRequests.nodes
  await expect.poll(rows).toEqual([{ kind: 'subscription', operation: 'tenantPreparationStatus', fromExplorer: true }])

  await school.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { state } }', { id: key.id })
  await ask(page, 'query Again { thisApiKey { name } }')
  await run(page, 'Again')
  await page.getByRole('alert').getByText('This key does not work any more').waitFor()
  await expectAccessible(page, editorParts)
  expect(misdeeds(page)).toEqual([])
})

test('what was asked stays in this browser for this school, without tokens and headers', async () => {
  const school = await homeroom.openSchool('kept')
  const page = await openExplorer(school, (await makeKey(school.client, [])).id)
  const tokens: string[] = []
  page.on('request', request => tokens.push(request.headers().authorization?.replace('Bearer ', '') ?? ''))
  await ask(page, 'query Remembered { thisApiKey { name } }')
  await page.getByRole('button', { name: 'Headers' }).click()
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click()
  await page.keyboard.insertText('{ "x-secret": "swordfish" }')
  await run(page, 'Remembered')
  await answerLine(page, '"A timetable"')
  const stored = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, location.href])')
  expect(stored).toContain('Remembered')
  expect(stored).toContain(school.tenantId)
  for (const secret of ['swordfish', ...tokens.filter(token => token.startsWith('hmr_')).map(token => token.slice(20))])
    expect(stored).not.toContain(secret)
  expect(tokens.some(token => token.startsWith('hmr_explorer_'))).toBe(true)
})

test('the key says which school: a header that says so too, or another key, is refused', async () => {
  const school = await homeroom.openSchool('claimed')
  const page = await openExplorer(school, (await makeKey(school.client, [])).id)
  await ask(page, 'query Mine { thisApiKey { name } }')
  await page.getByRole('button', { name: 'Headers' }).click()
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click()
  await page.keyboard.insertText('{ "Authorization": "Bearer x" }')
  await run(page, 'Mine')
  await answerLine(page, 'The key chosen in the bar')
})

describe('who is no admin of a school', () => {
  test('a visitor signs in first, and comes back', async () => {
    const school = await homeroom.openSchool('visited')
    await makeKey(school.client, [])
    const page = await newPage()
    await page.goto('/settings/developer/explorer')
    await page.waitForURL('**/sign-in?next=%2Fsettings%2Fdeveloper%2Fexplorer')
    await sendSignIn(page, school.email)
    await page.waitForURL('**/settings/developer/explorer?key=*')
    await editor(page)
  })

  test('a member of the office is told so by the Developer page', async () => {
    const school = await homeroom.openSchool('explorer-office')
    await homeroom.database.sql('update platform.membership set role = \'OFFICE\' where tenant_id = $1', [school.tenantId])
    const page = await newPage()
    const asked: string[] = []
    await enterSchool(page, school.email)
    page.on('request', request => asked.push(request.url()))
    await page.goto('/settings/developer/explorer')
    await page.getByRole('heading', { name: 'Only administrators see this page' }).waitFor()
    expect(asked.filter(url => /monaco|schema\.graphql|worker/.test(url))).toEqual([])
  })
})
