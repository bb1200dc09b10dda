import type { RunningWorker } from '../../src/compose.ts'
import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import type { TestSuperadmin } from '../harness/superadmin.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { answerLine, ask, editor, editorParts, enter, openExplorer, run, write } from '../harness/browser-explorer.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { enterSchool, looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

interface Access { actorName: string, details: { reason: string, mode: string, operation: string } }

let browser: TestBrowser
let homeroom: TestHomeroom
let worker: RunningWorker
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot, worker: false })
  worker = await homeroom.startWorker()
  oakfield = await homeroom.openSchool('oakfield', { name: 'Oakfield School' })
  riverside = await homeroom.openSchool('riverside', { name: 'Riverside School' })
  await addStudent(oakfield, 'Lovelace')
  await addStudent(riverside, 'Quetzalcanary')
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const addStudent = (school: SignedUp, familyName: string) => school.client.ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName } })
const students = 'query Students { users(first: 50) { nodes { familyName } } }'
const explorer = async (superadmin: TestSuperadmin, options: Parameters<TestBrowser['newPage']>[0] = {}, path?: string) => openExplorer(await browser.newPage({ baseURL: homeroom.api.url, viewport: { width: 1280, height: 860 }, ...options }), homeroom.api.url, superadmin, path)

/** Who looked, as the school's own ADMIN sees it; the newest first. */
async function accesses(school: SignedUp): Promise<Access[]> {
  const answer = await school.client.ask<{ auditEvents: { nodes: Access[] } }>('{ auditEvents(first: 100, filter: { action: "superadmin.access" }) { nodes { actorName details } } }')
  return answer.auditEvents.nodes
}

