import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../src/database/embedded/free-port.ts'
import { graphqlClient } from '../harness/client.ts'
import { openFolder } from '../harness/embedded-owners.ts'
import { startHomeroom } from '../harness/process.ts'
import { metricsToken, scrape } from '../harness/scrape.ts'
import { signUp } from '../harness/sign-up.ts'
import { openCollector } from '../harness/trace-collector.ts'

let collector: Awaited<ReturnType<typeof openCollector>>
beforeAll(async () => { collector = await openCollector() })
afterAll(() => collector?.stop())

/** The lines of a log that are JSON and say this. */
const linesOf = (output: string, msg: string) => output.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>).filter(line => line.msg === msg)

test('an API and a worker answer for themselves, log whom they work for, and make one trace of a sign-up', async () => {
  const DATA_DIR = await openFolder()
  const environment = { DATA_DIR, METRICS_TOKEN: metricsToken, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, LOG_LEVEL: 'debug' }
  const api = await startHomeroom({ ...environment, PROCESS: 'api' })
  const port = await freePort()
  const worker = await startHomeroom({ ...environment, PROCESS: 'worker', WORKER_PORT: String(port) })
  const workerUrl = `http://127.0.0.1:${port}`
  for (const url of [api.url, workerUrl])
    await expect.poll(async () => (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ok', checks: { database: 'ok', listener: 'ok', queue: 'ok', schema: 'ok' } })

  const { tenantId, client } = await signUp(graphqlClient(api.url), 'oakfield')
  await graphqlClient(api.url).watch(tenantId)
  await client.ask('{ tenant { id } }')
  const counted = async (url: string, name: string, labels: Record<string, string>) => (await scrape(url)).get(name)?.find(sample => JSON.stringify(sample.labels) === JSON.stringify(labels))?.value
  expect(await counted(workerUrl, 'preparations_total', { outcome: 'ready' })).toBe(1)
  expect(await counted(api.url, 'graphql_requests_total', { operation: 'createTenant', outcome: 'ok' })).toBe(1)
  expect((await scrape(workerUrl)).get('build_info')).toMatchObject([{ labels: { version: '0.1.0', process: 'worker' } }])

  // What is still to be sent is sent before they end.
  expect(await worker.stop()).toEqual({ code: 0, signal: null })
  expect(await api.stop()).toEqual({ code: 0, signal: null })
  const request = collector.spans.find(({ name }) => name === 'mutation createTenant')!
  const trace = collector.spans.filter(({ traceId }) => traceId === request.traceId).map(({ name }) => name)
  expect(trace).toEqual(expect.arrayContaining(['platform transaction', 'send prepare-tenant', 'process prepare-tenant', 'prepare: create-tables', 'statement']))

  const [own] = linesOf(api.stdout, 'request').filter(line => line.tenantId !== undefined)
  expect(own).toMatchObject({ tenantId, accountId: expect.any(String) as string, requestId: expect.any(String) as string, path: '/graphql', status: 200 })
  expect(linesOf(worker.stdout, 'job').filter(({ job }) => job === 'prepare-tenant')).toMatchObject([{ tenantId, jobId: expect.any(String) as string }])
}, 120_000)
