import type { HomeroomProcess } from '../harness/process.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { graphqlClient } from '../harness/client.ts'
import { openTestDatabase } from '../harness/database.ts'
import { openHealthProxy } from '../harness/health-proxy.ts'
import { startHomeroom } from '../harness/process.ts'
import { openSchool, signUpInput } from '../harness/sign-up.ts'

/** One request after the other is begun this often, whatever became of those before: people do not wait for each other. */
const everyMs = 100
/** Every so many requests one is a sign-up. */
const signUpEvery = 15

test('two APIs and two workers are restarted in turn under load, and nobody notices', async () => {
  const database = await openTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'homeroom-rolling-'))
  onTestFinished(async () => {
    await database.drop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const { owner, request, listener } = database.urls
  const environment = { OWNER_DATABASE_URL: owner, REQUEST_DATABASE_URL: request, LISTENER_DATABASE_URL: listener, DATA_DIR: dataDir, RATE_LIMITS: 'off' }
  const proxy = await openHealthProxy()
  onTestFinished(() => proxy.close())
  const startApi = async () => {
    const api = await startHomeroom({ ...environment, PROCESS: 'api' })
    proxy.add(api.url)
    return api
  }
  const startWorker = () => startHomeroom({ ...environment, PROCESS: 'worker' })
  const apis = [await startApi(), await startApi()]
  const workers = [await startWorker(), await startWorker()]
  await proxy.ready(2)

  const visitor = graphqlClient(proxy.url)
  const oakfield = await openSchool(visitor, 'oakfield')
  const failed: unknown[] = []
  const outcomes: Promise<string>[] = []
  let asked = 0
  const read = async () => {
    const answer = await oakfield.client.send('{ tenant { slug } dashboard { studentCount } }')
    if (answer.status !== 200 || answer.errors)
      failed.push({ status: answer.status, errors: answer.errors })
  }
  const enter = async (slug: string) => {
    const variables = { input: { ...signUpInput(slug), idempotencyKey: `a-key-for-${slug}` } }
    const { status, data, errors } = await visitor.send<{ createTenant: { tenant: { id: string } } }>('mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }', variables)
    if (!data || errors)
      return failed.push({ status, errors })
    outcomes.push(follow(proxy.url, data.createTenant.tenant.id))
  }
  const requests: Promise<unknown>[] = []
  const load = setInterval(() => {
    const turn = asked++
    requests.push((turn % signUpEvery === 0 ? enter(`school-${turn}`) : read()).catch((error: unknown) => failed.push(error)))
  }, everyMs)
  onTestFinished(() => clearInterval(load))

  const endings: unknown[] = []
  const stopAndTime = async (running: HomeroomProcess) => {
    const startedAt = performance.now()
    endings.push({ ...await running.stop(), inTime: performance.now() - startedAt < 25_000 })
  }
  for (let round = 0; round < 2; round++) {
    for (const place of [0, 1]) {
      const { url } = apis[place]!
      await stopAndTime(apis[place]!)
      proxy.remove(url)
      apis[place] = await startApi()
      await proxy.ready(2)
      await stopAndTime(workers[place]!)
      workers[place] = await startWorker()
    }
  }
  clearInterval(load)
  await Promise.all(requests)

  expect(failed).toEqual([])
  expect(proxy.lost).toEqual([])
  expect(asked).toBeGreaterThan(150)
  expect(outcomes.length).toBeGreaterThan(10)
  expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['READY']))
  expect(endings).toEqual(Array.from({ length: 8 }, () => ({ code: 0, signal: null, inTime: true })))
  // Once each, whatever was stopped in the middle of it.
  expect(await database.sql(`select count(*)::int as schools from platform.tenant t
    where preparation_status <> 'READY' or (select count(*) from platform.preparation_attempt a where a.tenant_id = t.id and outcome = 'READY') <> 1`)).toEqual([{ schools: 0 }])
  expect(await database.sql('select count(*)::int as count from platform.tenant')).toEqual([{ count: outcomes.length + 1 }])
  for (const running of [...apis, ...workers])
    await running.stop()
}, 300_000)

test('an API that is told to stop is not ready at once, and still answers, each answer closing its connection', async () => {
  const database = await openTestDatabase()
  onTestFinished(() => database.drop())
  const { owner, request, listener } = database.urls
  const dataDir = mkdtempSync(join(tmpdir(), 'homeroom-stopping-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const api = await startHomeroom({ OWNER_DATABASE_URL: owner, REQUEST_DATABASE_URL: request, LISTENER_DATABASE_URL: listener, DATA_DIR: dataDir, PROCESS: 'api' })
  const ask = () => fetch(`${api.url}/graphql?query=%7B__typename%7D`, { headers: { 'apollo-require-preflight': 'true' } })
  expect((await ask()).headers.get('connection')).toBe('keep-alive')
  api.signal('SIGTERM')
  await expect.poll(async () => (await fetch(`${api.url}/readyz`)).status, { interval: 20 }).toBe(503)
  const answer = await ask()
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
  expect(await api.ended).toEqual({ code: 0, signal: null })
}, 60_000)

/** Follows a preparation as the browser does, through every lost socket; the last status that it saw. */
async function follow(url: string, tenantId: string): Promise<string> {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 50, retryWait: () => pause(100), shouldRetry: () => true })
  let last = 'nothing'
  try {
    for await (const { data, errors } of client.iterate<{ tenantPreparationStatus: { status: string } }>({ query: 'subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', variables: { id: tenantId } }))
      last = errors ? JSON.stringify(errors) : data!.tenantPreparationStatus.status
    return last
  }
  finally {
    await client.dispose()
  }
}
