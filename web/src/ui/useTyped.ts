import { onScopeDispose, ref, watch } from 'vue'

const PAUSE = 200

/** What is typed into a combobox, and what is asked of the server after a pause. */
export function useTyped() {
  const search = ref('')
  const asked = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(search, (next) => {
    clearTimeout(timer)
    timer = setTimeout(() => { asked.value = next.trim() }, PAUSE)
  })
  onScopeDispose(() => clearTimeout(timer))
  return { search, asked }
}
