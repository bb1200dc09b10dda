import type { OperationVariables, TypedDocumentNode } from '@apollo/client'
import type { MaybeRefOrGetter } from 'vue'
import { computed, onScopeDispose, ref, toValue, watch } from 'vue'
import { useQuery } from '../apollo/useQuery.ts'

interface Options { enabled?: MaybeRefOrGetter<boolean> }

/**
 * A query that is asked again every so many milliseconds while somebody looks: not while the page is hidden, and at once
 * when it is seen again. `busy` leaves the repetitions out: rows that are merely refreshed do not fade.
 */
export function useLiveQuery<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: MaybeRefOrGetter<Variables>,
  every: MaybeRefOrGetter<number>,
  { enabled = true }: Options = {},
) {
  const query = useQuery(document, variables, { enabled })
  const repeating = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false
  const wanted = () => !over && toValue(enabled) && !window.document.hidden

  function later() {
    clearTimeout(timer)
    if (wanted())
      timer = setTimeout(look, toValue(every))
  }

  async function look() {
    clearTimeout(timer)
    repeating.value = true
    await query.refetch()
    repeating.value = false
    later()
  }

  const seen = () => (wanted() ? void look() : clearTimeout(timer))
  window.document.addEventListener('visibilitychange', seen)
  // The browser knows at once that the network is gone, or back.
  const turns = ['online', 'offline'] as const
  turns.forEach(turn => window.addEventListener(turn, seen))
  watch([() => toValue(enabled), () => toValue(every)], later, { immediate: true })
  onScopeDispose(() => {
    // An answer that is still on its way begins no new wait.
    over = true
    clearTimeout(timer)
    window.document.removeEventListener('visibilitychange', seen)
    turns.forEach(turn => window.removeEventListener(turn, seen))
  })
  return { ...query, busy: computed(() => query.loading.value && !repeating.value), look }
}
