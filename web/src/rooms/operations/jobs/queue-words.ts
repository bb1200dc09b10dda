import { useI18n } from 'vue-i18n'

/** What a queue is called, what it does, and the kinds of its jobs; one that nobody has found words for is told by its own name. */
export function useQueueWords() {
  const { t, te } = useI18n()
  const told = (key: string, otherwise: string) => (te(key) ? t(key) : otherwise)
  return {
    title: (queue: string) => told(`jobs.queues.${queue}.title`, queue),
    kind: (kind: unknown) => (typeof kind === 'string' ? told(`jobs.kinds.${kind.replaceAll('.', '_')}`, kind) : undefined),
    about: (queue: string) => told(`jobs.queues.${queue}.about`, ''),
  }
}
