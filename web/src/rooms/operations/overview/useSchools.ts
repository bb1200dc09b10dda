import type { ListState } from '../../../shared/list-state.ts'
import type { Which } from './schools-state.ts'
import { computed, ref, shallowRef, watch } from 'vue'
import { FailedPreparationsDocument, SchoolCountsDocument, SchoolsDocument } from '../../../apollo/generated/graphql.ts'
import { useQuery } from '../../../apollo/useQuery.ts'
import { soon } from '../../../shared/soon.ts'
import { useSchoolChanges } from '../useSchoolChanges.ts'
import { askSchools, isNews } from './schools-state.ts'

const PAUSE = 400

interface State { list: ListState, which: Which }

/** The overview's three readings, and what changes meanwhile. Rows change in place; what would move them waits to be shown. */
export function useSchools(state: () => State) {
  const list = useQuery(SchoolsDocument, () => askSchools(state().list, state().which))
  const counts = useQuery(SchoolCountsDocument, () => ({ search: state().list.search || undefined }))
  const failures = useQuery(FailedPreparationsDocument, {})
  const schools = computed(() => list.data.value?.tenants)

  const readAt = ref(Date.now())
  const news = shallowRef<ReadonlySet<string>>(new Set())
  const fresh = shallowRef<ReadonlySet<string>>(new Set())
  // Rows that are merely read again do not fade.
  const turning = ref(false)
  watch(list.loading, (loading) => { turning.value &&= loading })
  watch(() => JSON.stringify(state()), () => {
    turning.value = true
    readAt.value = Date.now()
    news.value = new Set()
    fresh.value = new Set()
  })

  const countSoon = soon(() => {
    void counts.refetch()
    void failures.refetch()
  }, PAUSE)

  async function show() {
    const told = news.value
    news.value = new Set()
    readAt.value = Date.now()
    await list.refetch()
    fresh.value = told
  }
  const reload = () => {
    countSoon()
    void show()
  }

  const connection = useSchoolChanges({
    onReload: reload,
    onChange(changed, goneIds) {
      countSoon()
      const inView = new Set(schools.value?.nodes.map(({ id }) => id))
      const next = new Set(news.value)
      for (const school of changed) {
        if (isNews(school, { ...state(), inView: inView.has(school.id), readAt: readAt.value }))
          next.add(school.id)
        else
          next.delete(school.id)
      }
      for (const id of goneIds) {
        if (inView.has(id))
          next.add(id)
        else
          next.delete(id)
      }
      news.value = next
      // Nothing can jump where nothing is shown.
      if (next.size > 0 && inView.size === 0)
        void show()
    },
  })

  return { ...list, schools, counts: computed(() => counts.data.value?.tenants.counts), failures, news, fresh, turning, show, reload, connection }
}
