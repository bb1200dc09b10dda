import type { MaybeRefOrGetter } from 'vue'
import { nextTick, ref, toValue } from 'vue'

/** The errors of a form by the path of their field, and the cursor at the first of them. */
export function useForm(element: MaybeRefOrGetter<HTMLElement | null | undefined>) {
  const errors = ref<Record<string, string>>({})

  async function show(found: Record<string, string>) {
    errors.value = found
    await nextTick()
    toValue(element)?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }
  function clear(path?: string) {
    if (path === undefined)
      errors.value = {}
    else
      delete errors.value[path]
  }
  return { errors, show, clear }
}

interface Issue { path: PropertyKey[], message: string }

/** The first problem of each field, by its path in the input (`admin.email`), each put into words. */
export function firstProblems(issues: readonly Issue[], words: (code: string) => string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const issue of issues)
    found[issue.path.join('.')] ??= words(issue.message)
  return found
}
