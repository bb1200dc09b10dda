import type { ErrorCode } from '../../shared/error-codes.ts'
import type { FieldError } from '../../shared/errors.ts'
import { Temporal } from 'temporal-polyfill'

interface Span { readonly startDate: string, readonly endDate: string }

/** A part of the year, and its place among the input's terms; undefined for one the input leaves as it is. */
export interface Part extends Span {
  readonly type: string
  readonly place: number | undefined
}

const longestYear = 550

/** What is wrong with a school year and its parts. Ends are exclusive, so one part may begin on the day another ends. */
export function schoolYearMistakes(year: Span, parts: readonly Part[]): FieldError[] {
  const mistakes: FieldError[] = []
  const report = (path: readonly string[], code: ErrorCode, message: string) => mistakes.push({ path, code, message })
  if (year.startDate >= year.endDate)
    report(['endDate'], 'ENDS_BEFORE_START', 'The year must end after it starts.')
  else if (Temporal.PlainDate.from(year.startDate).until(year.endDate).days > longestYear)
    report(['endDate'], 'TOO_LONG', `A school year has at most ${longestYear} days.`)
  for (const [index, part] of parts.entries()) {
    const at = (field: string) => part.place === undefined ? ['terms'] : ['terms', String(part.place), field]
    if (part.startDate >= part.endDate)
      report(at('endDate'), 'ENDS_BEFORE_START', 'A term must end after it starts.')
    if (part.startDate < year.startDate)
      report(at('startDate'), 'OUTSIDE_YEAR', 'A term cannot start before the year does.')
    if (part.endDate > year.endDate)
      report(at('endDate'), 'OUTSIDE_YEAR', 'A term cannot end after the year does.')
    if (parts.slice(0, index).some(earlier => earlier.type === part.type && overlap(earlier, part)))
      report(at('startDate'), 'OVERLAPS', 'Terms cannot overlap.')
  }
  return mistakes
}

/** Days are written so that text order is their order. */
export function overlap(a: Span, b: Span): boolean {
  return a.startDate < b.endDate && b.startDate < a.endDate
}
