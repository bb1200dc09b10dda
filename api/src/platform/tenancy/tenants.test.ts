import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
const schools: SignedUp[] = []
// Oldest first.
const slugs = ['oakfield', 'riverside', 'greenhill', 'hill-top', 'lakeside', 'under-hill', 'northgate']

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  for (const slug of slugs)
    schools.push(await homeroom.signUp(slug, { name: `Die Schule ${slug.toUpperCase()} 100%` }))
  operator = (await openSuperadmin(homeroom)).client
})
afterAll(() => homeroom?.stop())

interface Tenants { tenants: { totalCount: number, nodes: { slug: string }[], edges: { cursor: string }[], pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string, endCursor: string } } }

const query = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: TenantFilter) {
  tenants(first: $first, after: $after, last: $last, before: $before, filter: $filter) { totalCount nodes { slug } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
const ask = async (variables: object = {}) => (await operator.ask<Tenants>(query, { ...variables })).tenants
const found = async (filter: object) => (await ask({ filter })).nodes.map(({ slug }) => slug).sort()

test('all tenants, the newest first, with what each is', async () => {
  const { tenants } = await operator.ask<{ tenants: { nodes: { id: string, createdAt: string }[] } }>('{ tenants { nodes { id name slug timeZone locale createdAt preparation { status } } } }')
  expect(tenants.nodes.map(({ id }) => id)).toEqual(schools.map(({ tenantId }) => tenantId).reverse())
  expect(tenants.nodes.at(-1)).toMatchObject({ name: 'Die Schule OAKFIELD 100%', slug: 'oakfield', timeZone: 'Europe/Zurich', preparation: { status: 'PENDING' } })
  expect(Date.now() - Date.parse(tenants.nodes[0]!.createdAt)).toBeLessThan(60_000)
})

test('pages forward and backward, without a gap or a repeat, also among tenants of one moment', async () => {
  await homeroom.database.sql('update platform.tenant set created_at = date_trunc(\'minute\', created_at)')
  const all = (await ask()).nodes.map(({ slug }) => slug)
  expect([...all].sort()).toEqual([...slugs].sort())
  const forward: string[] = []
  for (let after: string | undefined, more = true; more;) {
    const { nodes, pageInfo, totalCount } = await ask({ first: 3, after })
    expect(totalCount).toBe(slugs.length)
    forward.push(...nodes.map(({ slug }) => slug))
    after = pageInfo.endCursor
    more = pageInfo.hasNextPage
  }
  expect(forward).toEqual(all)
  const { pageInfo: { endCursor } } = await ask({ first: 5 })
  const back = await ask({ last: 2, before: endCursor })
  expect(back.nodes.map(({ slug }) => slug)).toEqual(all.slice(2, 4))
  expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
})

test.each<[string, object, string[]]>([
  ['a word of the slug', { search: 'hill' }, ['greenhill', 'hill-top', 'under-hill']],
  ['words in any order and case', { search: '  HILL schule under ' }, ['under-hill']],
  ['signs that mean something to LIKE', { search: '100%' }, slugs],
  ['only such signs', { search: '_' }, []],
  ['a quote', { search: '\' or true --' }, []],
  ['blank', { search: ' ' }, slugs],
  ['a state', { status: 'FAILED' }, ['lakeside']],
  ['both', { status: 'FAILED', search: 'hill' }, []],
  ['another state', { status: 'PENDING', search: 'lake' }, []],
])('a filter: %s', async (_, filter, expected) => {
  await homeroom.database.sql('update platform.tenant set preparation_status = \'FAILED\', preparation_error_code = \'STEP_FAILED\' where slug = \'lakeside\'')
  expect(await found(filter)).toEqual([...expected].sort())
})

test.each<[string, object]>([
  ['a search too long', { filter: { search: 'x'.repeat(201) } }],
  ['a state there is not', { filter: { status: 'GONE' } }],
  ['a field there is not', { filter: { region: 'north' } }],
  ['no rows', { first: 0 }],
  ['too many rows', { first: 101 }],
  ['a cursor of nothing', { after: 'x' }],
])('%s is refused', async (_, variables) => {
  const { status, errors } = await operator.send(query, { ...variables })
  expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' })
})

test('a cursor belongs to its filter', async () => {
  const { pageInfo: { endCursor } } = await ask({ first: 1, filter: { search: 'hill' } })
  const { errors } = await operator.send(query, { after: endCursor })
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})

test('is the operator\'s alone, and asks neither tenant nor reason of them', async () => {
  const codes = async (client: GraphqlClient) => (await client.send(query)).errors?.[0]?.extensions.code
  expect(await codes(homeroom.visitor)).toBe('UNAUTHENTICATED')
  expect(await codes(schools[0]!.client)).toBe('FORBIDDEN')
  expect(await codes((await openSuperadmin(homeroom, 'New Super', { secondFactor: false })).client)).toBe('SECOND_FACTOR_REQUIRED')
  expect(await codes(operator)).toBeUndefined()
})
