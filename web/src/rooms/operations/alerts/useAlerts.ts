import type { MaybeRefOrGetter } from 'vue'
import { computed, onScopeDispose, ref } from 'vue'
import { AlertsDocument } from '../../../apollo/generated/graphql.ts'
import { useLiveQuery } from '../../../shared/useLiveQuery.ts'

/** A worker looks every 30 s: asking more often would tell nothing new. */
const EVERY = 15_000
/** By then a worker would have looked three times. */
const LONG = 100_000

/** What should not be so and is, and whether anybody still looks for it. Every place that shows it shares one answer. */
export function useAlerts({ enabled = true }: { enabled?: MaybeRefOrGetter<boolean> } = {}) {
  const query = useLiveQuery(AlertsDocument, {}, EVERY, { enabled })
  const alerts = computed(() => query.data.value?.alerts)
  // The answer stays the same where nobody looks any more: it is the time that goes on.
  const now = ref(Date.now())
  const clock = setInterval(() => { now.value = Date.now() }, EVERY)
  onScopeDispose(() => clearInterval(clock))

  /** Nobody has looked for a while, or ever: what is shown says nothing of now. */
  const unwatched = computed(() => {
    const at = query.data.value?.alertsLookedAt
    return query.data.value !== undefined && (!at || now.value - Date.parse(at) > LONG)
  })
  return { ...query, alerts, unwatched, now, lookedAt: computed(() => query.data.value?.alertsLookedAt ?? undefined) }
}
