import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { ExportAnswer } from '../../../test/harness/exports.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { TestSuperadmin } from '../../../test/harness/superadmin.ts'
import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askExport, download, exported, exportFields, exportReason, listExports, untilDone, unzip } from '../../../test/harness/exports.ts'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { holdLock, sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { signedIn } from '../../../test/harness/sign-in.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { schemaName } from '../../database/schema-names.ts'
import { tenantLock } from '../../database/tenant-lock.ts'

let homeroom: TestHomeroom
let superadmin: TestSuperadmin
let operator: GraphqlClient
let oakfield: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ patient: true })
  oakfield = await homeroom.openSchool('oakfield')
  superadmin = await openSuperadmin(homeroom)
  operator = superadmin.client
})
beforeEach(async () => {
  await homeroom.database.sql('delete from platform.school_export')
  await homeroom.database.sql('update platform.tenant set lifecycle = \'ACTIVE\', delete_after = null')
})
afterAll(() => homeroom?.stop())

const request = (tenantId = oakfield.tenantId, reason = exportReason) => operator.send<{ exportTenant: ExportAnswer }>(askExport, { tenantId, reason })
const code = (answer: { errors: { extensions: { code: string } }[] | undefined }) => answer.errors?.[0]?.extensions.code
const trail = async (since = 0) => (await homeroom.database.sql<{ action: string, details: object, sequence: string }>('select action, details, sequence from platform.audit_event where chain = $1 and sequence > $2 order by sequence', [oakfield.tenantId, since]))
const lastEvent = async () => Number((await trail()).at(-1)!.sequence)

