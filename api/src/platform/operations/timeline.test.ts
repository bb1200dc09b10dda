import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { FleetSchool } from '../../../test/harness/fleet.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFleet } from '../../../test/harness/fleet.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { access, openSuperadmin } from '../../../test/harness/superadmin.ts'
import { schemaName } from '../../database/schema-names.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let operatorName: string
let school: SignedUp

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  const superadmin = await openSuperadmin(homeroom)
  operator = superadmin.client
  operatorName = `Sam Super <${superadmin.email}>`
  school = await homeroom.signUp('oakfield')
})
afterAll(() => homeroom?.stop())

interface Entry { id: string, kind: string, at: string, endedAt: string | null, title: string, actorName: string | null, reason: string | null, details: Record<string, unknown>, steps: { name: string, startedAt: string, completedAt: string | null, rolledBack: boolean }[] }
interface Timeline { nodes: Entry[], pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, endCursor: string | null } }

const query = `query ($id: ID!, $first: Int, $after: String, $kinds: [TimelineKind!]) { fleetTenant(id: $id) { operations { timeline(first: $first, after: $after, kinds: $kinds) {
  nodes { id kind at endedAt title actorName reason details steps { name startedAt completedAt rolledBack } } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }`
const ask = async (id: string, more: object = {}) => (await operator.ask<{ fleetTenant: { operations: { timeline: Timeline } } }>(query, { id, ...more })).fleetTenant.operations.timeline
async function all(id: string, first: number, kinds?: string[]): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let after: string | null = null, more = true; more;) {
    const { nodes, pageInfo }: Timeline = await ask(id, { first, after, kinds })
    expect(nodes.length).toBeLessThanOrEqual(first)
    expect(pageInfo.hasPreviousPage).toBe(after !== null)
    entries.push(...nodes)
    after = pageInfo.endCursor
    more = pageInfo.hasNextPage
  }
  return entries
}
const told = (entries: readonly Entry[]) => entries.map(({ kind, title }) => `${kind} ${title}`)

test('tells from sign-up on what was tried, how it stood, what was done and who looked, the newest first', async () => {
  const { tenantId } = school
  await sql(`create schema ${schemaName(tenantId)}`)
  await homeroom.startWorker()
  await homeroom.visitor.watch(tenantId)
  await sql(`drop schema ${schemaName(tenantId)}`)
  await operator.ask('mutation ($id: ID!) { retryTenantPreparation(tenantId: $id) { status } }', { id: tenantId })
  await homeroom.visitor.watch(tenantId)
  await operator.send('{ classes { totalCount } }', {}, access(tenantId))
  await operator.ask('mutation ($id: ID!) { suspendTenant(tenantId: $id, reason: "The bill was never paid.") { id } }', { id: tenantId })
  await operator.ask('mutation ($id: ID!) { resumeTenant(tenantId: $id) { id } }', { id: tenantId })

  const entries = await all(tenantId, 100)
  expect(told(entries)).toEqual([
    'ACTION tenant.resumed',
    'ACTION tenant.suspended',
    'ACCESS superadmin.access',
    'STATE preparation.ready',
    'ATTEMPT attempt.ready',
    'STATE preparation.preparing',
    'ACTION tenant.preparationRetried',
    'STATE preparation.pending',
    'STATE preparation.failed',
    'ATTEMPT attempt.failed',
    'ATTEMPT attempt.failed',
    'ATTEMPT attempt.failed',
    'STATE preparation.preparing',
    'ACTION tenant.created',
    'STATE preparation.pending',
  ])
  const [, suspended, looked, , attempt] = entries
  expect(suspended).toMatchObject({ actorName: operatorName, reason: 'The bill was never paid.', endedAt: null, steps: [] })
  expect(looked).toMatchObject({ actorName: operatorName, reason: 'The head asked us to look', details: { mode: 'read' } })
  expect(attempt).toMatchObject({ actorName: null, reason: null, endedAt: expect.any(String), details: { cycle: 2, number: 1 } })
  expect(attempt!.steps.map(({ name, completedAt, rolledBack }) => [name, completedAt !== null, rolledBack])).toEqual(['create-role', 'create-schema', 'create-tables', 'seed-school', 'seed-school-year', 'seed-courses'].map(name => [name, true, false]))
  const failed = entries.filter(({ title }) => title === 'attempt.failed')
  expect(failed.map(({ details }) => [details.cycle, details.number, details.code])).toEqual([[1, 3, 'OBJECT_EXISTS'], [1, 2, 'OBJECT_EXISTS'], [1, 1, 'OBJECT_EXISTS']])
  expect(failed[0]!.details.cause).toContain('42P06')
  expect(failed[0]!.steps).toMatchObject([{ name: 'create-role', completedAt: expect.any(String), rolledBack: true }, { name: 'create-schema', completedAt: null, rolledBack: true }])
  expect(entries.find(({ title }) => title === 'preparation.failed')!.details).toEqual({ cycle: 1, code: 'OBJECT_EXISTS' })
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
}, 60_000)

