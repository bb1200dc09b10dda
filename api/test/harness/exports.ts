import type { GraphqlClient } from './client.ts'
import type { TestHomeroom } from './homeroom.ts'
import { buffer } from 'node:stream/consumers'
import yauzl from 'yauzl'
import { schemaName } from '../../src/database/schema-names.ts'

export const exportReason = 'The school moves to another provider.'
export const exportFields = 'id tenantId tenantName slug tenantGone state progress errorCode reason requestedBy createdAt completedAt expiresAt sizeBytes sha256 schemaVersion tables { name rows } rows'

export interface ExportAnswer {
  id: string
  tenantId: string
  tenantName: string
  slug: string
  tenantGone: boolean
  state: string
  progress: number
  errorCode: string | null
  reason: string
  requestedBy: string | null
  createdAt: string
  completedAt: string | null
  expiresAt: string | null
  sizeBytes: number | null
  sha256: string | null
  schemaVersion: number | null
  tables: { name: string, rows: number }[]
  rows: number
}

export const askExport = `mutation ($tenantId: ID!, $reason: String!) { exportTenant(tenantId: $tenantId, reason: $reason) { ${exportFields} } }`
export const askRestore = 'mutation ($exportId: ID!, $name: String!, $slug: String!, $adminEmail: String) { restoreTenant(exportId: $exportId, name: $name, slug: $slug, adminEmail: $adminEmail) { id name slug timeZone locale } }'

export async function listExports(operator: GraphqlClient, tenantId?: string): Promise<ExportAnswer[]> {
  const { schoolExports } = await operator.ask<{ schoolExports: { nodes: ExportAnswer[] } }>(`query ($tenantId: ID) { schoolExports(tenantId: $tenantId) { nodes { ${exportFields} } } }`, { tenantId })
  return schoolExports.nodes
}

/** Waits until an export has come to its end, asking as often as the database answers. */
export async function untilDone({ database }: TestHomeroom, operator: GraphqlClient, id: string): Promise<ExportAnswer> {
  while ((await database.sql('select 1 from platform.school_export where id = $1 and state in (\'QUEUED\', \'RUNNING\')', [id])).length > 0)
    await database.sql('select pg_sleep(0.05)')
  return (await listExports(operator)).find(found => found.id === id)!
}

/** Exports a school to the end. */
export async function exported(homeroom: TestHomeroom, operator: GraphqlClient, tenantId: string): Promise<ExportAnswer> {
  const { exportTenant } = await operator.ask<{ exportTenant: ExportAnswer }>(askExport, { tenantId, reason: exportReason })
  return untilDone(homeroom, operator, exportTenant.id)
}

