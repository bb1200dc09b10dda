import type { ObservableQuery, OperationVariables, TypedDocumentNode, WatchQueryFetchPolicy } from '@apollo/client'
import type { MaybeRefOrGetter } from 'vue'
import type { Problem } from './problem.ts'
import { onScopeDispose, ref, shallowRef, toValue, watch } from 'vue'
import { readProblem } from './problem.ts'
import { useApollo } from './useApollo.ts'

const PAUSE = 5

interface Options { enabled?: MaybeRefOrGetter<boolean>, fetchPolicy?: WatchQueryFetchPolicy }

/** Follows a query. Data of the last variables stays in view while new ones load. */
export function useQuery<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: MaybeRefOrGetter<Variables>,
  { enabled = true, fetchPolicy = 'cache-and-network' }: Options = {},
) {
  const { client } = useApollo()
  const data = shallowRef<Data>()
  const problem = shallowRef<Problem>()
  const loading = ref(false)
  let query: ObservableQuery<Data, Variables> | undefined
  let stop = () => {}
  let later: ReturnType<typeof setTimeout> | undefined

  /** A school that is being updated is back in a moment: nobody has to ask again by hand. */
  function follow(next: Problem | undefined) {
    clearTimeout(later)
    problem.value = next
    if (next?.code === 'TENANT_MAINTENANCE')
      later = setTimeout(() => void refetch(), (next.retryAfter ?? PAUSE) * 1_000)
  }

  function begin(first: Variables) {
    query = client.watchQuery<Data, Variables>({ query: document, variables: first, fetchPolicy } as never)
    const subscription = query.subscribe((result) => {
      loading.value = result.loading
      follow(result.error ? readProblem(result.error) : undefined)
      if (result.data && result.dataState === 'complete')
        data.value = result.data as Data
    })
    stop = () => {
      clearTimeout(later)
      subscription.unsubscribe()
      query = undefined
      loading.value = false
    }
  }

  watch(() => (toValue(enabled) ? { ...toValue(variables) } : undefined), (next) => {
    if (!next)
      return stop()
    if (!query)
      return begin(next)
    // The subscription hears of the failure too; without a catch it would also be an unhandled rejection.
    query.setVariables(next).catch(() => {})
  }, { immediate: true })
  onScopeDispose(() => stop())

  /** Asks again. A failure shows in `problem`. */
  async function refetch() {
    await query?.refetch().catch(() => {})
  }
  return { data, problem, loading, refetch }
}
