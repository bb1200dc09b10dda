import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outbox } from '../../../migrations/school/0002-outbox.ts'
import { changes } from '../../../migrations/school/0003-changes.ts'
import { schoolMigrations } from '../../../migrations/school/index.ts'
import { entityColumns, tableColumns } from '../../../test/harness/entity-columns.ts'
import { openTwoSchools } from '../../../test/harness/two-schools.ts'
import { schemaName } from '../../database/schema-names.ts'
import { rosterEntities } from './roster.entities.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools()
})
afterAll(() => schools.close())

/** Columns, constraints and indexes of a schema, its own name taken out. */
async function catalogue(schema: string) {
  const { sql } = schools.database
  const rows = await sql<{ line: string }>(`
    select format('%s.%s %s %s %s %s', relname, attname, format_type(atttypid, atttypmod), case when attnotnull then 'not null' end, attgenerated, pg_get_expr(adbin, adrelid)) as line
    from pg_attribute join pg_class on pg_class.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace = $1::regnamespace and relkind = 'r' and attnum > 0
    union all select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = $1::regnamespace and contype <> 'n'
    union all select indexdef from pg_indexes where schemaname = $1::regnamespace::text
    order by 1`, [schema])
  return rows.map(({ line }) => line.replaceAll(`${schema}.`, ''))
}

test('statement by statement, the history gives what preparation\'s one script gives', async () => {
  const { sql } = schools.database
  await sql('create schema stepwise')
  for (const statement of schoolMigrations.flatMap(migration => migration.statements))
    await sql(`set search_path = stepwise; ${statement}; reset search_path`)
  const stepwise = await catalogue('stepwise')
  expect(stepwise.length).toBeGreaterThan(150)
  expect(stepwise).toEqual(await catalogue(schemaName(schools.oakfield.id)))
  // A second run is loud, never adopted.
  await expect(sql(`set search_path = stepwise; ${schoolMigrations[0]!.statements[0]}`)).rejects.toMatchObject({ code: '42P07' })
})

test('every migration is a list of single statements that Citus can run too, numbered without a gap', () => {
  expect(schoolMigrations.map(({ version }) => version)).toEqual(schoolMigrations.map((_, place) => place + 1))
  for (const statement of schoolMigrations.flatMap(migration => migration.statements)) {
    expect(statement).toMatch(/^(?:create (?:unique )?index|create table|alter table|drop|insert|update) /)
    expect(statement).not.toMatch(/;|\b(?:do \$|trigger|serial|extension|if not exists|platform\.|pgboss\.|public\.)/)
  }
})

