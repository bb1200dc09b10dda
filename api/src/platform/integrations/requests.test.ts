import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'

let homeroom: TestHomeroom
let school: SignedUp
let other: SignedUp
beforeAll(async () => {
  homeroom = await openHomeroom()
  ;[school, other] = [await homeroom.openSchool('oakfield'), await homeroom.openSchool('riverside')]
})
beforeEach(() => homeroom.database.sql('delete from platform.api_request'))
afterAll(() => homeroom?.stop())

interface Logged { keyId: string, kind: string, operation: string, operationName: string | null, status: number, code: string | null, cost: number, requestId: string, variables: object, address: string }
const fields = 'keyId keyName keyPrefix at kind operation operationName status code cost durationMs requestId variables address'
async function logged({ client }: SignedUp, filter: object = {}) {
  return (await client.ask<{ apiRequests: { nodes: Logged[] } }>(`query ($filter: ApiRequestFilter) { apiRequests(first: 100, filter: $filter) { nodes { ${fields} } } }`, { filter })).apiRequests.nodes
}
const written = (count: number) => expect.poll(() => logged(school).then(rows => rows.length)).toBe(count)

test('what a key asked for is there in moments, without what its variables held', async () => {
  const { client, id } = await makeKey(school.client, ['roster.users:write'])
  const secret = 'Wanda Secretova'
  const added = await client.send('mutation AddOne($input: AddStudentInput!, $unused: Int) { addStudent(input: $input) { id } __typename @skip(if: false) x: __typename @include(if: true) }', { input: { givenName: secret, familyName: secret } })
  expect(added.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  const { headers } = await client.send('mutation AddOne($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: secret, familyName: secret } })
  const forbidden = await client.send('{ classes { totalCount } }')
  await client.send('{ nonsense')
  await client.subscribe('subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', { id: school.tenantId })
  await written(5)
  const rows = await logged(school)
  expect(JSON.stringify(rows)).not.toContain(secret)
  expect(rows.every(row => row.keyId === id && row.address === '127.0.0.1')).toBe(true)
  expect(rows.map(({ kind, operation, operationName, status, code, cost, variables }) => ({ kind, operation, operationName, status, code, cost, variables }))).toEqual([
    { kind: 'subscription', operation: 'tenantPreparationStatus', operationName: null, status: 200, code: null, cost: 1, variables: { id: 'ID!' } },
    { kind: 'none', operation: 'none', operationName: null, status: 400, code: 'GRAPHQL_PARSE_FAILED', cost: 0, variables: {} },
    { kind: 'query', operation: 'classes', operationName: null, status: 403, code: 'FORBIDDEN', cost: 0, variables: {} },
    { kind: 'mutation', operation: 'addStudent', operationName: 'AddOne', status: 200, code: null, cost: 1, variables: { input: 'AddStudentInput!' } },
    { kind: 'none', operation: 'none', operationName: null, status: 400, code: 'GRAPHQL_VALIDATION_FAILED', cost: 0, variables: {} },
  ])
  expect(rows.map(({ requestId }) => requestId)).toEqual(expect.arrayContaining([headers.get('x-request-id'), forbidden.errors![0]!.extensions.requestId]))
  // Nothing of it is another school's, nor of people.
  await school.client.ask('{ dashboard { studentCount } }')
  expect(await logged(other)).toEqual([])
})

test('it is narrowed by key, operation, status, outcome and time, and paged', async () => {
  const [one, two] = [await makeKey(school.client, []), await makeKey(school.client, [])]
  const before = new Date()
  for (const { client } of [one, two]) {
    await client.send('{ thisApiKey { id } }')
    await client.send('{ users { totalCount } }')
  }
  await written(4)
  const found = async (filter: object) => (await logged(school, filter)).map(({ keyId, operation }) => `${keyId === one.id ? 'one' : 'two'} ${operation}`)
  expect(await found({ keyId: one.id })).toEqual(['one users', 'one thisApiKey'])
  expect(await found({ operation: 'users' })).toEqual(['two users', 'one users'])
  expect(await found({ status: 403, keyId: two.id })).toEqual(['two users'])
  expect(await found({ failed: false })).toEqual(['two thisApiKey', 'one thisApiKey'])
  expect(await found({ since: before.toISOString() })).toHaveLength(4)
  expect(await found({ until: before.toISOString() })).toEqual([])
  const foreign = await makeKey(other.client, [])
  expect([await found({ keyId: foreign.id }), await found({ keyId: 'nonsense' })]).toEqual([[], []])
  const page = await school.client.ask<{ apiRequests: { pageInfo: { endCursor: string } } }>('{ apiRequests(first: 3) { pageInfo { endCursor } } }')
  const { apiRequests: { nodes } } = await school.client.ask<{ apiRequests: { nodes: object[] } }>('query ($after: String) { apiRequests(first: 3, after: $after) { nodes { operation } } }', { after: page.apiRequests.pageInfo.endCursor })
  expect(nodes).toEqual([{ operation: 'thisApiKey' }])
})

test('what cannot be written waits, and nothing is lost without being counted', async () => {
  const { sql } = homeroom.database
  const { client, token } = await makeKey(school.client, [])
  await sql('alter table platform.api_request add constraint nobody check (false) not valid')
  await client.ask('{ thisApiKey { id } }')
  await sql('select pg_sleep(1.5)')
  await sql('alter table platform.api_request drop constraint nobody')
  await written(1)
  // A process that stops while nothing can be written says how many went with it.
  const second = await homeroom.startApi()
  await sql('alter table platform.api_request add constraint nobody check (false) not valid')
  await graphqlClient(second.url, token).ask('{ thisApiKey { id } }')
  await second.stop()
  await sql('alter table platform.api_request drop constraint nobody')
  expect((await second.metrics.apiRequestsDropped.get()).values.map(({ value }) => value)).toEqual([1])
  expect((await homeroom.api.metrics.apiRequestsDropped.get()).values.map(({ value }) => value)).toEqual([0])
})
