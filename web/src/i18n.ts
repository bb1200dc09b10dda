import { createI18n } from 'vue-i18n'
import en from './locales/en.json'

/** One locale so far; another is a file beside en.json and a line here. */
export const messages = { en }

export function createMessages() {
  return createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages })
}

/** What only the operator's people read: more words than all the others together, so nobody else loads them. */
export async function loadOperatorWords({ global }: ReturnType<typeof createMessages>): Promise<void> {
  if (global.te('console.title'))
    return
  const { default: words } = await import('./locales/operator.en.json')
  global.mergeLocaleMessage('en', words)
}

/** What only a school's admin reads who lets other companies' programs in. */
export async function loadDeveloperWords({ global }: ReturnType<typeof createMessages>): Promise<void> {
  if (global.te('developer.title'))
    return
  const { default: words } = await import('./locales/developer.en.json')
  global.mergeLocaleMessage('en', words)
}

/** What is read where people, classes and courses are looked at and changed. */
export async function loadRosterWords({ global }: ReturnType<typeof createMessages>): Promise<void> {
  if (global.te('roster.edit'))
    return
  const { default: words } = await import('./locales/roster.en.json')
  global.mergeLocaleMessage('en', words)
}
