import { Temporal } from 'temporal-polyfill'
import { southernZones } from './southern-zones.ts'

/** A stretch of days as OneRoster writes it: the end is the first day no longer in it. */
export interface Period {
  readonly title: string
  readonly startDate: string
  readonly endDate: string
}

export interface SchoolYear extends Period {
  /** The year in which it ends. */
  readonly schoolYear: number
  readonly semesters: readonly [Period, Period]
}

/** Which day it is at a school. Throws a RangeError for a zone that does not exist. */
export function dayIn(timeZone: string, now: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}

/**
 * The usual school year on a day: 1 August to 31 July in the north, the calendar year in the south, in two halves.
 * A first guess for a new school, which corrects it on its check-list.
 */
export function usualSchoolYear(timeZone: string, now: Date): SchoolYear {
  const today = Temporal.PlainDate.from(dayIn(timeZone, now))
  const firstMonth = southernZones.has(timeZone.toLowerCase()) ? 1 : 8
  const start = Temporal.PlainDate.from({ year: today.month >= firstMonth ? today.year : today.year - 1, month: firstMonth, day: 1 })
  const middle = start.add({ months: 6 })
  const end = start.add({ years: 1 })
  const schoolYear = yearOfEnd(end.toString())
  return {
    title: schoolYear === start.year ? `${schoolYear}` : `${start.year}/${String(schoolYear % 100).padStart(2, '0')}`,
    startDate: start.toString(),
    endDate: end.toString(),
    schoolYear,
    semesters: [
      { title: 'Semester 1', startDate: start.toString(), endDate: middle.toString() },
      { title: 'Semester 2', startDate: middle.toString(), endDate: end.toString() },
    ],
  }
}

/** The year of the last day before an exclusive end. */
export function yearOfEnd(endDate: string): number {
  return Temporal.PlainDate.from(endDate).subtract({ days: 1 }).year
}
