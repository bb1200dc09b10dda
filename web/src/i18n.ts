import { createI18n } from 'vue-i18n'
import en from './locales/en.json'

/** One locale so far; another is a file beside en.json and a line here. */
export const messages = { en }

export function createMessages() {
  return createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages })
}
