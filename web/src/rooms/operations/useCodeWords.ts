import { useI18n } from 'vue-i18n'

/** What went wrong in a preparation or a migration, in an operator's words; the server's own where there are none. */
export function useCodeWords() {
  const { t, te } = useI18n()
  return (code: string, message?: string) => (te(`console.codes.${code}`) ? t(`console.codes.${code}`) : message ?? code)
}
