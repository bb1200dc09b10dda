import type { Sort } from '../ui/DataTable.vue'
import type { ListState } from './list-state.ts'
import { computed, onScopeDispose, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { readList, writeList } from './list-state.ts'

const PAUSE = 250

/**
 * A list's search, sort and place, kept in the address: a reload, a link and the back button all lead to the same rows.
 * `own`: what else the page keeps in its address, which a search or another order leaves as it is.
 */
export function useListState(sorts: readonly string[], own: readonly string[] = []) {
  const route = useRoute()
  const router = useRouter()
  const state = computed(() => readList(route.query, sorts))

  function go(next: Partial<ListState>, step: 'push' | 'replace' = 'push') {
    const whole = { ...state.value, after: undefined, before: undefined, ...next }
    void router[step]({ query: { ...kept(), ...writeList(whole, sorts) }, params: route.params })
  }
  function kept() {
    return Object.fromEntries(own.flatMap(key => (route.query[key] === undefined ? [] : [[key, route.query[key]]])))
  }

  // Typing is not a history of pages: each word replaces the last, after a pause.
  const typed = ref(state.value.search)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(typed, (search) => {
    clearTimeout(timer)
    if (search.trim() !== state.value.search)
      timer = setTimeout(go, PAUSE, { search: search.trim() }, 'replace')
  })
  watch(() => state.value.search, (search) => {
    if (search !== typed.value.trim())
      typed.value = search
  })
  onScopeDispose(() => clearTimeout(timer))

  const sort = computed<Sort>({
    get: () => ({ by: state.value.by, descending: state.value.descending }),
    set: next => go(next, 'replace'),
  })

  /** Whether the address asks for the form to add something; asking is over once it is open. */
  const adding = computed({
    get: () => route.query.add === '1',
    set: (open) => {
      const query = { ...route.query, add: '1' }
      void router.replace({ query: open ? query : { ...kept(), ...writeList(state.value, sorts) }, params: route.params })
    },
  })

  return {
    state,
    typed,
    sort,
    adding,
    clearSearch: () => { typed.value = '' },
    on: (cursor?: string | null) => go({ after: cursor ?? undefined }),
    back: (cursor?: string | null) => go({ before: cursor ?? undefined }),
  }
}
