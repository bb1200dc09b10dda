import { expect, test } from 'vitest'
import { yearForm, yearInput, yearProblems } from './year-form.ts'

const year = {
  id: 'y',
  title: '2026/27',
  startDate: '2026-08-01',
  endDate: '2027-08-01',
  children: [
    { id: 'a', title: 'First', startDate: '2026-08-01', endDate: '2027-02-01' },
    { id: 'b', title: 'Second', startDate: '2027-02-01', endDate: '2027-08-01' },
  ],
}

test('people write last days; the contract gets the day after', () => {
  const form = yearForm(year)
  expect(form.last).toBe('2027-07-31')
  expect(form.terms[0]?.last).toBe('2027-01-31')
  expect(yearInput(form)).toEqual({ id: 'y', title: '2026/27', startDate: '2026-08-01', endDate: '2027-08-01', terms: year.children })
  expect(yearProblems(form)).toEqual({})
})

test('each date that cannot be is told at its field', () => {
  const form = yearForm(year)
  const [first, second] = form.terms
  if (!first || !second)
    throw new Error('two terms')
  second.first = '2027-01-15'
  expect(yearProblems(form)).toEqual({ 'terms.1.startDate': 'OVERLAPS' })
  second.first = '2027-02-01'
  second.last = '2027-09-01'
  expect(yearProblems(form)).toEqual({ 'terms.1.endDate': 'OUTSIDE_YEAR' })
  second.last = '2027-01-01'
  first.title = ' '
  expect(yearProblems(form)).toEqual({ 'terms.0.title': 'REQUIRED', 'terms.1.endDate': 'ENDS_BEFORE_START' })
  form.first = ''
  expect(yearProblems(form)).toMatchObject({ startDate: 'DATE_MALFORMED' })
})
