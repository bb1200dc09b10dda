import type { Ref } from 'vue'
import { ref, shallowRef, watch } from 'vue'

type Judge = (password: string, known: string[]) => number

/** How well a password holds, 0 to 4, by the server's own rule. The judge and its dictionaries are loaded when someone begins to write one. */
export function useStrength(password: Readonly<Ref<string>>, known: () => string[]) {
  const judge = shallowRef<Judge>()
  const score = ref<number>()
  let loading: Promise<void> | undefined

  function load() {
    loading ??= import('./password-judge.ts')
      .then((loaded) => { judge.value = loaded.judge })
      // Without it the server alone decides.
      .catch(() => { loading = undefined })
  }

  watch([password, judge], ([value, loaded]) => {
    if (value)
      load()
    score.value = value && loaded ? loaded(value, known()) : undefined
  })
  return score
}