describe.each(looks)('%s', (look, options) => {
  const name = look.startsWith('phone') ? 'Phone' : 'Desk'

  test('a superadmin finds a school, says why, and asks one of the usual questions', async () => {
    const page = await explorer(await openSuperadmin(homeroom, `${name} Super`), options)
    await expectAccessible(page, editorParts)
    await page.getByRole('button', { name: 'Change school' }).click()
    await page.getByRole('combobox').fill('oakf')
    await page.getByRole('option', { name: /Oakfield School/ }).click()
    await page.getByRole('button', { name: 'Look there' }).click()
    await page.getByText('Please fill this in.').waitFor()
    await page.getByLabel('Why do you need').fill('too short')
    await page.getByRole('button', { name: 'Look there' }).click()
    await page.getByText('Please use at least 10 characters.').waitFor()
    await expectAccessible(page, editorParts)
    await page.getByLabel('Why do you need').fill(`Überprüfung am ${name}: 日本語`)
    await page.getByRole('button', { name: 'Look there' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.title()).toBe('Oakfield School · Explorer · Homeroom')

    await page.getByRole('button', { name: 'Questions' }).click()
    await page.getByRole('heading', { name: 'Followed live' }).waitFor()
    await expectAccessible(page, editorParts)
    await page.getByRole('button', { name: 'When does the school year begin and end?' }).click()
    await run(page, 'SchoolYear')
    await answerLine(page, '"schoolYear"')
    await answerLine(page, 'Oakfield')
    await expectAccessible(page, editorParts)
    expect((await accesses(oakfield))[0]).toEqual({
      actorName: expect.stringContaining(`${name} Super`) as string,
      details: { reason: `Überprüfung am ${name}: 日本語`, mode: 'read', operation: 'SchoolYear' },
    })
    await page.getByRole('button', { name: 'Allow writing' }).click()
    await page.getByRole('heading', { name: 'Allow writing: Oakfield School?' }).waitFor()
    await expectAccessible(page, editorParts)
    await page.getByRole('dialog').getByRole('button', { name: 'Allow writing' }).click()
    await page.getByText('WRITING', { exact: true }).waitFor()
    await expectAccessible(page, editorParts)
    expect(page.findings).toEqual([])
  })
})

test('the answer is the chosen school\'s alone, and another school changes it', async () => {
  const page = await explorer(await openSuperadmin(homeroom, 'Ada Super'), {}, `/console/explorer?tenant=${oakfield.tenantId}`)
  await enter(page)
  const others = await accesses(riverside)
  await ask(page, students)
  await run(page, 'Students')
  await answerLine(page, '"Lovelace"')
  expect(await page.content()).not.toContain('Quetzalcanary')
  expect(await accesses(riverside)).toEqual(others)

  await enter(page, 'Riverside')
  expect(await page.content()).not.toContain('Lovelace')
  expect(new URL(page.url()).searchParams.get('tenant')).toBe(riverside.tenantId)
  await run(page, 'Students')
  await answerLine(page, '"Quetzalcanary"')
  expect(await page.content()).not.toContain('Lovelace')
  expect(page.findings).toEqual([])
})

test('a mutation is refused while reading, and runs once writing is allowed in this school', async () => {
  const page = await explorer(await openSuperadmin(homeroom, 'Mary Super'), {}, `/console/explorer?tenant=${oakfield.tenantId}`)
  await enter(page)
  const posts: string[] = []
  page.on('request', request => request.url().endsWith('/graphql') && posts.push(request.postData() ?? ''))
  await ask(page, 'mutation AddOne { addStudent(input: { givenName: "Grace", familyName: "Hopper" }) { familyName } }')
  await run(page, 'AddOne')
  await answerLine(page, 'you are reading')
  expect(posts.filter(post => post.includes('AddOne'))).toEqual([])

  await write(page)
  expect(await page.title()).toBe('WRITING · Oakfield School · Explorer · Homeroom')
  await run(page, 'AddOne')
  await answerLine(page, '"Hopper"')
  expect((await accesses(oakfield))[0]?.details).toMatchObject({ mode: 'write', operation: 'AddOne' })

  await enter(page, 'Riverside')
  expect(await page.title()).toBe('Riverside School · Explorer · Homeroom')
  await run(page, 'AddOne')
  await answerLine(page, 'you are reading')
  expect(page.findings).toEqual([])
})

test('a subscription hears of the chosen school over a socket that ends with the choice', async () => {
  await worker.stop()
  const late = await homeroom.signUp('late', { name: 'Late School' })
  const page = await explorer(await openSuperadmin(homeroom, 'Live Super'), {}, `/console/explorer?tenant=${late.tenantId}`)
  await enter(page)
  const opening = page.waitForEvent('websocket')
  await page.getByRole('button', { name: 'Questions' }).click()
  await page.getByRole('button', { name: 'How far is the school’s preparation?' }).click()
  await run(page, 'Preparation')
  const first = await opening
  const ended = first.waitForEvent('close')
  await answerLine(page, '"PENDING"')
  await homeroom.startWorker()
  await answerLine(page, '"READY"')
  await ended

  await homeroom.database.sql(`insert into platform.rollout (id, target_version, state, stopped_reason, canaries, parallel, failure_budget) values (gen_random_uuid(), 99, 'STOPPED', 'CANARY_FAILED', 1, 1, 0)`)
  const sent: string[] = []
  page.on('websocket', socket => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
  const again = page.waitForEvent('websocket')
  await page.getByRole('button', { name: 'Questions' }).click()
  await page.getByRole('button', { name: 'How is the roll-out going?' }).click()
  await run(page, 'RollOut')
  const second = await again
  await answerLine(page, '"CANARY_FAILED"')
  expect(JSON.parse(sent[0]!)).toMatchObject({ type: 'connection_init', payload: { tenantId: late.tenantId, accessReason: 'The head asked us to look' } })
  const closed = second.waitForEvent('close')
  await write(page)
  await closed
  await page.getByRole('button', { name: /^Execute/ }).waitFor()
  expect(page.findings).toEqual([])
})

test('the bar alone says which school: a header that says so too is refused', async () => {
  const page = await explorer(await openSuperadmin(homeroom, 'Head Super'), {}, `/console/explorer?tenant=${oakfield.tenantId}`)
  await enter(page)
  await ask(page, students)
  await page.getByRole('button', { name: 'Headers' }).click()
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click()
  await page.keyboard.insertText(JSON.stringify({ 'X-Tenant-Id': riverside.tenantId, 'x-secret': 'swordfish' }))
  await run(page, 'Students')
  await answerLine(page, 'The bar above sets X-Tenant-Id')
  expect(await page.content()).not.toContain('Quetzalcanary')
})

test('what was asked is kept in this browser without its headers, for whoever asked, until signing out', async () => {
  const page = await explorer(await openSuperadmin(homeroom, 'Past Super'))
  await ask(page, 'query Remembered { viewer { email } }')
  await page.getByRole('button', { name: 'Headers' }).click()
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click()
  await page.keyboard.insertText('{ "x-secret": "swordfish" }')
  await run(page, 'Remembered')
  await answerLine(page, '"past.super@operator.example"')
  await page.reload()
  await page.getByRole('button', { name: 'Show History' }).click()
  await page.locator('.graphiql-history-item', { hasText: 'Remembered' }).waitFor()
  const stored = await page.evaluate<string>('JSON.stringify({ ...localStorage })')
  expect(stored).toContain('Remembered')
  expect(stored).not.toContain('swordfish')

  // Another superadmin at the same browser.
  await asOperator(page, homeroom.api.url, await openSuperadmin(homeroom, 'Next Super'))
  await page.goto('/console/explorer')
  await editor(page).waitFor()
  await page.getByRole('button', { name: 'Show History' }).click()
  await page.getByRole('region', { name: 'History' }).waitFor()
  expect(await page.evaluate<string>('JSON.stringify({ ...localStorage })')).not.toContain('Remembered')
  await page.getByRole('button', { name: 'Hide History' }).click()
  await ask(page, 'query Mine { viewer { email } }')
  await run(page, 'Mine')
  await answerLine(page, '"next.super@operator.example"')
  await page.getByRole('link', { name: 'Console' }).click()
  await page.getByRole('button', { name: /account and colours/i }).first().click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in**')
  expect(await page.evaluate<string[]>('Object.keys(localStorage)')).not.toContainEqual(expect.stringContaining('personal'))
  expect(misdeeds(page)).toEqual([])
})

describe('who is no superadmin with a second factor', () => {
  /** Turns up at the explorer and tells what was asked of the server on the way. */
  async function visit(page: WatchedPage, where: string): Promise<string[]> {
    const asked: string[] = []
    page.on('request', request => asked.push(request.postData() ?? request.url()))
    await page.goto('/console/explorer')
    await page.waitForURL(where)
    return asked
  }
  const telling = /IntrospectionQuery|monaco|worker/

  test('a visitor signs in first', async () => {
    const page = await browser.newPage({ baseURL: homeroom.api.url })
    expect((await visit(page, '**/sign-in?next=%2Fconsole%2Fexplorer')).filter(asked => telling.test(asked))).toEqual([])
  })

  test('a member goes to the school', async () => {
    const page = await browser.newPage({ baseURL: homeroom.api.url })
    await enterSchool(page, oakfield.email)
    expect((await visit(page, '**/dashboard')).filter(asked => telling.test(asked))).toEqual([])
  })

  test('a superadmin without a second factor sets one up', async () => {
    const page = await browser.newPage({ baseURL: homeroom.api.url })
    await asOperator(page, homeroom.api.url, await openSuperadmin(homeroom, 'Bare Super', { secondFactor: false }))
    expect((await visit(page, '**/operator**')).filter(asked => telling.test(asked))).toEqual([])
  })
})

test('the console leads to it, signing in leads back to it, and the schema is there to read', async () => {
  const superadmin = await openSuperadmin(homeroom, 'Way Super')
  const page = await browser.newPage({ baseURL: homeroom.api.url, viewport: { width: 1280, height: 860 } })
  await asOperator(page, homeroom.api.url, superadmin)
  await page.goto('/console')
  await page.getByRole('link', { name: 'Explorer' }).click()
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
  await page.getByRole('link', { name: 'Query', exact: true }).click()
  await page.getByText('Every tenant of the platform, the newest first').first().waitFor()

  await page.goto(`/sign-in?next=${encodeURIComponent('/console/explorer?tenant=00000000-0000-4000-8000-000000000000')}`)
  await page.getByText('The address of this page names a school that does not exist.').waitFor()
  expect(misdeeds(page)).toEqual([])
})
