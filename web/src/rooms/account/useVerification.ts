import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { RequestEmailVerificationDocument } from '../../apollo/generated/graphql.ts'
import { useErrorWords } from '../../apollo/useErrorWords.ts'
import { useMutation } from '../../apollo/useMutation.ts'
import { useSession } from '../session/room.ts'

/** Has the mail sent once more that confirms an address, and says what came of it. */
export function useVerification() {
  const { t } = useI18n()
  const { words: problemWords } = useErrorWords()
  const session = useSession()
  const { run, running, problem, wait } = useMutation(RequestEmailVerificationDocument, { keep: false })
  const sent = ref(false)

  async function send() {
    sent.value = await run({}) !== undefined
  }
  const words = computed(() => {
    if (problem.value)
      // Without the countdown: this is read out, and must not be so every second.
      return problemWords(problem.value)
    return sent.value ? t('account.email.sent', { email: session.viewer.value?.email ?? '' }) : undefined
  })
  return { send, running, wait, sent, words }
}
