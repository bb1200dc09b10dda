import { useI18n } from 'vue-i18n'

/** What went wrong in a preparation, or in a migration, in an operator's words; the server's own where there are none. */
export function useCodeWords() {
  const { t, te } = useI18n()
  const known = (key: string, otherwise: string) => (te(key) ? t(key) : otherwise)
  return {
    codeWords: (code: string, message = code) => known(`console.codes.${code}`, message),
    migrationWords: (code: string) => known(`migrations.codes.${code}.title`, code),
  }
}
