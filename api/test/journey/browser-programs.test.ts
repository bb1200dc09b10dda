import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { enterSchool, looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser, screenshot } from '../harness/browser.ts'
import { graphqlClient } from '../harness/client.ts'
import { withDeprecated } from '../harness/deprecate.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { makeKey } from '../harness/keys.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let browser: TestBrowser
let homeroom: TestHomeroom
beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await withDeprecated(['User.givenName'], 'Since 2027-01-01; use `preferredName`.', () => openHomeroom({ webRoot, config: { rateLimits: true } }))
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const who = (token: string) => graphqlClient(homeroom.api.url, token).send('{ thisApiKey { id } }')

describe.each(looks)('%s', (look, options) => {
  const name = look.startsWith('phone') ? 'phone' : 'desktop'

  async function open(path: string): Promise<WatchedPage> {
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await asOperator(page, homeroom.api.url, await openSuperadmin(homeroom, `Olive ${name} ${randomUUID().slice(0, 8)}`))
    await page.goto(path)
    return page
  }

  test('a key that was found leads to its school, without its secret going anywhere, and is revoked for a reason', async () => {
    const school = await homeroom.openSchool(`found-${name}`, { name: `Found ${name} School` })
    const key = await makeKey(school.client, ['roster.users:read', 'roster.classes:write'], { name: 'Library lending', addresses: ['127.0.0.0/8', '::1'] })
    expect((await graphqlClient(homeroom.api.url, key.token).send('{ users(first: 1) { nodes { givenName } } }')).status).toBe(200)
    await expect.poll(() => sql('select 1 from platform.api_deprecated_use where key_id = $1', [key.id])).toHaveLength(1)
    const page = await open('/console')
    const place = page.getByRole('link', { name: 'API keys', exact: true }).or(page.getByRole('menuitem', { name: 'API keys' }))
    await page.getByRole('link', { name: 'Schools' }).first().waitFor()
    if (await place.count() === 0)
      await page.getByRole('button', { name: 'More' }).click()
    await place.click()
    await page.getByRole('heading', { name: 'Whose key is it?' }).waitFor()
    await expectAccessible(page)
    const box = page.getByRole('searchbox', { name: 'Find a key' })
    await box.fill('password: hunter2-and-more-than-that')
    await page.getByRole('heading', { name: 'This is no key of ours' }).waitFor()
    expect(new URL(page.url()).search).toBe('')
    await box.fill('hmr_live_0000')
    await page.getByText('Six characters after hmr_live_').waitFor()
    await box.fill('hmr_live_000000000000')
    await page.getByRole('heading', { name: 'No key begins like this' }).waitFor()
    await expectAccessible(page)

    const sent: string[] = []
    page.on('request', request => sent.push(request.url(), request.postData() ?? ''))
    await box.fill(`AUTH="Bearer ${key.token}"`)
    await page.getByRole('heading', { name: 'Library lending' }).waitFor()
    await page.getByText('The rest of the key is left out').waitFor()
    expect(await box.inputValue()).toBe(key.prefix)
    expect(new URL(page.url()).searchParams.get('prefix')).toBe(key.prefix)
    expect(sent.join()).toContain(key.prefix)
    expect(sent.join()).not.toContain(key.token.slice(key.prefix.length, -8))
    expect(await page.content()).not.toContain(key.token.slice(key.prefix.length, -8))
    for (const text of ['roster.classes:write, roster.users:read', '127.0.0.0/8, ::1', school.email, 'from 127.0.0.1', '3,000 points a minute'])
      await page.getByText(text).first().waitFor()
    await page.getByText('Uses 1 thing that will go').click()
    await page.getByText('User.givenName').waitFor()
    await expectAccessible(page)
    await screenshot(page, `programs-${name}-found`, { fullPage: true })
    // The address alone leads there again.
    await page.reload()
    await page.getByRole('heading', { name: 'Library lending' }).waitFor()

    await page.getByRole('button', { name: 'Revoke Library lending' }).click()
    await page.getByRole('dialog', { name: `Revoke “Library lending” of Found ${name} School?` }).waitFor()
    await page.getByRole('button', { name: 'Revoke the key' }).click()
    await page.getByText('Please fill this in').waitFor()
    expect((await who(key.token)).status).toBe(200)
    await page.getByLabel('Reason').fill('It stood in a public repository')
    await expectAccessible(page)
    await screenshot(page, `programs-${name}-revoke`)
    await page.getByRole('button', { name: 'Revoke the key' }).click()
    await page.getByText(`“Library lending” of Found ${name} School does not work any more.`).waitFor()
    await page.getByText('Revoked', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Revoke Library lending' }).count()).toBe(0)
    expect((await who(key.token)).status).toBe(401)
    const { auditEvents } = await school.client.ask<{ auditEvents: { nodes: object[] } }>('{ auditEvents(first: 1) { nodes { action details } } }')
    expect(auditEvents.nodes).toMatchObject([{ action: 'key.revoked', details: { reason: 'It stood in a public repository' } }])

    await page.context().setOffline(true)
    await box.fill('hmr_live_111111')
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    await expectAccessible(page)
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'No key begins like this' }).waitFor()
    expect(misdeeds(page).filter(({ text }) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  })

  test('a school\'s limit and a key\'s are seen, adjusted for a while, and restored', async () => {
    const school = await homeroom.openSchool(`limits-${name}`, { name: `Limits ${name} School` })
    const page = await open(`/console/schools/${school.tenantId}`)
    await page.getByRole('link', { name: 'Keys and limits' }).click()
    await page.getByRole('heading', { name: 'No key works here' }).waitFor()
    await page.getByText('No key asked for anything in the last hour.').waitFor()
    await expectAccessible(page)
    await screenshot(page, `programs-${name}-empty`, { fullPage: true })

    const [loud, ended] = [await makeKey(school.client, ['roster.users:read'], { name: 'Timetable' }), await makeKey(school.client, [], { name: 'Old lending' })]
    await school.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id: ended.id })
    for (let round = 0; round < 5; round++)
      await loud.client.ask('{ users(first: 100) { nodes { id familyName } } }')
    await expect.poll(() => sql('select 1 from platform.api_request where key_id = $1', [loud.id])).toHaveLength(5)
    await sql(`insert into platform.api_request (tenant_id, key_id, at, kind, operation, status, cost, duration_ms, request_id, address)
      select $1, $2, now() - n * interval '1 minute', 'query', 'users', 200, 40 + (n * 37) % 90, 5, 'r', '127.0.0.1' from generate_series(3, 50) n`, [school.tenantId, loud.id])
    await page.reload()
    await page.locator('summary', { hasText: 'Points spent, minute by minute' }).click()
    await page.getByRole('columnheader', { name: 'Minute' }).waitFor()
    await page.getByRole('heading', { name: 'Timetable' }).waitFor()
    await expectAccessible(page)
    await screenshot(page, `programs-${name}-school`, { fullPage: true })

    await page.getByRole('button', { name: `Adjust limit of Limits ${name} School` }).click()
    await page.getByLabel('Points a minute').fill('lots')
    await page.getByRole('button', { name: 'Adjust', exact: true }).click()
    await page.getByText('Enter a whole number').waitFor()
    await page.getByText('Please fill this in').waitFor()
    await expectAccessible(page)
    await page.getByLabel('Points a minute').fill('9,000')
    await page.getByLabel('A week').check()
    await page.getByLabel('Reason').fill('The first import')
    await screenshot(page, `programs-${name}-adjust`)
    await page.getByRole('button', { name: 'Adjust', exact: true }).click()
    await page.getByText('9,000 points a minute,').waitFor()
    await page.getByText(/Adjusted until .*: The first import/).waitFor()
    const [limit] = await sql<{ points: number, days: number }>('select points, round(extract(epoch from expires_at - now()) / 86400)::int as days from platform.api_limit where tenant_id = $1', [school.tenantId])
    expect(limit).toEqual({ points: 9_000, days: 7 })

    await page.getByRole('button', { name: 'Adjust limit of Timetable' }).click()
    await page.getByLabel('Points a minute').fill('40')
    await page.getByLabel('An hour').check()
    await page.getByLabel('Reason').fill('Too loud')
    await page.getByRole('button', { name: 'Adjust', exact: true }).click()
    await page.getByText('40 points a minute,').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Restore the limit of Timetable' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await page.getByText('The usual limit of Timetable holds again.').waitFor()
    await page.getByText('3,000 points a minute,').waitFor()
    // Somebody else was faster.
    await page.getByRole('button', { name: `Restore the limit of Limits ${name} School` }).click()
    await sql('delete from platform.api_limit where tenant_id = $1', [school.tenantId])
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await page.getByText('The usual limit holds already').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()

    await page.getByRole('link', { name: 'All', exact: true }).click()
    await page.getByRole('heading', { name: 'Old lending' }).waitFor()
    expect(new URL(page.url()).search).toBe('?show=all')
    await expectAccessible(page)
    await screenshot(page, `programs-${name}-all`, { fullPage: true })
    expect(misdeeds(page)).toEqual([])
    await page.goto(`/console/schools/${randomUUID()}/keys`)
    await page.getByRole('link', { name: 'All schools' }).waitFor()
    await expectAccessible(page)
  })

  test('a school sees which key was turned away, why and how often, and which uses what will go', async () => {
    const school = await homeroom.openSchool(`turned-${name}`)
    const [program, revoked] = [await makeKey(school.client, ['roster.users:read'], { name: 'Timetable' }), await makeKey(school.client, [], { name: 'Old lending' })]
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await enterSchool(page, school.email)
    await page.goto('/settings/developer/requests')
    await page.getByRole('heading', { name: 'No requests here' }).waitFor()
    expect(await page.getByRole('heading', { name: 'What programs use that will go' }).count()).toBe(0)
    await school.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id: revoked.id })
    await program.client.ask('{ users(first: 1) { nodes { givenName } } }')
    await who(revoked.token)
    await sql(`insert into platform.api_request (tenant_id, key_id, at, kind, operation, status, code, refusal, times, cost, duration_ms, request_id, address) values ($1, $2, now() - interval '1 minute', 'none', 'none', 401, 'UNAUTHENTICATED', 'REVOKED', 299, 0, 0, 'r', '127.0.0.1')`, [school.tenantId, revoked.id])
    await expect.poll(() => sql('select 1 from platform.api_deprecated_use where key_id = $1', [program.id])).toHaveLength(1)
    await expect.poll(() => sql('select 1 from platform.api_request where key_id = $1', [revoked.id])).toHaveLength(2)
    await page.reload()
    await page.getByRole('heading', { name: 'What programs use that will go' }).waitFor()
    await page.getByText('Since 2027-01-01; use `preferredName`.').waitFor()
    await page.getByText('Turned away: the key was revoked').first().waitFor()
    await page.getByText('299 times in a row').waitFor()
    await expectAccessible(page)
    await screenshot(page, `programs-${name}-turned-away`, { fullPage: true })
    expect(misdeeds(page)).toEqual([])
  })
})
