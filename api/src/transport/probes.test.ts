import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { openSocket } from '../../test/harness/raw-socket.ts'
import { metricsToken, scrape } from '../../test/harness/scrape.ts'

let homeroom: TestHomeroom
let worker: Awaited<ReturnType<TestHomeroom['startWorker']>>

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { process: 'worker', workerPort: 0, metricsToken } })
  worker = await homeroom.startWorker()
})
afterAll(() => homeroom?.stop())

const urls = () => ({ api: homeroom.api.url, worker: worker.url! })

async function readiness(url: string) {
  const answer = await fetch(`${url}/readyz`)
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() as unknown }
}

const allWell = { status: 200, retryAfter: null, body: { status: 'ok', checks: { database: 'ok', listener: 'ok', queue: 'ok', schema: 'ok' } } }
function failed(...names: string[]) {
  return {
    status: 503,
    retryAfter: '5',
    body: { status: 'unavailable', checks: { ...allWell.body.checks, ...Object.fromEntries(names.map(name => [name, 'failed'])) } },
  }
}

/** Does something to the database, looks, and undoes it. */
async function whileSo(undoing: string, doing: string, look: () => Promise<void>) {
  await homeroom.database.sql(doing)
  await look().finally(() => homeroom.database.sql(undoing))
}

test.each(['api', 'worker'] as const)('the %s lives and is ready, and names every check', async (part) => {
  const url = urls()[part]
  expect(await (await fetch(`${url}/livez`)).json()).toEqual({ status: 'ok' })
  expect(await readiness(url)).toEqual(allWell)
})

test.each(['api', 'worker'] as const)('the %s is not ready while a platform migration is missing', async part =>
  whileSo('insert into platform.platform_migration (name) values (\'0003-operations\')', 'delete from platform.platform_migration where name = \'0003-operations\'', async () => {
    expect(await readiness(urls()[part])).toEqual(failed('schema'))
  }))

test.each(['api', 'worker'] as const)('nor while the queues are another release\'s, for the %s', async part =>
  whileSo('update pgboss.version set version = version - 1', 'update pgboss.version set version = version + 1', async () => {
    expect(await readiness(urls()[part])).toEqual(failed('queue'))
  }))

test.each(['api', 'worker'] as const)('nor while the listener is away; the %s lives all the same', async (part) => {
  const url = urls()[part]
  // From this database: the login itself is every test's.
  const { username, pathname } = new URL(homeroom.database.urls.listener)
  const database = pathname.slice(1)
  await whileSo(`grant connect on database "${database}" to "${username}"`, `revoke connect on database "${database}" from "${username}"`, async () => {
    await homeroom.database.sql('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = \'homeroom events\'')
    await expect.poll(() => readiness(url)).toEqual(failed('listener'))
    expect((await fetch(`${url}/livez`)).status).toBe(200)
    expect((await scrape(url)).get('check_ok')).toContainEqual({ labels: { check: 'listener' }, value: 0 })
  })
  await expect.poll(() => readiness(url)).toEqual(allWell)
})

test('nothing of the machine or of a secret is in an answer', async () => {
  const login = new URL(homeroom.database.urls.request)
  for (const url of Object.values(urls())) {
    const text = JSON.stringify(await readiness(url)) + await (await fetch(`${url}/livez`)).text()
    for (const secret of [login.password, login.username, login.pathname.slice(1), login.port])
      expect(text).not.toContain(secret)
  }
})

test('a worker answers for its health and for nothing else', async () => {
  for (const path of ['/', '/graphql', '/readyz/x', '/metrics']) {
    const answer = await fetch(worker.url + path)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('There is nothing here.')
  }
  expect((await scrape(worker.url!)).get('preparations_total')).toContainEqual({ labels: { outcome: 'ready' }, value: 0 })
})

test('who is about to stop says so first, and goes on answering', async () => {
  const api = await homeroom.startApi()
  // A peer that does not hear that its socket is to be closed keeps the end waiting for a moment.
  const { ws } = await openSocket(api.url)
  ws.pause()
  const stopping = api.stop()
  expect(await readiness(api.url)).toEqual({ status: 503, retryAfter: '5', body: { status: 'stopping', checks: {} } })
  expect((await fetch(`${api.url}/livez`)).status).toBe(200)
  ws.terminate()
  await stopping
})
