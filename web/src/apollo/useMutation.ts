import type { DocumentNode, OperationVariables, TypedDocumentNode } from '@apollo/client'
import type { Problem } from './problem.ts'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { createCountdown } from './countdown.ts'
import { readProblem } from './problem.ts'
import { useApollo } from './useApollo.ts'

interface Options {
  /** Queries in view that the change makes old. */
  refetch?: DocumentNode[]
  /** Answers that hold secrets stay out of the cache. */
  keep?: boolean
  context?: Record<string, unknown>
}

/**
 * `run` answers the data, or undefined with `problem` set: it never throws for what a server or network said.
 * `wait` counts down the seconds in which trying again is no use; with them the problem is over.
 */
export function useMutation<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  { refetch, keep = true, context }: Options = {},
) {
  const { client } = useApollo()
  const running = ref(false)
  const problem = shallowRef<Problem>()
  const wait = ref(0)
  const countdown = createCountdown((left) => {
    wait.value = left
    if (left === 0)
      problem.value = undefined
  })

  watch(problem, (next) => {
    countdown.stop()
    wait.value = 0
    if (next?.code === 'RATE_LIMITED' && next.retryAfter)
      countdown.start(next.retryAfter)
  }, { flush: 'sync' })
  onScopeDispose(countdown.stop)

  async function run(variables: Variables): Promise<Data | undefined> {
    running.value = true
    problem.value = undefined
    try {
      const { data } = await client.mutate<Data, OperationVariables>({
        mutation: document,
        variables,
        context,
        fetchPolicy: keep ? 'network-only' : 'no-cache',
        refetchQueries: refetch && [...refetch],
      })
      return data as Data
    }
    catch (error) {
      problem.value = readProblem(error)
      return undefined
    }
    finally {
      running.value = false
    }
  }
  return { run, running, problem, wait }
}
