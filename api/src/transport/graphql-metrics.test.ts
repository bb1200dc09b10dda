import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphqlClient } from '../../test/harness/client.ts'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { metricsToken, scrape } from '../../test/harness/scrape.ts'
import { contract } from '../compose.ts'

let homeroom: TestHomeroom
let fields: ReadonlySet<string>

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { metricsToken } })
  const schema = buildSchema(await contract())
  fields = new Set([schema.getQueryType(), schema.getMutationType()].flatMap(type => Object.keys(type!.getFields())))
})
afterAll(() => homeroom?.stop())

/** What has been counted so far, but for what never happened. */
async function requests() {
  const samples = (await scrape(homeroom.api.url)).get('graphql_requests_total') ?? []
  return Object.fromEntries(samples.filter(({ value }) => value > 0).map(({ labels, value }) => [`${labels.operation} ${labels.outcome}`, value]))
}

test('a request is counted by its root field and how it ended, whatever a client calls it', async () => {
  const { visitor } = homeroom
  await visitor.send('query Mine { viewer { id } }')
  await visitor.send('query Yours { v: viewer { id } }')
  await visitor.send('query { ...F ...F } fragment F on Query { ...G } fragment G on Query { viewer { id } }')
  await visitor.send('{ a: viewer { id } slugAvailability(slug: "oak") { available } }')
  await visitor.send('{ __typename }')
  await visitor.send('{ tenants { totalCount } }')
  await visitor.send('query Odd { noSuchField }')
  await visitor.send('this is no document')
  await graphqlClient(homeroom.api.url, 'no.good.token').send('{ viewer { id } }')
  expect(await requests()).toEqual({
    'viewer ok': 3,
    'several ok': 1,
    'introspection ok': 1,
    'tenants UNAUTHENTICATED': 1,
    'none GRAPHQL_VALIDATION_FAILED': 1,
    'none GRAPHQL_PARSE_FAILED': 1,
    'none UNAUTHENTICATED': 1,
  })
})

test('however many names clients think of, there are no more labels', async () => {
  for (let at = 0; at < 50; at += 1)
    await homeroom.visitor.send(`query Name${at} { alias${at}: viewer { id } other${at}: __typename }`)
  for (let at = 0; at < 50; at += 1)
    await homeroom.visitor.send(`{ field${at} }`)
  const all = await scrape(homeroom.api.url)
  const operations = new Set(['graphql_requests_total', 'graphql_request_seconds_count'].flatMap(name => all.get(name)!.map(({ labels }) => labels.operation!)))
  expect([...operations].filter(name => !fields.has(name)).sort()).toEqual(['introspection', 'none', 'several'])
})

test('subscriptions are counted by name while they run', async () => {
  const { tenantId } = await homeroom.signUp('watched')
  const running = async () => (await scrape(homeroom.api.url)).get('subscriptions_by_name')!.find(({ labels }) => labels.subscription === 'tenantPreparationStatus')?.value
  expect(await running()).toBe(0)
  const seen = Promise.withResolvers<void>()
  const watching = homeroom.visitor.watch(tenantId, () => seen.resolve())
  await seen.promise
  expect(await running()).toBe(1)
  await homeroom.startWorker()
  await watching
  await expect.poll(running).toBe(0)
})
