import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { OneSchoolDocument, RetrySchoolDocument } from '../../apollo/generated/graphql.ts'
import { useApollo } from '../../apollo/useApollo.ts'
import { useErrorWords } from '../../apollo/useErrorWords.ts'
import { useMutation } from '../../apollo/useMutation.ts'
import { useNotices } from '../../ui/notices.ts'

/** Has one school's preparation tried again, and reads the school anew, whatever came of it. */
export function useRetry() {
  const { t } = useI18n()
  const { client } = useApollo()
  const { words } = useErrorWords()
  const notices = useNotices()
  const { run, problem } = useMutation(RetrySchoolDocument, { keep: false })

  /** The id of the school that is being asked for. */
  const running = ref<string>()

  async function retry({ id, name }: { id: string, name: string }) {
    if (running.value)
      return
    running.value = id
    const done = await run({ tenantId: id })
    notices.say({ words: done ? t('console.retry.done', { name }) : t('console.retry.refused', { name, why: problem.value ? words(problem.value) : '' }) })
    await client.query({ query: OneSchoolDocument, variables: { id }, fetchPolicy: 'network-only' }).catch(() => {})
    running.value = undefined
  }
  return { retry, running }
}
