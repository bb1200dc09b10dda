import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../../test/harness/embedded-owners.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { schemaName } from '../../database/schema-names.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let ready: SignedUp
let failing: SignedUp

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
/** Something else has the name that the school's schema needs. */
const obstruct = ({ tenantId }: SignedUp) => sql(`create schema ${schemaName(tenantId)}`)
const mend = ({ tenantId }: SignedUp) => sql(`drop schema ${schemaName(tenantId)}`)

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  operator = (await openSuperadmin(homeroom)).client
  ready = await homeroom.signUp('oakfield')
  failing = await homeroom.signUp('riverside')
  await obstruct(failing)
})
afterAll(() => homeroom?.stop())

interface Failure { step: string | null, code: string, message: string, cause: string | null, attempts: number, maxAttempts: number, at: string, nextAttemptAt: string | null }
interface Operations { node: string, schemaVersion: number | null, newestVersion: number, behind: boolean, restoredFrom: string | null, memberCount: number, lastActiveAt: string | null, sizeBytes: number | null, failure: Failure | null }

const facts = 'node schemaVersion newestVersion behind setAsideVersion setAsideCode setAsideCause setAsideAt restoredFrom memberCount lastActiveAt sizeBytes failure { step code message cause attempts maxAttempts at nextAttemptAt }'
async function look(id: string): Promise<Operations & { status: string }> {
  const { fleetTenant } = await operator.ask<{ fleetTenant: { preparation: { status: string }, operations: Operations } }>(`query ($id: ID!) { fleetTenant(id: $id) { preparation { status } operations { ${facts} } } }`, { id })
  return { ...fleetTenant.operations, status: fleetTenant.preparation.status }
}

test('a school on its way: facts, no version, no size, no failure', async () => {
  expect(await look(ready.tenantId)).toEqual({ status: 'PENDING', node: 'main', schemaVersion: null, newestVersion: expect.any(Number), behind: false, setAsideVersion: null, setAsideCode: null, setAsideCause: null, setAsideAt: null, restoredFrom: null, memberCount: 1, lastActiveAt: expect.any(String), sizeBytes: null, failure: null })
})

test('an unknown tenant, a malformed id and another\'s member', async () => {
  const query = 'query ($id: ID!) { fleetTenant(id: $id) { id } }'
  for (const id of [crypto.randomUUID(), 'nonsense', '%'])
    expect((await operator.send(query, { id })).errors?.[0]?.extensions).toMatchObject({ code: 'TENANT_NOT_FOUND' })
  expect(await operator.ask(query, { id: ready.tenantId.toUpperCase() })).toEqual({ fleetTenant: { id: ready.tenantId } })
  for (const document of ['{ tenant { operations { node } } }', '{ viewer { tenant { operations { timeline { nodes { title } } } } } }', `{ fleetTenant(id: "${ready.tenantId}") { id } }`])
    expect((await ready.client.send(document)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
})

test('between two attempts the failure says why, how often and when the next begins; FAILED has no next; READY has neither failure nor secret', async () => {
  await homeroom.startWorker()
  // Seen through the API while the job waits for its second or third try.
  let between: Awaited<ReturnType<typeof look>> | undefined
  await until('an attempt to wait for its turn', async () => {
    const seen = await look(failing.tenantId)
    if (seen.failure?.nextAttemptAt)
      between = seen
    return between !== undefined
  })
  expect(between).toMatchObject({ status: 'PREPARING', schemaVersion: null, sizeBytes: null, failure: { step: 'create-schema', code: 'OBJECT_EXISTS', maxAttempts: 3, cause: expect.stringMatching(/^create-schema: 42P06 .*schema "t_[0-9a-f]{32}" already exists/) } })
  expect(between!.failure!.message).not.toMatch(/t_|schema/)
  expect(between!.failure!.attempts).toBeLessThan(3)
  const { at, nextAttemptAt } = between!.failure!
  expect(Date.parse(nextAttemptAt!)).toBeGreaterThan(Date.parse(at))
  expect(Date.parse(nextAttemptAt!) - Date.parse(at)).toBeLessThan(10_000)

  expect((await homeroom.visitor.watch(failing.tenantId)).at(-1)).toMatchObject({ status: 'FAILED' })
  const failed = await look(failing.tenantId)
  expect(failed).toMatchObject({ status: 'FAILED', failure: { step: 'create-schema', code: 'OBJECT_EXISTS', attempts: 3, nextAttemptAt: null } })
  expect(Date.parse(failed.failure!.at)).toBeGreaterThan(Date.parse(nextAttemptAt!))

  await homeroom.visitor.watch(ready.tenantId)
  const whole = await look(ready.tenantId)
  expect(whole).toMatchObject({ status: 'READY', schemaVersion: whole.newestVersion, behind: false, failure: null })
  const [size] = await sql<{ bytes: string }>(`select sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)))::text as bytes from pg_tables where schemaname = $1`, [schemaName(ready.tenantId)])
  expect(whole.sizeBytes).toBe(Number(size!.bytes))
  expect(whole.sizeBytes).toBeGreaterThan(100_000)
}, 60_000)

test('open failures by code, most first, with what a retry of them takes', async () => {
  const group = () => operator.ask<{ failedPreparations: { code: string, count: number, step: string | null, cause: string | null, oldestAt: string, newestAt: string, tenants: { slug: string }[] }[] }>('{ failedPreparations { code message count step cause oldestAt newestAt tenants { slug preparation { status } } } }').then(({ failedPreparations }) => failedPreparations)
  expect(await group()).toMatchObject([{ code: 'OBJECT_EXISTS', count: 1, step: 'create-schema', cause: expect.stringContaining('already exists'), tenants: [{ slug: 'riverside', preparation: { status: 'FAILED' } }] }])

  await sql(`insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, preparation_status, preparation_error_code, preparation_completed_at)
    select gen_random_uuid(), 'lost-' || n, 'lost-' || n, 'Lost', 'UTC', 'en', 'FAILED', 'WORKER_LOST', timestamptz '2026-01-01T00:00:00Z' + n * interval '1 hour' from unnest(array[2, 3, 4, 6, 7, 8, 9]) n`)
  await sql(`update platform.tenant set lifecycle = 'ARCHIVED' where slug = 'lost-9'`)
  expect(await group()).toMatchObject([
    { code: 'WORKER_LOST', count: 6, step: null, cause: null, oldestAt: '2026-01-01T02:00:00.000Z', newestAt: '2026-01-01T08:00:00.000Z', tenants: [8, 7, 6, 4, 3].map(n => ({ slug: `lost-${n}` })) },
    { code: 'OBJECT_EXISTS', count: 1 },
  ])
  const { retryFailedPreparations } = await operator.ask<{ retryFailedPreparations: { count: number } }>('mutation { retryFailedPreparations(code: "WORKER_LOST") { count } }')
  expect(retryFailedPreparations.count).toBe(6)

  await mend(failing)
  await operator.ask('mutation { retryFailedPreparations(code: "OBJECT_EXISTS") { count } }')
  await homeroom.visitor.watch(failing.tenantId)
  expect(await look(failing.tenantId)).toMatchObject({ status: 'READY', failure: null })
  expect(await group()).toEqual([])
}, 60_000)
