import { expect, test } from 'vitest'
import { openStatementReader } from './statement-reach.ts'

const reachOf = await openStatementReader()

test.each([
  'select name from org where id = $1 for update',
  'with child as (select id from org) select * from child',
  'with told as (insert into outbox (action) values ($1) returning id) select pg_notify($2, $3) from told',
  'insert into org (name) values ($1) on conflict (id) do update set name = excluded.name returning id',
  'update class set title = $1 from course where course.id = class.course_id',
  'delete from class_term using class where class.id = class_id',
  'merge into org using class on false when not matched then insert (name) values (\'x\')',
  'values (1), (2)',
  // Names of columns, however many points they have.
  'select "user".id, org.*, (org).parent, (org.address).street.name from "user" join org using (id, status)',
  'with pair (a, b) as (select 1, 2) select c, d from pair as other (c, d) order by other.c, d',
  'select (array[1, 2])[1], $1::int[], interval \'1 day\', current_date, extract(year from now()), pg_catalog.lower(\'X\')',
  'select pg_advisory_xact_lock(1)',
])('%s', (statement) => {
  expect(reachOf(statement, true)).toEqual({ schemas: [] })
})

test.each([
  'select * from s.org',
  'select * from org join s.class on true',
  'select (select name from s.org limit 1)',
  'select 1 where exists (select from s.org)',
  'select 1 union select id from s.org',
  'with child as (select * from s.org) select * from child',
  'with gone as (delete from s.org returning id) select * from gone',
  'select * from org, lateral (select * from s.class) as c',
  'select s.org.name from org',
  'select s.org.* from org',
  'insert into s.org (name) values (\'x\')',
  'insert into org select * from s.org',
  'insert into org (id) values (1) on conflict (id collate s.c) do nothing',
  'insert into org (id) values (1) on conflict (id s.uuid_ops) do nothing',
  'update s.org set name = \'x\'',
  'update org set name = (select name from s.org)',
  'update org set name = other.name from s.org as other',
  'delete from s.org',
  'delete from org using s.org as other',
  'delete from org returning s.f(id)',
  'merge into s.org using class on false when matched then delete',
  'merge into org using s.class on false when matched then delete',
  'select s.f(1)',
  'select * from s.f(1)',
  'select count(*) filter (where s.f(id)) over (order by s.f(id)) from org',
  'select 1::s.number',
  'select cast(null as s.number[])',
  'select 1 operator(s.+) 1',
  'select operator(s.-) 1',
  'select 1 operator(s.=) any (select 1)',
  'select name collate s.german from org',
  'select * from org order by name using operator(s.<)',
  'select * from org tablesample s.system(1)',
  'select * from xmltable(\'/a\' passing $1 columns b s.number)',
  'select * from json_table($1, \'$\' columns (b s.number))',
])('%s names the schema s', (statement) => {
  expect(reachOf(statement, true)).toEqual({ schemas: ['s'] })
})

test('every schema is found, information_schema among them, and the case of a quoted one is kept', () => {
  expect(reachOf('select * from information_schema.tables, "T_A".org, pg_catalog.pg_class', true).schemas.toSorted()).toEqual(['T_A', 'information_schema'])
})

test.each([
  'set role t_other',
  'set local search_path to t_other',
  'reset role',
  'begin',
  'commit',
  'rollback',
  'savepoint here',
  'do $$ begin perform 1; end $$',
  'call p()',
  'prepare p as select 1',
  'execute p',
  'declare c cursor for select 1',
  'copy org to stdout',
  'explain select 1',
  'listen x',
  'notify x',
  'lock table org',
  'truncate org',
  'create table t (id int)',
  'create temp table t as select 1',
  'select * into t from org',
  'alter role t_other login',
  'drop table org',
  'grant select on org to public',
  'select 1; select 2',
  'select 1; drop table org',
  '',
  '-- nothing',
  'selec 1',
  'select 1 \0',
  `select ${'('.repeat(50_000)}1${')'.repeat(50_000)}`,
  'select * from other_database.s.org',
  ...['set_config(\'role\', \'t_other\', true)', 'pg_catalog.set_config(\'role\', \'t_other\', true)', 'pg_terminate_backend(1)', 'pg_cancel_backend(1)', 'pg_read_file(\'/etc/passwd\')', 'pg_ls_dir(\'.\')', 'lo_import(\'/etc/passwd\')', 'lo_get(1)', 'dblink(\'\', \'select 1\')', 'query_to_xml(\'select 1\', true, true, \'\')', 'database_to_xml(true, true, \'\')', 'ts_stat(\'select 1\')', 'pg_advisory_lock(1)', 'pg_try_advisory_lock_shared(1)'].map(call => `select ${call}`),
])('no school may send: %s', (statement) => {
  expect(reachOf(statement, true).refusal).toEqual(expect.any(String))
})

test('why a statement is refused quotes nothing of it', () => {
  for (const statement of ['select \'Ada\' \'Lovelace\' from from', 'set role \'Ada\'', 'select 1 where \'Ada\' = pg_read_file(\'Ada\')'])
    expect(reachOf(statement, true).refusal).not.toContain('Ada')
})

test('what comes again is read once, and values written into statements do not push it out', async () => {
  const read = await openStatementReader(2)
  const text = (n: number) => `select name from org where id = $1 and ${n} = ${n}`
  const first = read(text(1), true)
  const plain = read('select name from org', false)
  for (let n = 0; n < 100; n += 1) {
    const values = `insert into org (name) values ('${n}')`
    expect(read(values, false)).not.toBe(read(values, false))
  }
  expect(read('select name from org', false)).toBe(plain)
  expect(read(text(1), true)).toBe(first)
  // Of three the one used longest ago is forgotten.
  read(text(2), true)
  expect(read(text(1), true)).toBe(first)
  expect(read('select name from org', false)).not.toBe(plain)
})
