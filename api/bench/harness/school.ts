import type { Homeroom } from './homeroom.ts'
import pg from 'pg'
import { quoteIdentifier, schemaName } from '../../src/database/schema-names.ts'
import { openSocket, signUp } from './client.ts'

export interface School {
  readonly tenantId: string
  readonly schema: string
  readonly accessToken: string
  /** One of the students. */
  readonly studentId: string
}

/** A school that signed up and was prepared, with 100 students in 6 classes each: 20 classes, 10 courses, 12 teachers, two a class. */
export async function openSchool({ url, urls }: Homeroom): Promise<School> {
  const socket = await openSocket(url)
  const { tenantId, accessToken } = await signUp(url)
  await socket.ready(tenantId)
  await socket.close()
  const schema = schemaName(tenantId)
  const owner = new pg.Client({ connectionString: urls.owner })
  await owner.connect()
  await owner.query(`set search_path = ${quoteIdentifier(schema)}`)
  await owner.query(people)
  const { rows: [student] } = await owner.query<{ id: string }>(`select id from "user" where username = 'student-25'`)
  // Not analyzed by hand and not left to chance either: autovacuum would come in the middle.
  await owner.query('vacuum analyze "user", role, class, enrollment, course, org')
  await owner.end()
  return { tenantId, schema, accessToken, studentId: student!.id }
}

// Students' family names sort before the teachers'.
const people = `
with teachers as (
  insert into "user" (sourced_id, username, given_name, family_name)
  select 'teacher-' || n, 'teacher-' || n, 'Grace', 'Teacher ' || chr(64 + n) from generate_series(1, 12) as n returning id, username
), students as (
  insert into "user" (sourced_id, username, given_name, family_name, email, grades)
  select 'student-' || n, 'student-' || n, (array['Ada', 'Alan', 'Edsger', 'Barbara', 'Donald'])[n % 5 + 1], 'Pupil ' || lpad((n * 37 % 100)::text, 2, '0'),
    'student-' || n || '@school.example', array['7']
  from generate_series(1, 100) as n returning id, username
), roles as (
  insert into role (sourced_id, user_id, org_id, role, role_type)
  select 'role-' || person.username, person.id, org.id, case when person.username like 's%' then 'student' else 'teacher' end, 'primary'
  from (select * from teachers union all select * from students) as person, org
), numbered as (
  select id, org_id, title, course_code, row_number() over (order by title) as place from course
), classes as (
  insert into class (sourced_id, title, class_code, course_id, school_id)
  select 'class-' || n, numbered.title || ' ' || n, course_code || '-' || n, numbered.id, org_id
  from generate_series(1, 20) as n join numbered on place = n % 10 + 1 returning id, sourced_id
)
insert into enrollment (sourced_id, class_id, user_id, role, is_primary)
select 'taught-' || n || '-' || k, classes.id, teachers.id, 'teacher', k = 0
from generate_series(1, 20) as n, generate_series(0, 1) as k, classes, teachers
where classes.sourced_id = 'class-' || n and teachers.username = 'teacher-' || ((n + k * 5) % 12 + 1)
union all
select 'attended-' || n || '-' || k, classes.id, students.id, 'student', false
from generate_series(1, 100) as n, generate_series(0, 5) as k, classes, students
where classes.sourced_id = 'class-' || ((n + k * 3) % 20 + 1) and students.username = 'student-' || n`
