import type { MaybeRefOrGetter } from 'vue'
import { onScopeDispose, ref, toValue, watch } from 'vue'

/** The time now, ten times a second while it matters. */
export function useClock(runs: MaybeRefOrGetter<boolean>) {
  const now = ref(Date.now())
  let timer: ReturnType<typeof setInterval> | undefined
  watch(() => toValue(runs), (run) => {
    clearInterval(timer)
    now.value = Date.now()
    if (run)
      timer = setInterval(() => { now.value = Date.now() }, 100)
  }, { immediate: true })
  onScopeDispose(() => clearInterval(timer))
  return now
}
