import type { Locator } from 'playwright-core'
import type { WatchedPage } from './browser.ts'
import type { TestSuperadmin } from './superadmin.ts'
import { asOperator } from './browser-operator.ts'

/**
 * What the editor's library draws and no setting of it changes: its tabs hold the buttons that choose and close them,
 * and its dark theme writes comments at 4.2 to 1.
 */
export const editorParts = ['.graphiql-tab', '.view-lines']

/** Opens the explorer as a superadmin and waits for the editor. */
export async function openExplorer(page: WatchedPage, url: string, superadmin: TestSuperadmin, path = '/console/explorer'): Promise<WatchedPage> {
  await asOperator(page, url, superadmin)
  await page.goto(path)
  await editor(page).waitFor()
  return page
}

/** Where an operation is written, once it can be. */
export const editor = (page: WatchedPage): Locator => page.locator('.graphiql-query-editor .monaco-editor').first()

/** Answers the question why; with a name, another school is looked for first. */
export async function enter(page: WatchedPage, school?: string): Promise<void> {
  if (school !== undefined) {
    await page.getByRole('button', { name: 'Change school' }).click()
    await page.getByRole('combobox').fill(school)
    await page.getByRole('option', { name: new RegExp(school) }).click()
  }
  await page.getByLabel('Why do you need').fill('The head asked us to look')
  await page.getByRole('button', { name: 'Look there' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await editor(page).waitFor()
}

/** Switches writing on, and says so once more. */
export async function write(page: WatchedPage): Promise<void> {
  await page.getByRole('button', { name: 'Allow writing' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Allow writing' }).click()
  await page.getByText('WRITING', { exact: true }).waitFor()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

/** Writes an operation into a tab of its own. */
export async function ask(page: WatchedPage, query: string): Promise<void> {
  await page.getByRole('button', { name: 'New tab' }).click()
  await editor(page).click()
  await page.keyboard.insertText(query)
}

/** Runs the operation in view, once the editor has read its name. */
export async function run(page: WatchedPage, name: string): Promise<void> {
  await page.locator('.graphiql-tab-active', { hasText: name }).waitFor()
  await page.getByRole('button', { name: /^Execute/ }).click()
}

/** Waits for a line of the answer. */
export async function answerLine(page: WatchedPage, text: string): Promise<void> {
  await page.locator('.graphiql-response .view-line', { hasText: text }).first().waitFor()
}
