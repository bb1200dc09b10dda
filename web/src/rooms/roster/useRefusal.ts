import type { Problem } from '../../apollo/problem.ts'
import { useI18n } from 'vue-i18n'
import { useErrorWords } from '../../apollo/useErrorWords.ts'

/** Why a record could not be removed or brought back, in words that name it. */
export function useRefusal() {
  const { t } = useI18n()
  const { words, fieldErrors } = useErrorWords()

  function refusal(problem: Problem, name: string): string {
    if (problem.code === 'NOT_FOUND' && name)
      return t('roster.removedBefore', { name })
    if (problem.code === 'COURSE_IN_USE')
      return t('roster.course.inUse', problem.classes ?? 2)
    if (problem.code === 'COURSE_REMOVED')
      return t('roster.class.courseRemoved')
    if (problem.version !== undefined)
      return t('roster.changedBefore', { name })
    return Object.values(fieldErrors(problem))[0] ?? words(problem)
  }
  return { refusal }
}
