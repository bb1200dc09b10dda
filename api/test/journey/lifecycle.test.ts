import type { GraphqlClient } from '../harness/client.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import type { Environment } from '../harness/process.ts'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaName } from '../../src/database/schema-names.ts'
import { graphqlClient } from '../harness/client.ts'
import { until } from '../harness/embedded-owners.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { holdLock, sqlOf, waits } from '../harness/process-holds.ts'
import { startHomeroom } from '../harness/process.ts'
import { initSocket } from '../harness/raw-socket.ts'
import { signedIn } from '../harness/sign-in.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let homeroom: TestHomeroom
let environment: Environment
let operator: GraphqlClient
let accessToken: string
const reason = 'The invoice of May is still open.'

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { keepDays: { deletedSchools: 0, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 } } })
  const { owner, request, listener } = homeroom.database.urls
  environment = { DATA_DIR: homeroom.config.dataDir, OWNER_DATABASE_URL: owner, REQUEST_DATABASE_URL: request, LISTENER_DATABASE_URL: listener, RATE_LIMITS: 'off' }
  const superadmin = await openSuperadmin(homeroom)
  operator = superadmin.client
  accessToken = superadmin.accessToken
})
afterAll(() => homeroom?.stop())

const change = (document: string, id: string, from = operator) => from.ask(`mutation ($id: ID!) { ${document} { id } }`, { id })

test('suspending a school closes its sockets and refuses its next request in another process, within a second', async () => {
  await startHomeroom({ ...environment, PROCESS: 'worker' })
  const [here, there] = [await startHomeroom({ ...environment, PROCESS: 'api' }), await startHomeroom({ ...environment, PROCESS: 'api' })]
  const school = await homeroom.openSchool('oakfield')
  const neighbour = await homeroom.openSchool('riverside')
  const head = await signedIn(graphqlClient(there.url), { email: school.email, password })
  const other = await signedIn(graphqlClient(there.url), { email: neighbour.email, password })
  const superadmin = graphqlClient(here.url, accessToken)
  expect(await head.client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })
  const socket = await initSocket(there.url, { authorization: `Bearer ${head.accessToken}` })
  const neighbours = await initSocket(there.url, { authorization: `Bearer ${other.accessToken}` })

  await change(`suspendTenant(tenantId: $id, reason: "${reason}")`, school.tenantId, superadmin)
  const second = wait(1_000, 'a second has passed')
  // The database decides, for whoever asks after the answer.
  expect((await head.client.send('{ dashboard { studentCount } }')).errors?.[0]?.extensions).toMatchObject({ code: 'TENANT_SUSPENDED', reason })
  expect(await Promise.race([socket.closed, second])).toMatchObject({ code: 4403 })
  // Nobody else is troubled.
  expect(await other.client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })
  expect(neighbours.ws.readyState).toBe(neighbours.ws.OPEN)

  await change('resumeTenant(tenantId: $id)', school.tenantId, superadmin)
  expect(await head.client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })
}, 120_000)

test('kill -9 of a worker in the middle of a deletion has done nothing, and the next one does all of it', async () => {
  const { sql, adminUrl } = homeroom.database
  const worker = await startHomeroom({ ...environment, PROCESS: 'worker' })
  const school = await homeroom.openSchool('half-way')
  await change(`archiveTenant(tenantId: $id, reason: "${reason}")`, school.tenantId)
  const there = async () => [
    (await sql('select 1 from pg_namespace where nspname = $1', [schemaName(school.tenantId)])).length,
    (await sql('select 1 from pg_roles where rolname = $1', [schemaName(school.tenantId)])).length,
    (await sql('select 1 from platform.tenant where id = $1', [school.tenantId])).length,
    (await sql('select 1 from platform.account where email = $1', [school.email])).length,
    (await sql('select 1 from pgboss.job where data ->> \'tenantId\' = $1', [school.tenantId])).length,
  ]
  const whole = await there()
  // The schema is dropped by the time it comes to the people.
  const release = await holdLock(adminUrl, 'select 1 from platform.membership for update')
  await change(`deleteTenant(tenantId: $id, slug: "half-way", reason: "${reason}")`, school.tenantId)
  await waits(sqlOf(adminUrl), { by: 'homeroom deletions', inStatement: 'delete from platform.account' })
  await worker.kill()
  await release()
  await until('the session of the dead worker to end', async () => (await sql('select 1 from pg_stat_activity where datname = current_database() and application_name = \'homeroom deletions\'')).length === 0)
  expect(await there()).toEqual(whole)
  expect(whole).toEqual([1, 1, 1, 1, 1])

  await startHomeroom({ ...environment, PROCESS: 'worker' })
  await until('the school to be gone', async () => (await sql('select 1 from platform.tenant where id = $1', [school.tenantId])).length === 0)
  expect(await there()).toEqual([0, 0, 0, 0, 0])
  expect(await sql('select slug, reason from platform.deletion_receipt')).toEqual([{ slug: 'half-way', reason }])
  expect(await sql('select count(*)::int as times from platform.audit_event where chain = $1 and action = \'tenant.deleted\'', [school.tenantId])).toEqual([{ times: 1 }])
}, 120_000)
