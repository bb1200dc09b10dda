import type { Answer } from '../harness/client.ts'
import type { PostgresServer } from '../harness/process-postgres.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphqlClient } from '../harness/client.ts'
import { holdLock, holds, sqlOf, waits } from '../harness/process-holds.ts'
import { openPostgres } from '../harness/process-postgres.ts'
import { startHomeroom } from '../harness/process.ts'
import { createTenant, signUp, signUpInput } from '../harness/sign-up.ts'

let server: PostgresServer

beforeAll(async () => { server = await openPostgres() })
afterAll(() => server?.close())

const status = 'query ($tenantId: ID) { tenantPreparationStatus(tenantId: $tenantId) { status } }'

function expectUnavailable({ status, headers, data, errors }: Answer<unknown>): void {
  expect({ status, data: data ?? null, errors }).toMatchObject({ status: 503, data: null, errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: expect.any(Number) } }] })
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
}

test('API and worker outlive their database: they answer 503 meanwhile, go on by themselves, and who watches sees READY', async () => {
  const url = await server.database('homeroom')
  const sql = sqlOf(url)
  const environment = { DATABASE_URL: url, DATA_DIR: `${server.folder}/homeroom`, RATE_LIMITS: 'off' }
  const api = await startHomeroom({ ...environment, PROCESS: 'api' })
  const worker = await startHomeroom({ ...environment, PROCESS: 'worker' })
  const visitor = graphqlClient(api.url)
  /** A school whose preparation is in its middle, and what somebody who watches it will have seen. */
  const prepareHalf = async (slug: string) => {
    await holdLock(url, holds.schema)
    const school = await signUp(visitor, slug)
    const seen = Promise.withResolvers<void>()
    const watching = visitor.watch(school.tenantId, () => seen.resolve())
    watching.catch(error => seen.reject(error)) // heard here, and where it is awaited
    await seen.promise
    await waits(sql, { by: 'homeroom job worker', inStatement: 'create schema' })
    return { ...school, watching }
  }

  // The server crashes.
  const oakfield = await prepareHalf('oakfield')
  await server.stopAtOnce()
  expectUnavailable(await visitor.send(status, { tenantId: oakfield.tenantId }))
  expectUnavailable(await visitor.send(createTenant, { input: signUpInput('riverside') }))
  expectUnavailable(await oakfield.client.send('{ viewer { tenant { slug } } }'))
  await expect(visitor.watch(oakfield.tenantId)).rejects.toThrow('SERVICE_UNAVAILABLE')
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503)
  expect((await fetch(`${api.url}/livez`)).status).toBe(200)
  await server.start()
  const started = performance.now()
  expect((await oakfield.watching).at(-1)).toMatchObject({ status: 'READY', completedSteps: 6 })
  expect(performance.now() - started).toBeLessThan(20_000)
  await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status).toBe(200)
  expect(await oakfield.client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })

  // Every connection is cut, with requests on their way.
  const riverside = await prepareHalf('riverside')
  const asking = Array.from({ length: 30 }, () => oakfield.client.send('{ dashboard { studentCount } }'))
  await sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
  for (const answer of await Promise.all(asking)) {
    if (answer.errors)
      expectUnavailable(answer)
    else
      expect(answer).toMatchObject({ status: 200, data: { dashboard: { studentCount: 0 } } })
  }
  expect((await riverside.watching).at(-1)).toMatchObject({ status: 'READY', attempt: 2 })
  expect(await riverside.client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })

  expect(await sql('select name, state, count(*)::int from pgboss.job where name = \'prepare-tenant\' group by 1, 2')).toEqual([{ name: 'prepare-tenant', state: 'completed', count: 2 }])
  expect(await worker.stop()).toEqual({ code: 0, signal: null })
  expect(await api.stop()).toEqual({ code: 0, signal: null })
}, 120_000)
