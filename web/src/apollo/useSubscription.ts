import type { OperationVariables, TypedDocumentNode } from '@apollo/client'
import type { MaybeRefOrGetter } from 'vue'
import type { Problem } from './problem.ts'
import { onScopeDispose, ref, toValue, watch } from 'vue'
import { readProblem } from './problem.ts'
import { useApollo } from './useApollo.ts'

interface Options<Data> {
  enabled?: MaybeRefOrGetter<boolean>
  onData: (data: Data) => void
  onProblem?: (problem: Problem) => void
  onComplete?: () => void
}

/** Listens while enabled. A lost socket is the client's to mend: it subscribes again by itself. */
export function useSubscription<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: MaybeRefOrGetter<Variables>,
  { enabled = true, onData, onProblem, onComplete }: Options<Data>,
) {
  const { client, socket } = useApollo()
  const active = ref(false)
  let stop = () => {}

  function begin(given: Variables) {
    stop()
    active.value = true
    const ended = () => { active.value = false }
    const subscription = client.subscribe<Data, OperationVariables>({ query: document, variables: given, fetchPolicy: 'no-cache' }).subscribe({
      next: ({ data, error }) => {
        if (error) {
          ended()
          onProblem?.(readProblem(error))
        }
        else if (data) {
          onData(data as Data)
        }
      },
      error: (error) => {
        ended()
        onProblem?.(readProblem(error))
      },
      complete: () => {
        ended()
        onComplete?.()
      },
    })
    stop = () => {
      ended()
      subscription.unsubscribe()
    }
  }

  watch(() => (toValue(enabled) ? { ...toValue(variables) } : undefined), next => next ? begin(next) : stop(), { immediate: true })
  onScopeDispose(() => stop())
  return { active, socket: socket.state, again: () => begin({ ...toValue(variables) }) }
}
