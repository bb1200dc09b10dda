import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let tenantId: string

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)

interface Figure { from: string, ready: number, failed: number, failureRate: number | null, p50Seconds: number | null, p95Seconds: number | null }
interface Figures { days: number, from: string, to: string, total: Figure, points: Figure[] }
const figure = 'from ready failed failureRate p50Seconds p95Seconds'
const ask = async (days?: number) => (await operator.ask<{ preparationFigures: Figures }>(`query ($days: Int) { preparationFigures(days: $days) { days from to total { ${figure} } points { ${figure} } } }`, { days })).preparationFigures

const hour = 3_600_000
const floor = (instant: number, unit: number) => new Date(Math.floor(instant / unit) * unit).toISOString()
const nothing = { ready: 0, failed: 0, failureRate: null, p50Seconds: null, p95Seconds: null }

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  operator = (await openSuperadmin(homeroom)).client
  tenantId = (await homeroom.signUp('oakfield')).tenantId
})
afterAll(() => homeroom?.stop())

let rounds = 100
/** A round of preparation that ended at this moment. */
async function ended(at: Date, seconds: number, error: string | null = null): Promise<void> {
  await sql(`insert into platform.preparation_cycle (tenant_id, cycle, began_at, taken_at, ended_at, outcome, error_code)
    values ($1, $2, $3::timestamptz - $4 * interval '1 second', $3, $3, $5, $6)`, [tenantId, ++rounds, at, seconds, error === null ? 'READY' : 'FAILED', error])
}

test('without any there are as many points as days, with nothing in them', async () => {
  const { points, total, ...rest } = await ask()
  expect(rest).toMatchObject({ days: 30, from: floor(Date.now() - 29 * 24 * hour, 24 * hour) })
  expect(points.map(({ from }) => from)).toEqual(Array.from({ length: 30 }, (_, day) => floor(Date.now() - (29 - day) * 24 * hour, 24 * hour)))
  expect(points.map(({ from: _, ...point }) => point)).toEqual(points.map(() => nothing))
  expect(total).toEqual({ from: rest.from, ...nothing })
})

test('by day and in all: half and 95 of 100 of those that became ready, and the share that failed', async () => {
  const day = (before: number, at = 12) => new Date(Date.parse(floor(Date.now() - before * 24 * hour, 24 * hour)) + at * hour)
  // Two days ago: 2, 4, 10 s and one failure. Five days ago: 1 s and a cancelled one. Then: what lies outside.
  for (const seconds of [10, 2, 4])
    await ended(day(2), seconds)
  await ended(day(2), 60, 'STEP_FAILED')
  await ended(day(5), 1)
  await ended(day(5), 99, 'CANCELLED')
  await ended(day(6, 0), 7)
  await ended(new Date(day(6, 0).getTime() - 1), 1_000)
  const { points, total } = await ask(7)
  expect(points).toHaveLength(7)
  const point = (before: number) => points.at(-1 - before)!
  // p95 of 2, 4, 10: nine tenths of the way from 4 to 10.
  expect(point(2)).toEqual({ from: day(2, 0).toISOString(), ready: 3, failed: 1, failureRate: 0.25, p50Seconds: 4, p95Seconds: expect.closeTo(9.4, 9) })
  expect(point(5)).toMatchObject({ ready: 1, failed: 0, failureRate: 0, p50Seconds: 1, p95Seconds: 1 })
  expect(point(6)).toMatchObject({ ready: 1, p50Seconds: 7 })
  expect(point(0)).toMatchObject(nothing)
  // 1, 2, 4, 7, 10: the middle one; p95 lies 0.8 of the way from 7 to 10.
  expect(total).toEqual({ from: day(6, 0).toISOString(), ready: 5, failed: 1, failureRate: expect.closeTo(1 / 6, 9), p50Seconds: 4, p95Seconds: expect.closeTo(9.4, 9) })
})

test('one day is 24 hours, this one the last', async () => {
  await ended(new Date(Date.now() - 2 * hour), 3)
  const { points, from } = await ask(1)
  expect(points.map(point => point.from)).toEqual(Array.from({ length: 24 }, (_, place) => floor(Date.now() - (23 - place) * hour, hour)))
  expect(from).toBe(points[0]!.from)
  expect(points.at(-3)).toMatchObject({ ready: 1, p50Seconds: 3 })
})

test('a real school counts from its sign-up, and after a retry from the retry', async () => {
  const { tenantId: id } = await homeroom.signUp('riverside')
  await sql('update platform.tenant set created_at = created_at - interval \'1 hour\' where id = $1', [id])
  await sql('update platform.preparation_cycle set began_at = began_at - interval \'1 hour\' where tenant_id = $1', [id])
  await sql(`update platform.tenant set preparation_status = 'FAILED', preparation_error_code = 'STEP_FAILED' where id = $1`, [tenantId])
  await homeroom.startWorker()
  await homeroom.visitor.watch(id)
  const [first] = await sql<{ seconds: number }>('select extract(epoch from preparation_completed_at - created_at)::float8 as seconds from platform.tenant where id = $1', [id])
  const [round] = await sql<{ seconds: number }>('select extract(epoch from ended_at - began_at)::float8 as seconds from platform.preparation_cycle where tenant_id = $1 and cycle = 1', [id])
  expect(first!.seconds).toBeGreaterThan(3_600)
  expect(round!.seconds).toBe(first!.seconds)

  await operator.ask('mutation ($id: ID!) { retryTenantPreparation(tenantId: $id) { status } }', { id: tenantId })
  await homeroom.visitor.watch(tenantId)
  const [again] = await sql<{ seconds: number, outcome: string }>('select extract(epoch from ended_at - began_at)::float8 as seconds, outcome from platform.preparation_cycle c join platform.tenant t on t.id = tenant_id and c.cycle = preparation_cycle where id = $1', [tenantId])
  expect(again).toMatchObject({ outcome: 'READY' })
  expect(again!.seconds).toBeLessThan(60)
}, 60_000)

test('a job that was lost and queued again is one wait', async () => {
  const { tenantId: id } = await homeroom.signUp('greenhill')
  await homeroom.visitor.watch(id)
  await sql(`update platform.tenant set preparation_status = 'PENDING', preparation_cycle = 2, preparation_completed_at = null where id = $1`, [id])
  await sql('update platform.tenant set preparation_cycle = 3 where id = $1', [id])
  expect(await sql('select cycle, outcome from platform.preparation_cycle where tenant_id = $1 order by cycle', [id])).toEqual([{ cycle: 1, outcome: 'READY' }, { cycle: 3, outcome: null }])
})

test.each([0, 91, -1])('%i days are refused', async (days) => {
  const { errors } = await operator.send('query ($days: Int) { preparationFigures(days: $days) { days } }', { days })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['days'] }] })
})
