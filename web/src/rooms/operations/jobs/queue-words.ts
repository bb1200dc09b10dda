import { useI18n } from 'vue-i18n'

/** What a queue is called, and what it does; one that nobody has found words for is told by its own name. */
export function useQueueWords() {
  const { t, te } = useI18n()
  const told = (key: string, otherwise: string) => (te(key) ? t(key) : otherwise)
  return {
    title: (queue: string) => told(`jobs.queues.${queue}.title`, queue),
    about: (queue: string) => told(`jobs.queues.${queue}.about`, ''),
  }
}
