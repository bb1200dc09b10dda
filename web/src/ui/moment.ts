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

/** How soon something will be: `in 3 minutes`, `tomorrow`; what should have been is now. */
export function ahead(at: string, now: number, locale: string): string {
  const left = Math.max(0, Date.parse(at) - now)
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  if (left < MINUTE)
    return words.format(Math.round(left / 1_000), 'second')
  if (left < HOUR)
    return words.format(Math.round(left / MINUTE), 'minute')
  return left < DAY ? words.format(Math.round(left / HOUR), 'hour') : words.format(Math.round(left / DAY), 'day')
}

/** Day and time, short enough to stand in a line. */
export function dayAndTime(at: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(at))
}

export function date(at: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(new Date(at))
}

export function dateAndTime(at: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone }).format(new Date(at))
}
