import { useI18n } from 'vue-i18n'

/** A stretch of time in words: `240 ms`, `3.2 s`, `4 min`. */
export function useSpan() {
  const { t, n } = useI18n()
  return (ms: number) => {
    if (ms < 1_000)
      return t('board.ms', { n: n(Math.max(1, Math.round(ms))) })
    if (ms < 120_000)
      return t('board.s', { n: n(ms / 1_000, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) })
    return t('board.min', { n: n(Math.round(ms / 60_000)) })
  }
}
