import type { LocationQuery } from 'vue-router'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { regional } from '../../../ui/region.ts'

export const periods = [7, 30, 90] as const

/** `?days=90`; thirty days unless one of the others is asked for. */
export const readPeriod = ({ days }: LocationQuery) => periods.find(each => String(each) === days) ?? periods[1]

/** Seconds, shares and days as the figures show them; a dash for what there is none of. */
export function useFigureWords() {
  const { n, locale } = useI18n()
  const language = computed(() => regional(locale.value))
  const nothing = '–'

  function seconds(value: number | null | undefined) {
    if (value === null || value === undefined)
      return nothing
    const fine = value > 0 && value < 10
    if (value >= 120)
      return new Intl.NumberFormat(language.value, { style: 'unit', unit: 'minute', unitDisplay: 'short', maximumFractionDigits: 0 }).format(value / 60)
    return new Intl.NumberFormat(language.value, { style: 'unit', unit: 'second', unitDisplay: 'narrow', minimumFractionDigits: fine ? 1 : 0, maximumFractionDigits: value < 1 ? 2 : fine ? 1 : 0 }).format(value)
  }
  const share = (value: number | null | undefined) => (value === null || value === undefined
    ? nothing
    : new Intl.NumberFormat(language.value, { style: 'percent', maximumFractionDigits: 1 }).format(value))
  // Points are days of UTC.
  const day = (at: string, options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' }) => new Intl.DateTimeFormat(language.value, { ...options, timeZone: 'UTC' }).format(new Date(at))
  return { seconds, share, day, count: (value: number) => n(value) }
}
