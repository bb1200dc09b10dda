import type { TestSchool } from './two-schools.ts'
import { Cascade, defineEntity, p } from '@mikro-orm/core'

// The roster's tables with every kind of relation an ORM can lose its way in: pivots, lists that delete what leaves
// them, one that removes what it refers to, and one that cascades nothing.
export const Org = defineEntity({ name: 'Org', tableName: 'org', properties: { id: p.uuid().primary(), name: p.text() } })
export const Session = defineEntity({ name: 'Session', tableName: 'academic_session', properties: { id: p.uuid().primary(), title: p.text() } })
const UserSchema = defineEntity({
  name: 'User',
  tableName: 'user',
  properties: { id: p.uuid().primary(), sourcedId: p.text(), username: p.text(), givenName: p.text(), familyName: p.text() },
})
export class User extends UserSchema.class {}
UserSchema.setClass(User)
export const Course = defineEntity({
  name: 'Course',
  tableName: 'course',
  properties: { id: p.uuid().primary(), sourcedId: p.text(), title: p.text(), org: () => p.manyToOne(Org).ref().cascade() },
})
export const Class = defineEntity({
  name: 'Class',
  tableName: 'class',
  properties: {
    id: p.uuid().primary(),
    sourcedId: p.text(),
    title: p.text(),
    course: () => p.manyToOne(Course).ref(),
    school: () => p.manyToOne(Org).ref(),
    sessions: () => p.manyToMany(Session).owner().pivotTable('class_term').joinColumn('class_id').inverseJoinColumn('academic_session_id'),
    enrollments: () => p.oneToMany(Enrollment).mappedBy('class').orphanRemoval(),
  },
})
export const Enrollment = defineEntity({
  name: 'Enrollment',
  tableName: 'enrollment',
  properties: { id: p.uuid().primary(), sourcedId: p.text(), class: () => p.manyToOne(Class).ref(), user: () => p.manyToOne(UserSchema).ref().cascade(Cascade.PERSIST, Cascade.REMOVE), role: p.text() },
})
export const entities = [Org, Session, UserSchema, Course, Class, Enrollment]

/** Keys that both schools use. */
export const same = {
  org: '00000000-0000-4000-8000-000000000001',
  autumn: '00000000-0000-4000-8000-000000000002',
  spring: '00000000-0000-4000-8000-000000000003',
  course: '00000000-0000-4000-8000-000000000004',
  class: '00000000-0000-4000-8000-000000000005',
  user: '00000000-0000-4000-8000-000000000006',
  enrollment: '00000000-0000-4000-8000-000000000007',
} as const

const tables = ['org', 'academic_session', 'course', 'class', 'class_term', '"user"', 'enrollment']

/** Fills a school anew: a row of each kind and two terms, under the same keys in every school and called after it. */
export async function plant(school: TestSchool, name: string): Promise<void> {
  const record = (id: string, kind: string) => `('${id}', '${id}', '${name} ${kind}'`
  await school.sql(`
    truncate ${tables.map(table => `~${table}`).join(', ')} cascade;
    insert into ~org (id, sourced_id, name, type) values ${record(same.org, 'school')}, 'school');
    insert into ~academic_session (id, sourced_id, title, type, start_date, end_date, school_year)
      values ${record(same.autumn, 'autumn')}, 'semester', '2026-08-01', '2027-02-01', 2027), ${record(same.spring, 'spring')}, 'semester', '2027-02-01', '2027-08-01', 2027);
    insert into ~course (id, sourced_id, title, org_id) values ${record(same.course, 'course')}, '${same.org}');
    insert into ~class (id, sourced_id, title, course_id, school_id) values ${record(same.class, 'class')}, '${same.course}', '${same.org}');
    insert into ~class_term select '${same.class}', id from ~academic_session;
    insert into ~"user" (id, sourced_id, username, given_name, family_name) values ${record(same.user, 'user')}, 'Ada', 'Lovelace');
    insert into ~enrollment (id, sourced_id, class_id, user_id, role) values ('${same.enrollment}', '${same.enrollment}', '${same.class}', '${same.user}', 'student')`)
}

/** Every row of a school that was planted or could have been written beside it. */
export async function everything(school: TestSchool): Promise<string> {
  const rows = await school.sql<{ line: string }>(tables.map(table => `select '${table} ' || to_jsonb(t)::text as line from ~${table} t`).join(' union all '))
  return rows.map(({ line }) => line).toSorted().join('\n')
}