describe('asking for an export', () => {
  test('puts who looks at the school, and why, on its record before a worker can read a row; its ADMIN reads that', async () => {
    const before = await lastEvent()
    const release = await holdLock(homeroom.database.adminUrl, `select pg_advisory_xact_lock(${tenantLock(oakfield.tenantId)})`)
    const { exportTenant } = (await request()).data!
    expect(exportTenant).toMatchObject({ tenantId: oakfield.tenantId, tenantName: 'School oakfield', slug: 'oakfield', tenantGone: false, state: 'QUEUED', progress: 0, errorCode: null, reason: exportReason, requestedBy: `Sam Super <${superadmin.email}>`, sizeBytes: null, sha256: null, tables: [], rows: 0, expiresAt: null })
    const access = { action: 'superadmin.access', details: { reason: exportReason, mode: 'read', operation: 'exportTenant' } }
    expect(await trail(before)).toMatchObject([access])
    await release()
    const done = await untilDone(homeroom, operator, exportTenant.id)
    expect(done).toMatchObject({ state: 'READY', progress: 100 })
    expect(Date.parse(done.expiresAt!) - Date.parse(done.completedAt!)).toBe(7 * 24 * 3600_000)
    expect(await trail(before)).toMatchObject([access, { action: 'export.made', details: { rows: done.rows, bytes: done.sizeBytes } }])
    const { auditEvents } = await oakfield.client.ask<{ auditEvents: { nodes: { action: string, details: { reason?: string } }[] } }>('{ auditEvents(first: 2) { nodes { action details } } }')
    expect(auditEvents.nodes.map(({ action, details }) => [action, details.reason])).toEqual([['export.made', undefined], ['superadmin.access', exportReason]])
  })

  test('works for a school that is suspended, and for one that is archived', async () => {
    for (const lifecycle of ['SUSPENDED', 'ARCHIVED']) {
      await homeroom.database.sql('update platform.tenant set lifecycle = $1 where id = $2', [lifecycle, oakfield.tenantId])
      expect(await exported(homeroom, operator, oakfield.tenantId)).toMatchObject({ state: 'READY' })
    }
  })

  test('one of a school at a time: of three operators at once two are told', async () => {
    const release = await holdLock(homeroom.database.adminUrl, `select pg_advisory_xact_lock(${tenantLock(oakfield.tenantId)})`)
    const answers = await Promise.all([request(), request(), request()])
    expect(answers.map(answer => code(answer) ?? 'queued').sort()).toEqual(['CONFLICT', 'CONFLICT', 'queued'])
    await release()
    await untilDone(homeroom, operator, answers.find(({ data }) => data)!.data!.exportTenant.id)
    expect(await listExports(operator)).toHaveLength(1)
  })

  test.each<[string, () => Promise<unknown>, string]>([
    ['a school that is to be deleted', () => homeroom.database.sql('update platform.tenant set lifecycle = \'DELETING\', delete_after = now() + interval \'1 day\''), 'LIFECYCLE_CONFLICT'],
    ['a school that is not ready', () => homeroom.database.sql('update platform.tenant set preparation_status = \'PENDING\', preparation_completed_at = null'), 'TENANT_NOT_READY'],
  ])('%s is refused, and nothing is put on its record', async (_, arrange, expected) => {
    await arrange()
    const before = await lastEvent()
    try {
      expect(code(await request())).toBe(expected)
      expect(await trail(before)).toEqual([])
      expect(await listExports(operator)).toEqual([])
    }
    finally {
      await homeroom.database.sql('update platform.tenant set preparation_status = \'READY\'')
    }
  })

  test.each<[string, string, string, string]>([
    ['an unknown tenant', randomUUID(), exportReason, 'TENANT_NOT_FOUND'],
    ['an id that is none', 'oakfield', exportReason, 'TENANT_NOT_FOUND'],
    ['a reason too short', '', 'because', 'BAD_USER_INPUT'],
    ['a reason too long', '', 'x'.repeat(501), 'BAD_USER_INPUT'],
  ])('%s is refused', async (_, id, reason, expected) => {
    expect(code(await request(id || oakfield.tenantId, reason))).toBe(expected)
  })

  test('a school of a version that this release does not read is given up, and says so', async () => {
    await homeroom.database.sql('update platform.tenant set schema_version = 99, schema_serves_from = 99 where id = $1', [oakfield.tenantId])
    try {
      const before = await lastEvent()
      expect(await exported(homeroom, operator, oakfield.tenantId)).toMatchObject({ state: 'FAILED', errorCode: 'TENANT_MAINTENANCE', sizeBytes: null, rows: 0 })
      expect((await trail(before)).map(({ action }) => action)).toEqual(['superadmin.access', 'export.failed'])
      expect(await homeroom.database.sql('select 1 from platform.school_export_part')).toEqual([])
    }
    finally {
      await homeroom.database.sql('update platform.tenant set schema_version = e.version, schema_serves_from = 1 from (select max(version) as version from ' + `${schemaName(oakfield.tenantId)}.schema_migration) e where id = $1`, [oakfield.tenantId])
    }
  })

  test('a table that the school\'s role may not read ends it, rather than being left out', async () => {
    const schema = schemaName(oakfield.tenantId)
    await homeroom.database.sql(`create table ${schema}.unknown (id int primary key)`)
    try {
      expect(await exported(homeroom, operator, oakfield.tenantId)).toMatchObject({ state: 'FAILED', errorCode: 'EXPORT_FAILED' })
    }
    finally {
      await homeroom.database.sql(`drop table ${schema}.unknown`)
    }
  })
})

