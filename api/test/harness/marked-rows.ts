import type { Marked } from './canaries.ts'
import type { GraphqlClient } from './client.ts'
import type { TestDatabase } from './database.ts'
import { randomUUID } from 'node:crypto'
import { schemaOf } from './canaries.ts'

/** Ids by what they are of; of a school year its days too. */
export type Ids = Readonly<Record<string, string>>
type Sql = TestDatabase['sql']
type Asked = Marked & { readonly client: GraphqlClient }

interface Part { id: string, title: string, startDate: string, endDate: string }

/** The school's year and its terms get words of the school's own. */
export async function plantCalendar({ client, mark }: Asked): Promise<Ids> {
  const { dashboard } = await client.ask<{ dashboard: { schoolYear: Part & { children: Part[] } } }>('{ dashboard { schoolYear { id startDate endDate children { id startDate endDate } } } }')
  const { children, ...year } = dashboard.schoolYear
  const input = { ...year, title: `Year ${mark}`, terms: children.map(term => ({ ...term, title: `Term ${mark}` })) }
  await client.ask('mutation ($input: UpdateSchoolYearInput!) { updateSchoolYear(input: $input) { id } }', { input })
  const [term, otherTerm] = children as [Part, Part]
  return { year: year.id, term: term.id, otherTerm: otherTerm.id, from: year.startDate, half: otherTerm.startDate, to: year.endDate }
}

/** A year that only this school has, long after the current one. */
export async function plantLaterYear(sql: Sql, school: Marked): Promise<Ids> {
  const ids = { year: randomUUID(), term: randomUUID(), otherTerm: randomUUID(), from: '2089-08-01', half: '2090-02-01', to: '2090-08-01' }
  const row = `insert into ${schemaOf(school)}.academic_session (id, sourced_id, title, type, start_date, end_date, school_year, parent_id) values ($1::uuid, $1::text, $2, $3, $4, $5, 2090, $6)`
  await sql(row, [ids.year, `Later year ${school.mark}`, 'schoolYear', ids.from, ids.to, null])
  await sql(row, [ids.term, `Later term ${school.mark}`, 'semester', ids.from, ids.half, ids.year])
  await sql(row, [ids.otherTerm, `Latest term ${school.mark}`, 'semester', ids.half, ids.to, ids.year])
  return ids
}

/** People, a class and a course, as the office would add them. */
export async function plantRoster({ client, mark }: Asked, round: number, calendar: Ids): Promise<Ids> {
  const add = async (field: string, input: object) => Object.values(await client.ask<Record<string, { id: string }>>(`mutation ($input: ${field[0]!.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { id } }`, { input }))[0]!.id
  const person = (name: string) => ({ givenName: `${name} ${mark}`, familyName: `${round} ${mark}`, email: `${name}.${round}.${mark}@school.example`, identifier: `${name}-${round}-${mark}` })
  const student = await add('addStudent', { ...person('Ada'), preferredGivenName: `Countess ${mark}`, grade: '7' })
  const otherStudent = await add('addStudent', person('Grace'))
  const teacher = await add('addTeacher', person('Emmy'))
  const group = await client.ask<{ createClass: { id: string, course: { id: string } } }>('mutation ($input: CreateClassInput!) { createClass(input: $input) { id course { id } } }', {
    input: { title: `Analysis ${round} ${mark}`, termIds: [calendar.term], classCode: `${round}-${mark}`, location: `Room ${mark}`, teacherId: teacher },
  })
  const old = await client.ask<{ createClass: { id: string } }>('mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { input: { title: `Old ${round} ${mark}`, termIds: [calendar.term] } })
  const enrollment = await add('enrol', { classId: group.createClass.id, userId: student, role: 'STUDENT' })
  const oldCourse = await add('createCourse', { title: `Latin ${round} ${mark}`, courseCode: `L-${round}-${mark}`, grades: ['7'], subjects: [`Languages ${mark}`] })
  // Made once: its answer, people's words and all, is kept in the school.
  const { data } = await client.send<{ addStudent: { id: string } }>('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id familyName } }', { input: person('Sophie') }, { 'idempotency-key': randomUUID() })
  const leaver = data!.addStudent.id
  return { ...calendar, leaver, oldCourse, oldClass: old.createClass.id, student, otherStudent, teacher, class: group.createClass.id, course: group.createClass.course.id, enrollment }
}

/** What a statement is refused with where a column takes certain words only, or follows another (check, foreign key). */
const refusals = ['23514', '23503']
/** Read by the product: any other word would break it, or be taken away. */
const fixed = new Set(['org.sourced_id', 'org.time_zone', 'schema_migration.name'])

/** Puts the mark into every text of the school that can hold it, whoever writes it: PostgreSQL says which cannot. */
export async function fillTexts(sql: Sql, school: Marked): Promise<void> {
  const schema = schemaOf(school)
  await sql(`insert into ${schema}.demographics (user_id, sourced_id) select id, sourced_id from ${schema}."user"`)
  // An array must be as long as the one it goes with: the second time both are.
  for (const { table, column, type } of [...await textColumns(sql, schema), ...await textColumns(sql, schema)]) {
    const word = `'${school.mark}-' || left(md5(t::text), 6)`
    const value = type === 'ARRAY' ? `array[${word}]` : type === 'jsonb' ? `jsonb_build_object('word', ${word})` : word
    await sql(`update ${schema}."${table}" t set "${column}" = ${value} where coalesce("${column}"::text, '') not like '%${school.mark}%'`)
      .catch((error: { code?: string }) => {
        if (!refusals.includes(error.code ?? ''))
          throw error
      })
  }
}

/** Columns of a schema that can hold words of people or of other systems, outboxes aside: they are emptied meanwhile. */
export async function textColumns(sql: Sql, schema: string): Promise<{ table: string, column: string, type: string }[]> {
  const columns = await sql<{ table: string, column: string, type: string }>(`
    select table_name as table, column_name as column, data_type as type from information_schema.columns
    where table_schema = $1 and table_name <> 'outbox' and is_generated = 'NEVER' and data_type in ('text', 'character varying', 'ARRAY', 'jsonb') order by 1, 2`, [schema])
  return columns.filter(({ table, column }) => !fixed.has(`${table}.${column}`))
}

/** Makes `to` the twin of `from`: the same rows under the same keys, with its own mark and id wherever the other's stood. */
export async function twin(sql: Sql, from: Marked, to: Marked): Promise<void> {
  const [source, target] = [schemaOf(from), schemaOf(to)]
  const tables = await sql<{ name: string, columns: string }>(`
    select table_name as name, string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
    where table_schema = $1 and table_name not in ('schema_migration', 'outbox') and is_generated = 'NEVER' group by 1`, [source])
  const names = tables.map(({ name }) => `${target}."${name}"`)
  await sql([
    'begin',
    `truncate ${names.join(', ')}`,
    // Rows come table by table: what they refer to may come later.
    'set local session_replication_role = replica',
    ...tables.map(({ name, columns }) => `
      insert into ${target}."${name}" (${columns}) select ${columns} from jsonb_populate_recordset(null::${target}."${name}", (
        select replace(replace(coalesce(jsonb_agg(r), '[]')::text, '${from.mark}', '${to.mark}'), '${from.tenantId}', '${to.tenantId}')::jsonb from ${source}."${name}" r))`),
    'commit',
  ].join(';\n'))
}
