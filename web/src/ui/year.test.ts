import { expect, test } from 'vitest'
import { dayAfter, dayBefore, isDate, months, place, todayIn } from './year.ts'

const year = { startDate: '2026-08-01', endDate: '2027-08-01' }

test('a term lies where its days are, and is cut at the year’s ends', () => {
  expect(place(year, year)).toEqual({ left: 0, width: 100 })
  const second = place(year, { startDate: '2027-02-01', endDate: '2027-08-01' })
  expect(second.left).toBeCloseTo(184 / 365 * 100)
  expect(second.left + second.width).toBeCloseTo(100)
  expect(place(year, { startDate: '2026-01-01', endDate: '2028-01-01' })).toEqual({ left: 0, width: 100 })
})

test('months that begin in the year are marked, also when it begins mid-month', () => {
  expect(months(year).map(month => month.date.slice(5, 7)).join()).toBe('08,09,10,11,12,01,02,03,04,05,06,07')
  expect(months({ startDate: '2026-08-20', endDate: '2026-10-02' }).map(month => month.date)).toEqual(['2026-09-01', '2026-10-01'])
})

test('today is the school’s day, not the browser’s', () => {
  const night = new Date('2026-11-23T23:30:00Z')
  expect(todayIn('UTC', night)).toBe('2026-11-23')
  expect(todayIn('Pacific/Auckland', night)).toBe('2026-11-24')
  expect(todayIn('America/Los_Angeles', night)).toBe('2026-11-23')
})

test('last days and days after are each other’s way back, over leap days and year ends', () => {
  for (const date of ['2028-02-28', '2028-02-29', '2026-12-31', '2027-07-31'])
    expect(dayBefore(dayAfter(date))).toBe(date)
  expect(dayAfter('2028-02-28')).toBe('2028-02-29')
})

test.each(['', '2027-02-30', '27-01-01', '2027-1-1', 'soon'])('%j is no date', (text) => {
  expect(isDate(text)).toBe(false)
})
