import type { TimelineKind, TimelineOfSchoolQuery, TimelineRowFragment } from '../../../apollo/generated/graphql.ts'
import type { Problem } from '../../../apollo/problem.ts'
import { ref, shallowRef, watch } from 'vue'
import { TimelineOfSchoolDocument } from '../../../apollo/generated/graphql.ts'
import { readProblem } from '../../../apollo/problem.ts'
import { useApollo } from '../../../apollo/useApollo.ts'
import { useQuery } from '../../../apollo/useQuery.ts'
import { joined } from './timeline-rows.ts'

const PAGE = 20

/** What happened to a school, the newest first: the first page as it grows, and older ones that somebody asked for. */
export function useTimeline(id: () => string, kinds: () => TimelineKind[]) {
  const { client } = useApollo()
  const ask = (after?: string | null) => ({ id: id(), first: PAGE, after, kinds: kinds() })
  const { data, problem, loading, refetch } = useQuery(TimelineOfSchoolDocument, () => ask())
  const rows = shallowRef<TimelineRowFragment[]>()
  /** Where what is older begins; null where there is nothing. */
  const rest = ref<string | null>(null)
  const reading = ref(false)
  const readProblems = shallowRef<Problem>()

  const pageOf = (answer: TimelineOfSchoolQuery) => answer.fleetTenant.operations.timeline
  const key = () => JSON.stringify(ask())
  let shown = ''
  watch(data, (answer) => {
    if (!answer)
      return
    const { nodes, pageInfo } = pageOf(answer)
    // Data of other kinds stays in view until the new ones are there.
    if (shown !== key()) {
      shown = key()
      rows.value = nodes
      rest.value = pageInfo.hasNextPage ? pageInfo.endCursor ?? null : null
    }
    else {
      rows.value = joined(rows.value ?? [], nodes)
    }
  }, { immediate: true })

  async function older() {
    if (reading.value || rest.value === null)
      return
    const asked = key()
    reading.value = true
    readProblems.value = undefined
    try {
      const answer = await client.query({ query: TimelineOfSchoolDocument, variables: ask(rest.value), fetchPolicy: 'no-cache' })
      if (answer.data && asked === key()) {
        const { nodes, pageInfo } = pageOf(answer.data)
        rows.value = joined(rows.value ?? [], nodes)
        rest.value = pageInfo.hasNextPage ? pageInfo.endCursor ?? null : null
      }
    }
    catch (error) {
      readProblems.value = readProblem(error)
    }
    finally {
      reading.value = false
    }
  }
  return { rows, problem, loading, refetch, rest, older, reading, readProblems }
}
