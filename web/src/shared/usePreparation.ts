import type { Ref } from 'vue'
import type { PreparationFieldsFragment } from '../apollo/generated/graphql.ts'
import type { Problem } from '../apollo/problem.ts'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { PreparationStatusDocument, RetryPreparationDocument, WatchPreparationDocument } from '../apollo/generated/graphql.ts'
import { readProblem } from '../apollo/problem.ts'
import { useApollo } from '../apollo/useApollo.ts'
import { useMutation } from '../apollo/useMutation.ts'
import { useSubscription } from '../apollo/useSubscription.ts'
import { emptyTimeline, ended, follow } from './preparation-steps.ts'

const POLL = 2_000
// Another answer would not come: the id is wrong, or not this person's to watch.
const final = new Set(['NOT_FOUND', 'TENANT_NOT_FOUND', 'TENANT_MISMATCH', 'FORBIDDEN', 'BAD_USER_INPUT'])

/** live: pushed as it happens. asking: by the query every 2 s. offline: neither gets through. */
export type Connection = 'opening' | 'live' | 'asking' | 'offline'

/** Follows a tenant's preparation to its end: by the socket, by asking where there is none. */
export function usePreparation(tenantId: Readonly<Ref<string | undefined>>) {
  const { client } = useApollo()
  const timeline = shallowRef(emptyTimeline())
  const problem = shallowRef<Problem>()
  const connection = ref<Connection>('opening')
  const wasLive = ref(false)
  const following = computed(() => tenantId.value !== undefined && !problem.value && !ended(timeline.value.status))

  function take(status: PreparationFieldsFragment) {
    if (status.tenantId === tenantId.value)
      timeline.value = follow(timeline.value, status, performance.timeOrigin + performance.now())
  }
  function fail(next: Problem) {
    if (final.has(next.code))
      problem.value = next
  }

  const subscription = useSubscription(WatchPreparationDocument, () => ({ tenantId: tenantId.value ?? '' }), {
    enabled: following,
    onData: data => take(data.tenantPreparationStatus),
    onProblem: fail,
  })
  const live = computed(() => subscription.socket.value === 'connected' && subscription.active.value)

  async function ask() {
    const id = tenantId.value
    if (!id)
      return
    try {
      const { data } = await client.query({ query: PreparationStatusDocument, variables: { tenantId: id }, fetchPolicy: 'no-cache' })
      if (data)
        take(data.tenantPreparationStatus)
      if (!live.value && connection.value !== 'opening')
        connection.value = 'asking'
    }
    catch (error) {
      const next = readProblem(error)
      fail(next)
      if (next.code === 'NETWORK' && !live.value)
        connection.value = 'offline'
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  function askLater() {
    timer = setTimeout(async () => {
      if (connection.value === 'opening')
        connection.value = 'asking'
      await ask()
      // A subscription that ended without an end (a server gone, a refusal) is tried again beside the asking.
      if (following.value && !subscription.active.value)
        subscription.again()
      if (following.value && !live.value)
        askLater()
    }, POLL)
  }

  watch([following, live], ([wanted, pushed]) => {
    clearTimeout(timer)
    if (pushed) {
      connection.value = 'live'
      wasLive.value = true
    }
    else if (wanted) {
      if (connection.value === 'live')
        connection.value = 'asking'
      askLater()
    }
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))

  watch(tenantId, (id) => {
    problem.value = undefined
    connection.value = 'opening'
    wasLive.value = false
    timeline.value = emptyTimeline()
    // The socket may be blocked: the first picture comes by HTTP.
    if (id)
      void ask()
  }, { immediate: true, flush: 'sync' })

  const retry = useMutation(RetryPreparationDocument, { keep: false })
  async function tryAgain() {
    const id = tenantId.value
    const data = id && await retry.run({ tenantId: id })
    if (data)
      take(data.retryTenantPreparation)
  }

  return { timeline, problem, connection, wasLive, take, retry: { run: tryAgain, running: retry.running, problem: retry.problem } }
}