test('what others commit meanwhile is not in it: all of it is of one moment', async () => {
  const schema = schemaName(oakfield.tenantId)
  await homeroom.database.sql(`insert into ${schema}."user" (sourced_id, username, given_name, family_name) select 'many-' || n, 'many-' || n, 'Many', 'Person' from generate_series(1, 3000) n`)
  // It comes as far as the table with the enrolments, which somebody holds; nobody of the people has been read by then.
  const release = await holdLock(homeroom.database.adminUrl, `lock table ${schema}.enrollment in access exclusive mode`)
  const { exportTenant } = (await request()).data!
  await waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom school' })
  // Nor does anybody migrate or delete the school before it is over.
  expect(await homeroom.database.sql('select pg_try_advisory_xact_lock($1::bigint) as free', [tenantLock(oakfield.tenantId)])).toEqual([{ free: false }])
  await homeroom.database.sql(`update ${schema}."user" set family_name = 'Changed' where given_name = 'Many'`)
  await release()
  const done = await untilDone(homeroom, operator, exportTenant.id)
  const files = await unzip(Buffer.from(await (await download(homeroom.api.url, done.id, superadmin.accessToken)).arrayBuffer()))
  for (const name of ['json/user.ndjson', 'users.csv']) {
    expect(files.get(name)!.match(/Person/g)).toHaveLength(3000)
    expect(files.get(name)).not.toContain('Changed')
  }
  await homeroom.database.sql(`delete from ${schema}."user" where given_name = 'Many'`)
})

describe('taking it away', () => {
  test('is for a superadmin with a token, under a name of its own, with what proves it whole; each time on record', async () => {
    const done = await exported(homeroom, operator, oakfield.tenantId)
    const before = await lastEvent()
    const other = await openSuperadmin(homeroom, 'Other Super')
    for (const token of [superadmin.accessToken, other.accessToken]) {
      const response = await download(homeroom.api.url, done.id, token)
      expect(response.status).toBe(200)
      const bytes = Buffer.from(await response.arrayBuffer())
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'application/zip',
        'content-length': String(done.sizeBytes),
        'content-disposition': `attachment; filename="oakfield-${done.createdAt.slice(0, 10)}.zip"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'repr-digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`,
      })
    }
    expect((await trail(before)).map(({ action }) => action)).toEqual(['export.downloaded', 'export.downloaded'])
  })

  test('no token, another\'s, a broken one, and a wrong id are refused, and leave no trace', async () => {
    const done = await exported(homeroom, operator, oakfield.tenantId)
    const member = await signedIn(homeroom.visitor, { email: oakfield.email, password })
    const newcomer = await openSuperadmin(homeroom, 'New Super', { secondFactor: false })
    const before = await lastEvent()
    const asked = async (id: string, token?: string, init?: RequestInit) => {
      const response = await download(homeroom.api.url, id, token, init)
      const body = await response.json() as { errors: { extensions: { code: string } }[] }
      return `${response.status} ${body.errors[0]!.extensions.code}`
    }
    expect(await asked(done.id)).toBe('401 UNAUTHENTICATED')
    expect(await asked(done.id, 'nonsense')).toBe('401 UNAUTHENTICATED')
    expect(await asked(done.id, member.accessToken)).toBe('403 FORBIDDEN')
    expect(await asked(done.id, newcomer.accessToken)).toBe('403 SECOND_FACTOR_REQUIRED')
    expect(await asked(randomUUID(), superadmin.accessToken)).toBe('404 NOT_FOUND')
    expect(await asked('..%2f..%2fetc%2fpasswd', superadmin.accessToken)).toBe('404 NOT_FOUND')
    expect(await asked(done.id, superadmin.accessToken, { method: 'POST' })).toBe('404 NOT_FOUND')
    expect((await download(homeroom.api.url, done.id, superadmin.accessToken, { method: 'HEAD' })).status).toBe(404)
    // A session that has ended opens nothing any more.
    await newcomer.client.ask('mutation { signOut }')
    expect(await asked(done.id, newcomer.accessToken)).toBe('401 UNAUTHENTICATED')
    expect(await trail(before)).toEqual([])
  })

  test('what is not there whole cannot be had', async () => {
    const done = await exported(homeroom, operator, oakfield.tenantId)
    await homeroom.database.sql('delete from platform.school_export_part where position = 0')
    expect((await download(homeroom.api.url, done.id, superadmin.accessToken)).status).toBe(500)
    await homeroom.database.sql('update platform.school_export set state = \'FAILED\'')
    expect((await download(homeroom.api.url, done.id, superadmin.accessToken)).status).toBe(404)
  })
})

