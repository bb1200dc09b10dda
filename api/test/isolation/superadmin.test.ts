import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import type { TestSuperadmin } from '../harness/superadmin.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock, sqlOf, waits } from '../harness/process-holds.ts'
import { access, openSuperadmin } from '../harness/superadmin.ts'

interface Access { action: string, actorName: string, details: { reason: string, mode: string, operation: string }, requestId: string }

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
let superadmin: TestSuperadmin

beforeAll(async () => {
  homeroom = await openHomeroom({ patient: true })
  oakfield = await homeroom.openSchool('oakfield')
  riverside = await homeroom.openSchool('riverside')
  superadmin = await openSuperadmin(homeroom)
})
afterAll(() => homeroom?.stop())

const people = 'query People { users(first: 5) { nodes { id familyName } } }'
const addStudent = 'mutation { addStudent(input: { givenName: "Ada", familyName: "Lovelace" }) { id } }'

const codeOf = ({ status, errors }: { status: number, errors: { extensions: { code: string } }[] | undefined }) => [status, errors?.[0]?.extensions.code]
const send = (query: string, headers: Record<string, string> = {}) => superadmin.client.send(query, {}, headers)

/** Who looked, as the school's own ADMIN sees it; the newest first. */
async function seen(school: SignedUp): Promise<Access[]> {
  const answer = await school.client.ask<{ auditEvents: { nodes: Access[] } }>('{ auditEvents(first: 100, filter: { action: "superadmin.access" }) { nodes { action actorName details requestId } } }')
  return answer.auditEvents.nodes
}

let before: Access[]
beforeEach(async () => { before = await seen(oakfield) })

test('a superadmin reads a school by naming it and saying why, and its ADMIN sees who, when and why', async () => {
  const { errors, headers } = await send(people, access(oakfield.tenantId))
  expect(errors).toBeUndefined()
  expect((await seen(oakfield))[0]).toEqual({
    action: 'superadmin.access',
    actorName: `Sam Super <${superadmin.email}>`,
    details: { reason: 'The head asked us to look', mode: 'read', operation: 'People' },
    requestId: headers.get('x-request-id'),
  })
  expect(await seen(riverside)).toEqual([])
})

test('one operation is one access, however much of the school it reads', async () => {
  await send('query Wide { users(first: 5) { totalCount nodes { roles { org { name } } enrollments { class { title } } } } classes(first: 5) { totalCount } dashboard { __typename } }', access(oakfield.tenantId))
  expect((await seen(oakfield)).length).toBe(before.length + 1)
})

test.each([
  ['no tenant', { 'x-access-reason': 'The head asked us to look' }, [400, 'TENANT_REQUIRED']],
  ['no reason', { 'x-access-reason': undefined }, [400, 'ACCESS_REASON_REQUIRED']],
  ['a short reason', { 'x-access-reason': 'because' }, [400, 'BAD_USER_INPUT']],
  ['a long reason', { 'x-access-reason': 'x'.repeat(501) }, [400, 'BAD_USER_INPUT']],
  ['spaces for a reason', { 'x-access-reason': ' '.repeat(20) }, [400, 'BAD_USER_INPUT']],
  ['another mode', { 'x-access-mode': 'admin' }, [400, 'BAD_USER_INPUT']],
  ['an unknown tenant', { 'x-tenant-id': '6ff0e5b1-0000-4000-8000-00000000dead' }, [404, 'TENANT_NOT_FOUND']],
])('%s: nothing is read, and nothing is on record', async (what, headers, expected) => {
  const all: Record<string, string | undefined> = what === 'no tenant' ? headers : { ...access(oakfield.tenantId), ...headers }
  const answer = await send(people, Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined)))
  expect(codeOf(answer)).toEqual(expected)
  expect(answer.data?.users ?? null).toBeNull()
  expect(await seen(oakfield)).toEqual(before)
})

