import type { SchoolRowFragment } from '../../apollo/generated/graphql.ts'
import { computed, onScopeDispose, ref, watch } from 'vue'
import { SchoolRowFragmentDoc, SchoolsChangedDocument } from '../../apollo/generated/graphql.ts'
import { useApollo } from '../../apollo/useApollo.ts'
import { useSubscription } from '../../apollo/useSubscription.ts'

const PATIENCE = 3_000
export const ASK_AGAIN = 10_000

interface Take {
  onChange: (schools: SchoolRowFragment[], goneIds: string[]) => void
  /** Something may have been missed: read again what is shown. */
  onReload: () => void
}

/** opening: the first moments. lost: it is asked every so often until the socket is back. */
export type Connection = 'opening' | 'live' | 'lost'

/** Schools as they change. What is in view follows by itself, since the changes go into the cache; `Take` hears of all. */
export function useSchoolChanges({ onChange, onReload }: Take) {
  const { client } = useApollo()
  const connection = ref<Connection>('opening')

  const subscription = useSubscription(SchoolsChangedDocument, {}, {
    onData: ({ tenantsChanged: { tenants, goneIds, reload } }) => {
      client.cache.batch({
        update: cache => tenants.forEach(data => cache.writeFragment({ id: cache.identify({ __typename: 'Tenant', id: data.id }), fragment: SchoolRowFragmentDoc, fragmentName: 'SchoolRow', data })),
      })
      if (reload)
        onReload()
      else
        onChange(tenants, goneIds)
    },
  })
  const live = computed(() => subscription.socket.value === 'connected' && subscription.active.value)

  let timer: ReturnType<typeof setTimeout> | undefined
  function wait(ms: number) {
    clearTimeout(timer)
    timer = setTimeout(() => {
      connection.value = 'lost'
      onReload()
      // One that ended with an error (a restarted server, a refusal) does not begin again by itself.
      if (!subscription.active.value)
        subscription.again()
      wait(ASK_AGAIN)
    }, ms)
  }

  watch(live, (now) => {
    clearTimeout(timer)
    if (now) {
      connection.value = 'live'
      // It tells nothing of before.
      onReload()
    }
    else if (connection.value === 'live') {
      connection.value = 'lost'
      wait(ASK_AGAIN)
    }
    else {
      wait(PATIENCE)
    }
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))

  return connection
}
