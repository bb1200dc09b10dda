import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFleet } from '../../../test/harness/fleet.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { statementsDuring } from '../../../test/harness/statements.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  operator = (await openSuperadmin(homeroom)).client
  await makeFleet(homeroom.database.urls, 4)
  await homeroom.database.sql(`
    with failed as (
      insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, preparation_status, preparation_error_code, preparation_completed_at, preparation_attempt)
      select gen_random_uuid(), 'failed-' || n, 'failed-' || n, 'Failed', 'UTC', 'en', 'FAILED', case when n % 2 = 0 then 'STEP_FAILED' else 'TIMED_OUT' end, now(), 1 from generate_series(100, 199) n returning id
    ), attempt as (
      insert into platform.preparation_attempt (tenant_id, cycle, number, outcome, error_code, error_detail, ended_at) select id, 1, 1, 'FAILED', 'STEP_FAILED', 'why', now() from failed returning id
    )
    insert into platform.preparation_step (attempt_id, position, name, rolled_back) select id, 0, 'create-role', true from attempt`)
})
afterAll(() => homeroom?.stop())

/** What the database is asked for an answer, but for what every request asks: who is asking. */
async function statementsOf(document: string, variables: Record<string, unknown> = {}): Promise<string[]> {
  return (await statementsDuring(() => operator.ask(document, variables))).filter(text => !text.includes('totp_confirmed_at'))
}

const list = `query ($first: Int) { tenants(first: $first, orderBy: { field: FAILURES_FIRST }) { nodes { id name preparation { status } operations {
  node schemaVersion newestVersion behind setAsideVersion setAsideCode setAsideCause setAsideAt restoredFrom memberCount lastActiveAt sizeBytes
  failure { step code message cause attempts maxAttempts at nextAttemptAt }
  timeline(first: 3) { nodes { id kind title steps { name } } pageInfo { endCursor } }
} } } }`

test('a page of 100 tenants costs as many statements as one of two', async () => {
  const two = await statementsOf(list, { first: 2 })
  const hundred = await statementsOf(list, { first: 100 })
  expect(hundred).toHaveLength(two.length)
  // The page, their preparations, what the operator knows, people, sizes, failures, timelines.
  expect(hundred).toHaveLength(7)
})

test('the size is measured, and people are counted, only for those who ask', async () => {
  const asked = await statementsOf('{ tenants(first: 100) { nodes { operations { node behind } } } }')
  expect(asked).toHaveLength(2)
  expect(asked.join()).not.toMatch(/pg_total_relation_size|membership/)
})

test('what a hundred roll-outs failed at costs one statement, and its tenants another', async () => {
  const ask = '{ rollouts(first: 100) { id failed failures { code at tenant { slug } } } }'
  await homeroom.database.sql(`
    with past as (
      insert into platform.rollout (id, target_version, state, canaries, parallel, failure_budget, ended_at) select gen_random_uuid(), 9, 'DONE', 0, 1, 5, now() from generate_series(1, 30) returning id
    )
    insert into platform.rollout_school (rollout_id, tenant_id, from_version, outcome, error_code) select past.id, t.id, 2, 'FAILED', 'MIGRATION_FAILED' from past, platform.tenant t where t.slug in ('school-0001', 'school-0002')`)
  expect(await statementsOf(ask)).toHaveLength(3)
  const { rollouts } = await operator.ask<{ rollouts: { failed: number, failures: { tenant: { slug: string } }[] }[] }>(ask)
  expect(rollouts.map(({ failed, failures }) => [failed, failures.map(({ tenant }) => tenant.slug).sort()])).toEqual(Array.from({ length: 30 }, () => [2, ['school-0001', 'school-0002']]))
})

test('failures by code cost two statements, however many there are, and figures one', async () => {
  expect(await statementsOf('{ failedPreparations { code count cause tenants { slug } } }')).toHaveLength(2)
  expect(await statementsOf('{ preparationFigures(days: 90) { points { ready } total { p95Seconds } } }')).toHaveLength(1)
})
