import { expect, test } from 'vitest'
import { dayIn, usualSchoolYear } from './school-calendar.ts'
import { southernZones } from './southern-zones.ts'

const at = (instant: string) => new Date(instant)
function span(timeZone: string, instant: string) {
  const { title, startDate, endDate, schoolYear } = usualSchoolYear(timeZone, at(instant))
  return { title, startDate, endDate, schoolYear }
}

const year2025 = { title: '2025/26', startDate: '2025-08-01', endDate: '2026-08-01', schoolYear: 2026 }
const year2026 = { title: '2026/27', startDate: '2026-08-01', endDate: '2027-08-01', schoolYear: 2027 }

test.each([
  // The last and the first second of a year, on each school's own clock.
  ['Asia/Tokyo', '2026-07-31T14:59:59Z', year2025],
  ['Asia/Tokyo', '2026-07-31T15:00:00Z', year2026],
  ['America/New_York', '2026-08-01T03:59:59Z', year2025],
  ['America/New_York', '2026-08-01T04:00:00Z', year2026],
  ['Europe/London', '2026-07-31T22:59:59Z', year2025],
  ['Europe/London', '2026-07-31T23:00:00Z', year2026],
  // North of the equator by two degrees, and 14 hours ahead of UTC.
  ['Pacific/Kiritimati', '2026-07-31T09:59:59Z', year2025],
  ['Pacific/Kiritimati', '2026-07-31T10:00:00Z', year2026],
  ['UTC', '2026-01-01T00:00:00Z', year2025],
  ['UTC', '2026-12-31T23:59:59Z', year2026],
])('in %s at %s the year is the one from August to July', (zone, instant, year) => {
  expect(span(zone, instant)).toEqual(year)
})

test.each([
  ['Pacific/Auckland', '2026-12-31T10:59:59Z', 2026],
  ['Pacific/Auckland', '2026-12-31T11:00:00Z', 2027],
  // 31 July and 1 August are nothing special there.
  ['Pacific/Auckland', '2026-07-31T11:59:59Z', 2026],
  ['Pacific/Auckland', '2026-07-31T12:00:00Z', 2026],
  ['America/Argentina/Buenos_Aires', '2027-01-01T02:59:59Z', 2026],
  ['America/Argentina/Buenos_Aires', '2027-01-01T03:00:00Z', 2027],
  ['NZ', '2026-06-01T00:00:00Z', 2026],
])('in %s at %s the year is the calendar\'s', (zone, instant, year) => {
  expect(span(zone, instant)).toEqual({ title: `${year}`, startDate: `${year}-01-01`, endDate: `${year + 1}-01-01`, schoolYear: year })
})

test('two semesters fill the year without a gap', () => {
  expect(usualSchoolYear('Europe/Berlin', at('2026-11-23T12:00:00Z')).semesters).toEqual([
    { title: 'Semester 1', startDate: '2026-08-01', endDate: '2027-02-01' },
    { title: 'Semester 2', startDate: '2027-02-01', endDate: '2027-08-01' },
  ])
  expect(usualSchoolYear('Australia/Sydney', at('2026-11-23T12:00:00Z')).semesters).toEqual([
    { title: 'Semester 1', startDate: '2026-01-01', endDate: '2026-07-01' },
    { title: 'Semester 2', startDate: '2026-07-01', endDate: '2027-01-01' },
  ])
})

test('a turn of the century keeps two digits', () => {
  expect(usualSchoolYear('UTC', at('2099-09-01T00:00:00Z')).title).toBe('2099/00')
})

test('today depends on the zone, not on this machine', () => {
  const now = at('2026-11-23T10:30:00Z')
  expect([dayIn('Pacific/Kiritimati', now), dayIn('UTC', now), dayIn('Pacific/Niue', now)]).toEqual(['2026-11-24', '2026-11-23', '2026-11-22'])
})

test('a zone that does not exist is refused', () => {
  expect(() => dayIn('Mars/Olympus', at('2026-11-23T10:30:00Z'))).toThrow(RangeError)
})

test('every southern zone is one the runtime knows', () => {
  const unknown = [...southernZones].filter((timeZone) => {
    try {
      return !new Intl.DateTimeFormat('en', { timeZone })
    }
    catch {
      return true
    }
  })
  expect(unknown).toEqual([])
  expect(southernZones.size).toBe(150)
})
