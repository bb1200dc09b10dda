const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, as one would say it: `now`, `5 minutes ago`, `yesterday`; the date itself once a week has passed. */
export function ago(at: string, now: number, locale: string): string {
  // Clocks differ: what has not come yet is now.
  const past = Math.max(0, now - Date.parse(at))
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  if (past < MINUTE)
    return words.format(0, 'second')
  if (past < HOUR)
    return words.format(-Math.floor(past / MINUTE), 'minute')
  if (past < DAY)
    return words.format(-Math.floor(past / HOUR), 'hour')
  if (past < 7 * DAY)
    return words.format(-Math.floor(past / DAY), 'day')
  return date(at, locale)
}

export function date(at: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(new Date(at))
}

export function dateAndTime(at: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone }).format(new Date(at))
}