test('access that cannot be recorded does not happen', async () => {
  await homeroom.database.sql('alter table platform.audit_event add constraint refuse check (action <> \'superadmin.access\') not valid')
  try {
    const answer = await send(people, access(oakfield.tenantId))
    expect(codeOf(answer)).toEqual([200, 'INTERNAL_SERVER_ERROR'])
    expect(answer.data?.users ?? null).toBeNull()
  }
  finally {
    await homeroom.database.sql('alter table platform.audit_event drop constraint refuse')
  }
})

test('the record is committed before the first row of the school is read', async () => {
  // Whoever reads a person now waits; the record must be there all the same.
  const release = await holdLock(homeroom.database.adminUrl, `lock table t_${oakfield.tenantId.replaceAll('-', '')}."user" in access exclusive mode`)
  const answering = send(people, access(oakfield.tenantId))
  await waits(sqlOf(homeroom.database.adminUrl), { by: 'homeroom school', inStatement: '"user"' })
  expect((await seen(oakfield)).length).toBe(before.length + 1)
  await release()
  expect((await answering).errors).toBeUndefined()
})

test('reading is all there is, until writing is asked for', async () => {
  expect(codeOf(await send(addStudent, access(oakfield.tenantId)))).toEqual([403, 'FORBIDDEN'])
  expect(codeOf(await send(addStudent, access(oakfield.tenantId, { 'x-access-mode': 'write' })))).toEqual([200, undefined])
  expect((await seen(oakfield))[0]?.details).toMatchObject({ mode: 'write', operation: 'addStudent' })
})

test('a platform record needs no reason', async () => {
  const { data, errors } = await send('{ tenants(first: 5) { nodes { slug } } viewer { role } }')
  expect(errors).toBeUndefined()
  expect(data).toMatchObject({ tenants: { nodes: [{ slug: 'riverside' }, { slug: 'oakfield' }] }, viewer: { role: null } })
  expect(codeOf(await send('{ tenant { slug } }', { 'x-tenant-id': oakfield.tenantId }))).toEqual([200, undefined])
  expect(await seen(oakfield)).toEqual(before)
})

test('without a second factor there is nothing but enrolling one', async () => {
  const { client } = await openSuperadmin(homeroom, 'New Super', { secondFactor: false })
  for (const query of [people, addStudent, '{ tenants(first: 1) { nodes { id } } }', '{ auditEvents(first: 1) { totalCount } }', `mutation { retryTenantPreparation(tenantId: "${oakfield.tenantId}") { status } }`])
    expect.soft([query, ...codeOf(await client.send(query, {}, access(oakfield.tenantId, { 'x-access-mode': 'write' })))]).toEqual([query, 403, 'SECOND_FACTOR_REQUIRED'])
  expect((await client.send('{ viewer { id } sessions { id } }')).errors).toBeUndefined()
  expect(await seen(oakfield)).toEqual(before)
})

test('a member\'s reason opens nothing', async () => {
  expect(codeOf(await riverside.client.send(people, {}, access(oakfield.tenantId)))).toEqual([403, 'TENANT_MISMATCH'])
  expect(codeOf(await riverside.client.send('{ tenants(first: 1) { nodes { id } } }', {}, access(riverside.tenantId)))).toEqual([403, 'FORBIDDEN'])
})

test('every access is on record, in whatever order and however many at once', async () => {
  const countBefore = [before.length, (await seen(riverside)).length]
  const calls = Array.from({ length: 60 }, (_, n) => n % 3 === 0 ? riverside : oakfield)
  // Twelve at a time: nobody waits so long for a connection that the pool gives up.
  const numbers = calls.values()
  await Promise.all(Array.from({ length: 12 }, async () => {
    for (const school of numbers)
      expect((await send(people, access(school.tenantId))).errors).toBeUndefined()
  }))
  expect([(await seen(oakfield)).length, (await seen(riverside)).length]).toEqual([countBefore[0]! + 40, countBefore[1]! + 20])
})