describe('the list', () => {
  test('has the newest first, page by page, of one school or of all', async () => {
    const riverside = await homeroom.openSchool('riverside')
    const made = [await exported(homeroom, operator, oakfield.tenantId), await exported(homeroom, operator, riverside.tenantId), await exported(homeroom, operator, oakfield.tenantId)].map(({ id }) => id)
    expect((await listExports(operator)).map(({ id }) => id)).toEqual([...made].reverse())
    expect((await listExports(operator, oakfield.tenantId.toUpperCase())).map(({ id }) => id)).toEqual([made[2], made[0]])
    expect(await listExports(operator, randomUUID())).toEqual([])
    const page = 'query ($after: String) { schoolExports(first: 2, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }'
    interface Answer { schoolExports: { totalCount: number, nodes: { id: string }[], pageInfo: { hasNextPage: boolean, endCursor: string } } }
    const first = (await operator.ask<Answer>(page)).schoolExports
    expect(first).toMatchObject({ totalCount: 3, nodes: [{ id: made[2] }, { id: made[1] }], pageInfo: { hasNextPage: true } })
    expect((await operator.ask<Answer>(page, { after: first.pageInfo.endCursor })).schoolExports).toMatchObject({ nodes: [{ id: made[0] }], pageInfo: { hasNextPage: false } })
    expect((await operator.send('{ schoolExports(tenantId: "oakfield") { totalCount } }')).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['tenantId'] }] })
  })

  test('has no export that has expired: it cannot be had, nor restored, nor deleted', async () => {
    const done = await exported(homeroom, operator, oakfield.tenantId)
    await homeroom.database.sql('update platform.school_export set expires_at = now() - interval \'1 second\'')
    expect(await listExports(operator)).toEqual([])
    expect((await download(homeroom.api.url, done.id, superadmin.accessToken)).status).toBe(404)
    expect(code(await operator.send('mutation ($id: ID!) { restoreTenant(exportId: $id, name: "Again", slug: "again") { id } }', { id: done.id }))).toBe('NOT_FOUND')
    expect(code(await operator.send('mutation ($id: ID!) { deleteSchoolExport(id: $id) }', { id: done.id }))).toBe('NOT_FOUND')
  })

  test('loses what is deleted, with its bytes; not while it is being made', async () => {
    const remove = (id: string) => operator.send('mutation ($id: ID!) { deleteSchoolExport(id: $id) }', { id })
    const release = await holdLock(homeroom.database.adminUrl, `select pg_advisory_xact_lock(${tenantLock(oakfield.tenantId)})`)
    const { exportTenant } = (await request()).data!
    expect(code(await remove(exportTenant.id))).toBe('CONFLICT')
    await release()
    await untilDone(homeroom, operator, exportTenant.id)
    const before = await lastEvent()
    expect((await remove(exportTenant.id)).data).toEqual({ deleteSchoolExport: true })
    expect(code(await remove(exportTenant.id))).toBe('NOT_FOUND')
    expect(await homeroom.database.sql('select 1 from platform.school_export_part')).toEqual([])
    expect((await trail(before)).map(({ action }) => action)).toEqual(['export.deleted'])
  })
})

test('members are refused all of it, whatever their role', async () => {
  for (const document of ['{ schoolExports { totalCount } }', `mutation { exportTenant(tenantId: "${oakfield.tenantId}", reason: "${exportReason}") { ${exportFields} } }`, `mutation { deleteSchoolExport(id: "${randomUUID()}") }`, `mutation { restoreTenant(exportId: "${randomUUID()}", name: "x", slug: "abc") { id } }`])
    expect(code(await oakfield.client.send(document))).toBe('FORBIDDEN')
})
