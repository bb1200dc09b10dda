import type { Problem } from '../../../apollo/problem.ts'
import { useI18n } from 'vue-i18n'

/** What the operator is told of a problem here, where a code alone would say less, or say it to a school. */
export function useExportProblem() {
  const { t, te } = useI18n()
  return (problem: Problem | undefined): string | undefined => {
    const key = `exports.problems.${problem?.code ?? ''}`
    return problem && te(key) ? t(key) : undefined
  }
}