test('a page begins where the one before ended, over 130 entries of all kinds, many of one moment', async () => {
  const [{ tenantId }] = await makeFleet(homeroom.database.urls, 1) as [FleetSchool]
  const moment = (n: string) => `timestamptz '2026-03-01T08:00:00.123456Z' + (${n} / 4) * interval '1 second'`
  await sql(`insert into platform.preparation_attempt (tenant_id, cycle, number, outcome, error_code, started_at, ended_at) select $1, n + 2, 1, 'FAILED', 'STEP_FAILED', ${moment('n')}, ${moment('n')} from generate_series(1, 30) n`, [tenantId])
  await sql(`insert into platform.preparation_cycle (tenant_id, cycle, began_at, taken_at, ended_at, outcome, error_code) select $1, n + 2, ${moment('n')}, ${moment('n')}, ${moment('n')}, 'FAILED', 'STEP_FAILED' from generate_series(1, 15) n`, [tenantId])
  const actions = ['superadmin.access', 'tenant.suspended', 'tenant.migrated', 'class.created']
  await sql(`insert into platform.audit_event (chain, sequence, at, actor_kind, action, details, hash) select $1, n, ${moment('n')}, case n % 4 when 3 then 'member' when 2 then 'system' else 'superadmin' end, ($2::text[])[n % 4 + 1], '{"from": 1, "to": 2}', '' from generate_series(1, 80) n`, [tenantId, actions])

  const whole = await all(tenantId, 100)
  // 30 attempts, 45 + 2 states, 20 accesses, 20 actions, 20 migrations; what members do stays the school's.
  expect(whole).toHaveLength(137)
  expect(whole.map(({ at }) => at)).toEqual(whole.map(({ at }) => at).toSorted().toReversed())
  for (const size of [1, 7, 64])
    expect((await all(tenantId, size)).map(({ id }) => id)).toEqual(whole.map(({ id }) => id))

  const count = async (kinds: string[]) => {
    const some = await all(tenantId, 9, kinds)
    expect(some).toEqual(whole.filter(({ kind }) => kinds.includes(kind)))
    return some.length
  }
  expect(await count(['ATTEMPT'])).toBe(30)
  expect(await count(['STATE'])).toBe(47)
  expect(await count(['ACTION'])).toBe(20)
  expect(await count(['ACCESS', 'MIGRATION'])).toBe(40)
  expect(await count(['MIGRATION', 'ATTEMPT'])).toBe(50)
})

test('the whole cause of a failed migration, while the school is still set aside for it', async () => {
  const [{ tenantId }] = await sql('select id as "tenantId" from platform.tenant where slug = \'school-0001\'') as [{ tenantId: string }]
  const fail = (sequence: number, to: number) => sql(`insert into platform.audit_event (chain, sequence, at, actor_kind, action, details, hash) values ($1, $2, clock_timestamp(), 'system', 'tenant.setAside', $3, '')`, [tenantId, sequence, JSON.stringify({ from: 2, to, code: 'OBJECT_EXISTS' })])
  await fail(81, 3)
  await sql(`update platform.tenant set set_aside_version = 3, set_aside_code = 'OBJECT_EXISTS', set_aside_detail = '42P07 relation "homework" already exists', set_aside_at = clock_timestamp() where id = $1`, [tenantId])
  await fail(82, 3)
  const [last, before] = (await ask(tenantId, { kinds: ['MIGRATION'] })).nodes
  expect(last).toMatchObject({ title: 'migration.failed', details: { from: 2, to: 3, code: 'OBJECT_EXISTS', cause: '42P07 relation "homework" already exists' } })
  expect(before!.details).toEqual({ from: 2, to: 3, code: 'OBJECT_EXISTS' })
})

test.each<[string, object]>([
  ['no entries', { first: 0 }],
  ['too many', { first: 101 }],
  ['a cursor of nothing', { after: 'x' }],
  ['a kind there is not', { kinds: ['GOSSIP'] }],
])('%s is refused', async (_, more) => {
  const { errors } = await operator.send(query, { id: school.tenantId, ...more })
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})

test('a cursor belongs to its tenant and its kinds', async () => {
  const { pageInfo: { endCursor: after } } = await ask(school.tenantId, { first: 2 })
  const other = await homeroom.signUp('riverside')
  expect((await operator.send(query, { id: other.tenantId, after })).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['after'] }] })
  expect((await operator.send(query, { id: school.tenantId, kinds: ['STATE'], after })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})
