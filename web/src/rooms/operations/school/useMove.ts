import type { Problem } from '../../../apollo/problem.ts'
import type { Move } from './moves.ts'
import { computed, ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { ArchiveSchoolDocument, CancelDeletionDocument, CancelPreparationDocument, DeleteSchoolDocument, OneSchoolDocument, ResumeSchoolDocument, SuspendSchoolDocument, UnarchiveSchoolDocument } from '../../../apollo/generated/graphql.ts'
import { readProblem } from '../../../apollo/problem.ts'
import { useApollo } from '../../../apollo/useApollo.ts'
import { useErrorWords } from '../../../apollo/useErrorWords.ts'

interface Words { tenantId: string, reason: string, slug: string }

/** Makes one move, and reads the school anew where somebody else was faster. */
export function useMove() {
  const { t } = useI18n()
  const { client } = useApollo()
  const { words, fieldErrors } = useErrorWords()
  const running = ref(false)
  const problem = shallowRef<Problem>()
  const refused = computed(() => {
    if (!problem.value)
      return undefined
    return problem.value.code === 'LIFECYCLE_CONFLICT' || problem.value.code === 'CONFLICT' ? t('console.moves.conflict') : words(problem.value)
  })

  function send(move: Move, { tenantId, reason, slug }: Words): Promise<unknown> {
    switch (move) {
      case 'cancel': return client.mutate({ mutation: CancelPreparationDocument, variables: { tenantId }, fetchPolicy: 'no-cache' })
      case 'suspend': return client.mutate({ mutation: SuspendSchoolDocument, variables: { tenantId, reason } })
      case 'resume': return client.mutate({ mutation: ResumeSchoolDocument, variables: { tenantId } })
      case 'archive': return client.mutate({ mutation: ArchiveSchoolDocument, variables: { tenantId, reason } })
      case 'unarchive': return client.mutate({ mutation: UnarchiveSchoolDocument, variables: { tenantId } })
      case 'delete': return client.mutate({ mutation: DeleteSchoolDocument, variables: { tenantId, reason, slug } })
      case 'keep': return client.mutate({ mutation: CancelDeletionDocument, variables: { tenantId } })
    }
  }

  /** True when it is done; else what to say at which field, which may be nothing. */
  async function make(move: Move, given: Words): Promise<true | Record<string, string>> {
    running.value = true
    problem.value = undefined
    try {
      await send(move, given)
      return true
    }
    catch (error) {
      problem.value = readProblem(error)
      void client.query({ query: OneSchoolDocument, variables: { id: given.tenantId }, fetchPolicy: 'network-only' }).catch(() => {})
      return fieldErrors(problem.value)
    }
    finally {
      running.value = false
    }
  }
  return { make, running, problem, refused }
}
