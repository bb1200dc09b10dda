import type { WatchRolloutSubscription } from '../../../apollo/generated/graphql.ts'
import { computed, ref, shallowRef, watch, watchEffect } from 'vue'
import { FleetDocument, WatchRolloutDocument } from '../../../apollo/generated/graphql.ts'
import { useSubscription } from '../../../apollo/useSubscription.ts'
import { useLiveQuery } from '../../../shared/useLiveQuery.ts'

export type LiveRollout = NonNullable<WatchRolloutSubscription['rolloutChanged']>

// The counts by version move with a roll-out, which is pushed; without a push everything is asked for.
const moving = 2_000
const still = 15_000
const unpushed = 3_000

/** The fleet, and the roll-out that is open or was the last: pushed as it goes on, asked for where nothing is pushed. */
export function useFleet() {
  const pushed = shallowRef<LiveRollout>()
  const subscription = useSubscription(WatchRolloutDocument, {}, { onData: ({ rolloutChanged }) => { pushed.value = rolloutChanged ?? undefined } })
  const live = computed(() => subscription.socket.value === 'connected' && subscription.active.value)
  const every = ref(unpushed)
  const fleet = useLiveQuery(FleetDocument, {}, every)
  const rollout = computed(() => (live.value ? pushed.value : undefined) ?? fleet.data.value?.fleet.rollout ?? undefined)
  watchEffect(() => { every.value = !live.value ? unpushed : rollout.value?.state === 'RUNNING' ? moving : still })

  // What a lost socket was last told is old: the first push after it tells how things stand.
  watch(live, (now) => {
    if (!now)
      pushed.value = undefined
  })
  // A subscription that was refused or ended is tried again beside the asking.
  watch(fleet.data, () => {
    if (!subscription.active.value)
      subscription.again()
  })
  watch(() => `${rollout.value?.id} ${rollout.value?.state}`, () => void fleet.look())

  return { fleet: computed(() => fleet.data.value?.fleet), rollout, live, problem: fleet.problem, loading: fleet.loading, look: fleet.look }
}