test('a migration names every table it makes, but for the history itself', () => {
  const made = schoolMigrations.flatMap(({ statements }) => statements.flatMap(statement => /^create table "?(\w+)/.exec(statement)?.[1] ?? []))
  expect(['schema_migration', ...schoolMigrations.flatMap(({ tables }) => tables)]).toEqual(made)
})

test('entities and tables agree on names, types, nulls and references', async () => {
  const schema = schemaName(schools.oakfield.id)
  // What the database computes by itself no entity writes; a reference by two columns an entity holds as a plain id. What is
  // beside the records is written and read as rows.
  expect(await entityColumns(rosterEntities)).toEqual(await tableColumns(schools.database.sql, schema, ['schema_migration', ...outbox.tables, ...changes.tables]))
})

test('every foreign key has an index to find its rows by', async () => {
  const bare = await schools.database.sql(`
    select conrelid::regclass::text as table, conname from pg_constraint
    where contype = 'f' and connamespace = $1::regnamespace and not exists (
      select from pg_index where indrelid = conrelid and (indkey::int2[])[0] = conkey[1]
        and (indpred is null or pg_get_expr(indpred, indrelid) like '%IS NOT NULL%'))`, [schemaName(schools.oakfield.id)])
  expect(bare).toEqual([])
})

const org = '(select id from ~org)'
const year = `(select id from ~academic_session where type = 'schoolYear')`
const person = (id: string, more = '') => `insert into ~"user" (id, sourced_id, username, given_name, family_name${more && ', identifier'}) values ('${id}', '${id}', '${id}', 'G', 'F'${more && `, '${more}'`})`
const [a, b, c] = ['a', 'b', 'c'].map(letter => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [string, string, string]

test('wrong data does not go in', async () => {
  const { sql } = schools.oakfield
  await sql(person(a, 'ID'))
  await sql(person(b))
  await sql(`insert into ~class (id, sourced_id, title, class_code, course_id, school_id) values ('${c}', 'c', 'Class', 'CODE', (select id from ~course limit 1), ${org})`)
  await sql(`insert into ~role (sourced_id, user_id, org_id, role, role_type) values ('r', '${a}', ${org}, 'teacher', 'primary')`)
  await sql(`insert into ~enrollment (sourced_id, class_id, user_id, role) values ('e', '${c}', '${a}', 'student')`)

  const session = (values: string) => `insert into ~academic_session (sourced_id, title, type, start_date, end_date, school_year, parent_id) values (${values})`
  const enrollment = (values: string, columns = '') => `insert into ~enrollment (sourced_id, class_id, user_id, role${columns}) values ('e2', '${c}', ${values})`
  const wrong: Record<string, readonly string[]> = {
    // A check says no.
    23514: [
      `insert into ~org (sourced_id, name, type) values ('two words', 'N', 'school')`,
      `insert into ~org (sourced_id, name, type) values ('o', 'N', 'kindergarten')`,
      `insert into ~org (sourced_id, name, type, status) values ('o', 'N', 'school', 'inactive')`,
      `insert into ~org (sourced_id, name, type, metadata) values ('o', 'N', 'school', '[]')`,
      `insert into ~org (sourced_id, name, type) values ('o', '', 'school')`,
      session(`'s', 'T', 'term', '2026-08-01', '2026-08-01', 2026, null`),
      session(`'s', 'T', 'schoolYear', '2026-08-01', '2027-08-01', 2026, null`),
      session(`'s', 'T', 'schoolYear', '2026-08-01', '2027-08-01', 2027, ${year}`),
      `update ~academic_session set parent_id = id where type = 'semester'`,
      `insert into ~course (sourced_id, title, subjects, subject_codes, org_id) values ('c', 'T', '{a,b}', '{1}', ${org})`,
      enrollment(`'${b}', 'guardian'`),
      enrollment(`'${b}', 'student', true`, ', is_primary'),
      enrollment(`'${b}', 'student', '2027-01-01', '2026-01-01'`, ', begin_date, end_date'),
      `insert into ~role (sourced_id, user_id, org_id, role, role_type) values ('r2', '${b}', ${org}, 'wizard', 'primary')`,
      `insert into ~setup_task (key) values ('holidays')`,
    ],
    // There is one already.
    23505: [
      person(a.replace('a', 'd'), 'ID'),
      `insert into ~"user" (sourced_id, username, given_name, family_name) values ('x', upper('${a}'), 'G', 'F')`,
      `insert into ~"user" (sourced_id, username, given_name, family_name) values ('${a}', 'x', 'G', 'F')`,
      enrollment(`'${a}', 'student'`),
      `insert into ~role (sourced_id, user_id, org_id, role, role_type) values ('r2', '${a}', ${org}, 'aide', 'primary')`,
      `insert into ~role (sourced_id, user_id, org_id, role, role_type) values ('r2', '${a}', ${org}, 'teacher', 'secondary')`,
      `insert into ~class (sourced_id, title, class_code, course_id, school_id) select 'c2', 'Other', 'CODE', course_id, school_id from ~class`,
      `insert into ~course (sourced_id, title, course_code, org_id) values ('c2', 'Maths', 'MATH', ${org})`,
    ],
    // What it refers to is not there, or is another.
    23503: [
      session(`'s', 'T', 'term', '2026-08-01', '2026-09-01', 2031, ${year}`),
      enrollment(`'${c}', 'student'`),
      `insert into ~demographics (user_id, sourced_id) values ('${a}', '${b}')`,
      `delete from ~org`,
    ],
    // It is missing.
    23502: [
      `insert into ~class (sourced_id, title, school_id) values ('c2', 'No course', ${org})`,
      `insert into ~"user" (sourced_id, username, given_name) values ('x', 'x', 'G')`,
    ],
  }
  for (const [code, statements] of Object.entries(wrong)) {
    for (const statement of statements)
      expect(await sql(statement).then(() => 'went in', (error: { code: string }) => error.code), statement).toBe(code)
  }
})

test('what is withdrawn makes room for the next', async () => {
  const { sql } = schools.oakfield
  await sql(`update ~"user" set status = 'tobedeleted' where identifier = 'ID'`)
  await sql(`update ~enrollment set status = 'tobedeleted'`)
  await sql(`update ~"user" set identifier = 'ID' where id = '${b}'`)
  await sql(`insert into ~enrollment (sourced_id, class_id, user_id, role) values ('e3', '${c}', '${a}', 'student')`)
  expect(await sql('select status from ~enrollment order by status')).toEqual([{ status: 'active' }, { status: 'tobedeleted' }])
})