export function download(url: string, id: string, accessToken?: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/exports/${id}`, { ...init, headers: accessToken ? { authorization: `Bearer ${accessToken}` } : {} })
}

/** The files of a zip by name. */
export async function unzip(bytes: Buffer): Promise<Map<string, string>> {
  const zip = await yauzl.fromBufferPromise(bytes)
  const files = new Map<string, string>()
  for await (const entry of zip.eachEntry())
    files.set(entry.fileName, (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8'))
  return files
}

/** Every row of every table that the catalogue knows of a school, in no order of its own; but for the history of the tables. */
export async function allRows({ database }: TestHomeroom, tenantId: string): Promise<Record<string, Record<string, unknown>[]>> {
  const schema = schemaName(tenantId)
  const tables = await database.sql<{ name: string }>('select relname as name from pg_class where relnamespace = $1::regnamespace and relkind in (\'r\', \'p\') and relname <> \'schema_migration\' order by 1', [schema])
  const found: Record<string, Record<string, unknown>[]> = {}
  for (const { name } of tables)
    found[name] = (await database.sql<{ row: Record<string, unknown> }>(`select row_to_json(t) as row from ${schema}."${name}" t order by t::text collate "C"`)).map(({ row }) => row)
  return found
}

/** People, classes and records in every state, with everything in their texts that a file could stumble over. */
export async function plantOddSchool({ database }: TestHomeroom, tenantId: string): Promise<void> {
  const schema = schemaName(tenantId)
  await database.sql(`
    set search_path = ${schema};
    insert into org (sourced_id, name, type, identifier, parent_id, metadata) select 'dept-1', 'Maths, "Physics" & co', 'department', '-1', id, '{"jp": {"kana": "ガッコウ"}, "note": "=1+1"}' from org where sourced_id = '${tenantId}';
    insert into org (sourced_id, name, type, status) values ('closed', 'Closed wing', 'department', 'tobedeleted');
    insert into org (sourced_id, name, type, parent_id) select 'wing', 'Under a closed wing', 'department', id from org where sourced_id = 'closed';
    insert into "user" (sourced_id, username, given_name, family_name, middle_name, email, phone, sms, user_ids, grades, identifier, pronouns, metadata) values
      ('-a.b_c/d@e', 'ada', '=cmd|'' /C calc''!A0', 'O''Neil, "the" 3rd', E'line one\\nline two', 'ada@x.example', '+41 44 668 18 00', '+1+1=2', '{"{sis:12,3}","{ldap:ada}"}', '{"07","08"}', '@SUM(A1)', 'she/her', '{"jp.kanaGivenName": "エイダ", "n": 12345678901234567890.123456789, "null": null}'),
      ('u2', 'zoé', '👩‍🏫 Zoé', E'Łukasz\\u2028Ünïcode', E'\\ttabbed', null, '-', null, '{}', '{}', '''=quoted', null, '{}'),
      ('u3', 'gone', 'Gone', 'Person', null, null, null, null, '{}', '{}', null, null, '{}'),
      ('u4', 'tess', '＝full', '-Teacher', null, null, null, null, '{}', '{}', null, null, '{}');
    update "user" set status = 'tobedeleted' where sourced_id = 'u3';
    update "user" set primary_org_id = (select id from org where sourced_id = 'dept-1') where sourced_id = 'u2';
    insert into demographics (user_id, sourced_id, birth_date, sex, asian, white, city_of_birth, country_of_birth_code) select id, sourced_id, '2009-02-28', 'female', true, false, 'Zürich, ZH', 'CH' from "user" where sourced_id = '-a.b_c/d@e';
    insert into demographics (user_id, sourced_id, birth_date) select id, sourced_id, '2010-01-01' from "user" where sourced_id = 'u3';
    insert into role (sourced_id, user_id, org_id, role, role_type, begin_date, end_date) select 'r-' || u.sourced_id, u.id, o.id, case u.sourced_id when 'u4' then 'teacher' else 'student' end, 'primary', '2026-08-01', '2027-08-01' from "user" u, org o where o.sourced_id = '${tenantId}';
    insert into course (sourced_id, title, course_code, org_id, subjects, subject_codes, grades) select 'c-odd', 'Drama, "Act I"', '+DR', id, '{"Arts, visual","Drama"}', '{"A1","D1"}', '{"07"}' from org where sourced_id = '${tenantId}';
    insert into class (sourced_id, title, class_code, location, course_id, school_id, periods) select v.sourced_id, v.title, v.sourced_id, '=HYPERLINK("http://x")', c.id, o.id, '{"1","2"}' from (values ('k1', 'Drama 7a'), ('k2', 'No term'), ('k3', 'Removed')) v (sourced_id, title), course c, org o where c.sourced_id = 'c-odd' and o.sourced_id = '${tenantId}';
    update class set status = 'tobedeleted' where sourced_id = 'k3';
    insert into class_term (class_id, academic_session_id) select k.id, s.id from class k, academic_session s where k.sourced_id <> 'k2' and s.type = 'semester';
    insert into enrollment (sourced_id, class_id, user_id, role, is_primary, begin_date) select 'e-' || k.sourced_id || '-' || replace(u.sourced_id, '/', '.'), k.id, u.id, case u.sourced_id when 'u4' then 'teacher' else 'student' end, u.sourced_id = 'u4', '2026-08-17' from class k, "user" u;
    update enrollment set status = 'tobedeleted' where sourced_id = 'e-k1-u2';
    reset search_path`)
}
