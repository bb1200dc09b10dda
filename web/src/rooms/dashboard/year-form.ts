import type { UpdateSchoolYearInput } from '../../apollo/generated/graphql.ts'
import { dayAfter, dayBefore, days, isDate } from '../../ui/year.ts'

interface Named { id: string, title: string, startDate: string, endDate: string }

/** The form speaks of last days, as people do; the contract of the day after. */
export interface YearForm { id: string, title: string, first: string, last: string, terms: { id: string, title: string, first: string, last: string }[] }

const toForm = ({ id, title, startDate, endDate }: Named) => ({ id, title, first: startDate, last: dayBefore(endDate) })
const toInput = ({ id, title, first, last }: Omit<YearForm, 'terms'>) => ({ id, title: title.trim(), startDate: first, endDate: dayAfter(last) })

export function yearForm(year: Named & { children: Named[] }): YearForm {
  return { ...toForm(year), terms: year.children.map(toForm) }
}

export function yearInput(form: YearForm): UpdateSchoolYearInput {
  return { ...toInput(form), terms: form.terms.map(toInput) }
}

/** Problems by field (`terms.0.startDate`), as codes of errors.fields. */
export function yearProblems(form: YearForm): Record<string, string> {
  const found: Record<string, string> = {}
  checkSpan(form, '', found)
  form.terms.forEach((term, at) => {
    const path = `terms.${at}.`
    checkSpan(term, path, found)
    if (found[`${path}startDate`] || found[`${path}endDate`] || found.startDate || found.endDate)
      return
    if (days(form.first, term.first) < 0)
      found[`${path}startDate`] = 'OUTSIDE_YEAR'
    if (days(term.last, form.last) < 0)
      found[`${path}endDate`] = 'OUTSIDE_YEAR'
    const before = form.terms[at - 1]
    if (before && isDate(before.last) && days(before.last, term.first) <= 0)
      found[`${path}startDate`] ??= 'OVERLAPS'
  })
  return found
}

function checkSpan({ title, first, last }: { title: string, first: string, last: string }, path: string, found: Record<string, string>) {
  if (!title.trim())
    found[`${path}title`] = 'REQUIRED'
  if (!isDate(first))
    found[`${path}startDate`] = 'DATE_MALFORMED'
  if (!isDate(last))
    found[`${path}endDate`] = 'DATE_MALFORMED'
  else if (isDate(first) && days(first, last) <= 0)
    found[`${path}endDate`] = 'ENDS_BEFORE_START'
}
