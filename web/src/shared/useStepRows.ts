import type { MaybeRefOrGetter } from 'vue'
import type { Timeline } from './preparation-steps.ts'
import { computed, toValue } from 'vue'
import { useI18n } from 'vue-i18n'
import { useSpan } from './useSpan.ts'

/** The steps of a preparation as StepTimeline shows them, in a person's words. */
export function useStepRows(timeline: MaybeRefOrGetter<Timeline>) {
  const { t, te } = useI18n()
  const span = useSpan()
  const rows = computed(() => toValue(timeline).steps.map((step, at) => {
    const known = te(`steps.${step.name}.title`)
    return {
      key: String(at),
      state: step.state,
      stateWords: t(`stepState.${step.state}`),
      title: known ? t(`steps.${step.name}.title`) : step.name,
      about: known ? t(`steps.${step.name}.about`) : '',
      time: step.took === undefined ? undefined : span(step.took),
    }
  }))
  return rows
}
