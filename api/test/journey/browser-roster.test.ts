import type { TestBrowser } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openAt, openRoster } from '../harness/browser-roster.ts'
import { openBrowser, show } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'

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

describe.each(looks)('%s', (look, options) => {
  const slug = (name: string) => `${name}-${look.slice(0, 5)}`

  test('a person is edited, meets what somebody else has changed, is removed and brought back', async () => {
    const { school, student } = await openRoster(homeroom, slug('person'))
    const page = await openAt(browser, homeroom, school.email, options, '/people')
    const second = await openAt(browser, homeroom, school.email, options, '/people')
    for (const each of [page, second]) {
      await each.getByRole('button', { name: 'Lovelace, Ada' }).click()
      await each.getByText('Mathematics 7b').waitFor()
    }
    await expectAccessible(page)
    await show(page, slug('person-drawer'))
    for (const each of [page, second])
      await each.getByRole('button', { name: 'Edit', exact: true }).click()

    // The second window is faster: one field that both change, one that only it does.
    await second.getByLabel('Given name').fill('Augusta')
    await second.getByLabel('Telephone').fill('555 0100')
    await second.getByRole('button', { name: 'Save' }).click()
    await second.getByText('Augusta Lovelace was saved.').waitFor()

    await page.getByLabel('Given name').fill('Ada Augusta')
    await page.getByLabel('Family name').fill('King')
    await page.getByLabel('E-mail').fill('nowhere')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('[name=email][aria-invalid=true]').waitFor()
    await expectAccessible(page)
    await page.getByLabel('E-mail').fill('ada@school.example')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Somebody else changed this meanwhile' }).waitFor()
    expect(await page.getByLabel('Telephone').inputValue()).toBe('555 0100')
    expect(await page.getByLabel('Family name').inputValue()).toBe('King')
    expect(await page.getByRole('radio', { name: 'Yours Ada Augusta' }).isChecked()).toBe(true)
    await expectAccessible(page)
    await show(page, slug('person-meanwhile'))
    await page.getByRole('radio', { name: 'Theirs Augusta' }).check()
    expect(await page.getByLabel('Given name').inputValue()).toBe('Augusta')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('King, Augusta').waitFor()
    expect(await school.client.ask('query ($id: ID!) { user(id: $id) { givenName familyName phone email } }', { id: student })).toEqual({ user: { givenName: 'Augusta', familyName: 'King', phone: '555 0100', email: 'ada@school.example' } })

    await page.getByRole('button', { name: 'King, Augusta' }).click()
    await page.getByRole('dialog').getByText('Mathematics 7b').waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText(/leaves the lists, and 1 class: Mathematics 7b/).waitFor()
    await expectAccessible(page)
    await show(page, slug('person-remove'))
    // Somebody changes the record while the question is open: it is asked again.
    await school.client.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }', { input: { id: student, version: 3, pronouns: 'she' } })
    await page.getByRole('button', { name: /^Remove Augusta/ }).click()
    await page.getByText(/was changed by somebody else meanwhile/).waitFor()
    await page.getByRole('button', { name: /^Remove Augusta/ }).click()
    await page.getByRole('button', { name: 'Undo' }).hover()
    await page.getByText('No students yet').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'King, Augusta' }).click()
    await page.getByRole('dialog').getByText('Mathematics 7b').waitFor()

    // Removed by somebody else while it is edited: what was entered stays.
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Given name').fill('Never lost')
    await school.client.ask('mutation ($id: ID!) { removeUser(id: $id, version: 6) { id } }', { id: student })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/removed by somebody else meanwhile/).waitFor()
    expect(await page.getByLabel('Given name').inputValue()).toBe('Never lost')
    expect([...misdeeds(page), ...misdeeds(second)]).toEqual([])
  }, 120_000)
})
