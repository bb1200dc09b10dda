import { parseDate } from '@internationalized/date'

/** All ends here are the day after the last, as in OneRoster. */
export interface Span { startDate: string, endDate: string }

export const dayAfter = (date: string) => parseDate(date).add({ days: 1 }).toString()
export const dayBefore = (date: string) => parseDate(date).subtract({ days: 1 }).toString()
export const days = (from: string, to: string) => parseDate(to).compare(parseDate(from))

export function isDate(value: string) {
  try {
    return parseDate(value).toString() === value
  }
  catch {
    return false
  }
}

/** Where a span lies in the year: left edge and width in percent, cut at the year's ends. */
export function place(year: Span, span: Span) {
  const whole = Math.max(1, days(year.startDate, year.endDate))
  const left = Math.min(Math.max(days(year.startDate, span.startDate) / whole, 0), 1)
  const right = Math.min(Math.max(days(year.startDate, span.endDate) / whole, 0), 1)
  return { left: left * 100, width: Math.max(0, right - left) * 100 }
}

/** The first of each month that begins in the year, with its place in percent. */
export function months(year: Span): { date: string, left: number }[] {
  const found = []
  const end = parseDate(year.endDate)
  const first = parseDate(year.startDate)
  for (let month = first.set({ day: 1 }); month.compare(end) < 0 && found.length < 36; month = month.add({ months: 1 })) {
    if (month.compare(first) >= 0)
      found.push({ date: month.toString(), left: place(year, { startDate: month.toString(), endDate: year.endDate }).left })
  }
  return found
}

/** Today in a zone, as YYYY-MM-DD. */
export function todayIn(timeZone: string | undefined, now = new Date()) {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)
}
