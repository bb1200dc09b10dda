import type { NewSchool, SeedSql, SeedStep } from '../../shared/seed.ts'
import { randomUUID } from 'node:crypto'
import { setupTasks } from './roster.words.ts'
import { usualSchoolYear } from './school-calendar.ts'

// Title, code, subject. What most schools teach; each school edits its own list.
const usualCourses: readonly (readonly [string, string, string])[] = [
  ['Mathematics', 'MATH', 'Mathematics'],
  ['Language Arts', 'LANG', 'Language Arts'],
  ['Foreign Language', 'FLAN', 'Foreign Languages'],
  ['Science', 'SCI', 'Science'],
  ['History', 'HIST', 'Social Studies'],
  ['Geography', 'GEO', 'Social Studies'],
  ['Physical Education', 'PE', 'Physical Education'],
  ['Art', 'ART', 'Arts'],
  ['Music', 'MUS', 'Arts'],
  ['Computing', 'COMP', 'Technology'],
]

/** What a new school starts with: itself, a school year and usual courses. People are never made up. */
export const rosterSeed: readonly SeedStep[] = [
  { name: 'seed-school', run: seedSchool },
  { name: 'seed-school-year', run: seedSchoolYear },
  { name: 'seed-courses', run: seedCourses },
]

/** The school is the org that other systems, too, know by the tenant's id. */
async function seedSchool(sql: SeedSql, school: NewSchool): Promise<void> {
  await sql.query(
    `with task as (insert into setup_task (key) select unnest($4::text[]))
     insert into org (sourced_id, name, type, time_zone) values ($1, $2, 'school', $3)`,
    [school.tenantId, school.name, school.timeZone, [...setupTasks]],
  )
}

async function seedSchoolYear(sql: SeedSql, school: NewSchool): Promise<void> {
  const year = usualSchoolYear(school.timeZone, school.now)
  const yearId = randomUUID()
  const rows = [
    [yearId, 'schoolYear', year, null],
    ...year.semesters.map(semester => [randomUUID(), 'semester', semester, yearId] as const),
  ] as const
  const columns = rows.map(([id, type, period, parent]) => [id, period.title, type, period.startDate, period.endDate, parent])
  await sql.query(
    `insert into academic_session (id, sourced_id, title, type, start_date, end_date, parent_id, school_year)
     select id, id::text, title, type, start_date, end_date, parent_id, $7::int
     from unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::date[], $6::uuid[]) as t (id, title, type, start_date, end_date, parent_id)`,
    [...columns[0]!.map((_, place) => columns.map(row => row[place])), year.schoolYear],
  )
}

async function seedCourses(sql: SeedSql, school: NewSchool): Promise<void> {
  const ids = usualCourses.map(() => randomUUID())
  await sql.query(
    `insert into course (id, sourced_id, title, course_code, subjects, org_id)
     select c.id, c.id::text, c.title, c.code, array[c.subject], org.id
     from org, unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) as c (id, title, code, subject)
     where org.sourced_id = $1`,
    [school.tenantId, ids, ...[0, 1, 2].map(place => usualCourses.map(course => course[place]))],
  )
}
