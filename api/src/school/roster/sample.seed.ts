import type { NewSchool, SeedSql, SeedStep } from '../../shared/seed.ts'

/**
 * The people of a test school, the same ones whenever it is made: 200 students of grades 5 to 9 in two homerooms each, 20
 * teachers, a principal, some guardians, and who attends what. Their names are made up, and example.org takes no mail.
 */
export const rosterSample: readonly SeedStep[] = [{ name: 'seed-sample-people', run: seedSamplePeople }]

const givenNames = ['Ada', 'Amara', 'Anton', 'Aylin', 'Bela', 'Chiara', 'Chidi', 'Clara', 'Diego', 'Elif', 'Emil', 'Farah', 'Felix', 'Goran', 'Hana', 'Ines', 'Ivo', 'Jana', 'Kaito', 'Lara', 'Leon', 'Linh', 'Luca', 'Malik', 'Mara', 'Mateo', 'Mila', 'Nadia', 'Noah', 'Nora', 'Omar', 'Pia', 'Rafael', 'Rosa', 'Samir', 'Selma', 'Tara', 'Theo', 'Vera', 'Zoë']
const familyNames = ['Abadi', 'Baumann', 'Castillo', 'Dvořák', 'Eriksen', 'Fontana', 'García', 'Haddad', 'Iversen', 'Jovanović', 'Keller', 'Lindqvist', 'Moreau', 'Nakamura', 'Okafor', 'Petrov', 'Quinn', 'Rossi', 'Schneider', 'Tanaka', 'Uzun', 'Vogel', 'Weber', 'Xu', 'Yılmaz', 'Zimmermann']
const grades = ['5', '6', '7', '8', '9']

const students = 200
const teachers = 20

interface Person { key: string, given: string, family: string, role: string, grade: string | null }

/** The same for the same number, and not the same for the next. */
const nth = <T>(list: readonly T[], place: number): T => list[place % list.length]!

/** 40 and 26 names in these strides: no two of 520 people are called the same. */
function people(): Person[] {
  const person = (key: string, place: number, role: string, grade: string | null = null, familyOf = place): Person =>
    ({ key, given: nth(givenNames, place * 7), family: nth(familyNames, familyOf * 11), role, grade })
  return [
    person('principal', 301, 'principal'),
    ...Array.from({ length: teachers }, (_, place) => person(`teacher-${number(place + 1)}`, 400 + place, 'teacher')),
    ...Array.from({ length: students }, (_, place) => person(`student-${number(place + 1)}`, place, 'student', nth(grades, place))),
    ...Array.from({ length: 10 }, (_, place) => person(`guardian-${number(place + 1)}`, 450 + place, 'guardian', null, place * 20)),
  ]
}

const number = (place: number) => String(place).padStart(3, '0')

async function seedSamplePeople(sql: SeedSql, school: NewSchool): Promise<void> {
  const all = people()
  await sql.query(`
    with person as (
      insert into "user" (sourced_id, username, given_name, family_name, email, grades, primary_org_id)
      select 'sample-' || key, 'sample.' || key, given, family, 'sample.' || key || '@example.org', case when grade is null then '{}' else array[grade] end, org.id
      from org, unnest($1::text[], $2::text[], $3::text[], $4::text[]) as t (key, given, family, grade)
      returning id, sourced_id, primary_org_id
    )
    insert into role (sourced_id, user_id, org_id, role, role_type)
    select person.sourced_id || '-role', person.id, person.primary_org_id, t.role, 'primary'
    from person join unnest($1::text[], $5::text[]) as t (key, role) on person.sourced_id = 'sample-' || t.key`, [
    all.map(({ key }) => key),
    all.map(({ given }) => given),
    all.map(({ family }) => family),
    all.map(({ grade }) => grade),
    all.map(({ role }) => role),
  ])
  await sql.query(`
    with subject as (
      select id, org_id, title, course_code, subjects, (row_number() over (order by course_code))::int as place from course
    ), class as (
      insert into class (sourced_id, title, class_code, class_type, location, grades, subjects, course_id, school_id)
      select 'sample-class-' || lower(subject.course_code) || '-' || grade || part, subject.title || ' ' || grade || part, subject.course_code || '-' || grade || part,
        case when subject.course_code = 'LANG' then 'homeroom' else 'scheduled' end, 'Room ' || (100 * (ascii(part) - 96) + subject.place), array[grade], subject.subjects, subject.id, subject.org_id
      from subject, unnest($1::text[]) as grade, unnest(array['a', 'b']) as part
      returning id, sourced_id, class_code
    ), term as (
      insert into class_term (class_id, academic_session_id)
      select class.id, s.id from class, academic_session s where s.type = 'semester'
    ), placed as (
      select class.id, split_part(class.class_code, '-', 2) as part, (row_number() over (order by class.class_code))::int - 1 as place from class
    ), taught as (
      select 'sample-taught-' || placed.place as sourced_id, placed.id as class_id, u.id as user_id, 'teacher' as role, true as is_primary
      from placed join "user" u on u.sourced_id = 'sample-teacher-' || lpad((placed.place % ${teachers} + 1)::text, 3, '0')
    ), attended as (
      select 'sample-attended-' || u.sourced_id || '-' || placed.place, placed.id, u.id, 'student', false
      from "user" u join placed on placed.part = u.grades[1] || case when right(u.sourced_id, 3)::int % 10 < 5 then 'a' else 'b' end
      where u.sourced_id like 'sample-student-%'
    )
    insert into enrollment (sourced_id, class_id, user_id, role, is_primary) select * from taught union all select * from attended`, [grades])
  // Whoever followed the school as it was before begins again, rather than waiting for numbers that come much later.
  await sql.query('update change_counter set last = $1, purged = $1', [(school.cycle - 1) * 1_000_000_000])
}
