import type { FieldProblem, Problem } from './problem.ts'
import { useI18n } from 'vue-i18n'

// Codes that are about one field even when the server names none.
const atField: Record<string, string> = { SLUG_TAKEN: 'slug', EMAIL_TAKEN: 'admin.email' }

/** A problem in a person's words. A code without words of its own is told by the server's sentence, or the general one. */
export function useErrorWords() {
  const { t, te } = useI18n()

  /** `wait`: the seconds that are left of what the problem said. */
  function words(problem: Problem, wait?: number): string {
    const seconds = wait || problem.retryAfter
    if (seconds && te(`errors.${problem.code}_FOR`))
      // Nobody counts a long time in seconds.
      return seconds > 90 ? t(`errors.${problem.code}_MINUTES`, Math.ceil(seconds / 60)) : t(`errors.${problem.code}_FOR`, seconds)
    if (problem.reason && te(`errors.${problem.code}_REASON`))
      return t(`errors.${problem.code}_REASON`, { reason: problem.reason })
    const key = `errors.${problem.code}`
    return te(key) ? t(key) : t('errors.UNKNOWN')
  }

  function codeWords(code: string) {
    return t(`errors.fields.${code}`)
  }

  function fieldWords(field: FieldProblem): string {
    // INVALID alone says little: there the server's own sentence is better.
    const known = field.code !== 'INVALID' && te(`errors.fields.${field.code}`)
    return known ? codeWords(field.code) : field.message || codeWords('INVALID')
  }

  /** What to write at which field: the path in the input and the words. */
  function fieldErrors(problem: Problem | undefined): Record<string, string> {
    const found: Record<string, string> = {}
    for (const field of problem?.fields ?? [])
      found[field.path] ??= fieldWords(field)
    const path = atField[problem?.code ?? '']
    if (problem && path)
      found[path] ??= words(problem)
    return found
  }

  return { words, codeWords, fieldErrors }
}
