import type { TestDatabase } from '../harness/database.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { graphqlClient } from '../harness/client.ts'
import { openTestDatabase } from '../harness/database.ts'
import { openFolder } from '../harness/embedded-owners.ts'
import { startHomeroom } from '../harness/process.ts'
import { createTenant, openSchool, signUpInput } from '../harness/sign-up.ts'

let database: TestDatabase

beforeEach(async () => { database = await openTestDatabase() })
afterEach(() => database?.drop())

async function environment() {
  return {
    DATA_DIR: await openFolder(),
    OWNER_DATABASE_URL: database.urls.owner,
    REQUEST_DATABASE_URL: database.urls.request,
    LISTENER_DATABASE_URL: database.urls.listener,
  }
}
const slugs = (count: number) => Array.from({ length: count }, (_, place) => `school-${place + 1}`)
const count = async (what: string) => Number((await database.sql<{ count: string }>(`select count(*) from ${what}`))[0]?.count)

test('50 sign-ups at once are all answered and all READY, none twice', async () => {
  const homeroom = await startHomeroom({ ...await environment(), RATE_LIMITS: 'off' })
  const visitor = graphqlClient(homeroom.url)
  const schools = await Promise.all(slugs(50).map(slug => openSchool(visitor, slug)))
  expect(new Set(schools.map(({ tenantId }) => tenantId)).size).toBe(50)
  expect(await database.sql('select preparation_status as status, preparation_attempt as attempt, count(*)::int from platform.tenant group by 1, 2')).toEqual([{ status: 'READY', attempt: 1, count: 50 }])
  expect(await database.sql('select name, state, count(*)::int from pgboss.job where name = \'prepare-tenant\' group by 1, 2')).toEqual([{ name: 'prepare-tenant', state: 'completed', count: 50 }])
  expect(await count('platform.preparation_attempt')).toBe(50)
  expect(await count('pg_namespace join platform.tenant on nspname = \'t_\' || replace(id::text, \'-\', \'\')')).toBe(50)
  expect(await count('pg_namespace where nspname ~ \'^t_[0-9a-f]{32}$\'')).toBe(50)
  expect(await count('pg_roles join pg_namespace on nspname = rolname')).toBe(50)
  const names = await Promise.all(schools.map(({ client }) => client.ask('{ dashboard { school { name } } }')))
  expect(names).toEqual(schools.map(({ slug }) => ({ dashboard: { school: { name: `School ${slug}` } } })))
}, 120_000)

test('the 21st sign-up of an hour from one address is RATE_LIMITED, stores nothing, and is so after a restart too', async () => {
  const settings = { ...await environment(), PROCESS: 'api' }
  const first = await startHomeroom(settings)
  const signUp = (url: string, slug: string) => graphqlClient(url).send(createTenant, { input: signUpInput(slug) })
  const answers = await Promise.all(slugs(25).map(slug => signUp(first.url, slug)))
  const refused = answers.filter(({ errors }) => errors)
  expect(refused).toHaveLength(5)
  await first.stop()

  const second = await startHomeroom(settings)
  refused.push(await signUp(second.url, 'too-late'))
  for (const { status, headers, data, errors } of refused) {
    const retryAfter = Number(headers.get('retry-after'))
    expect(retryAfter).toBeGreaterThan(3500)
    expect(retryAfter).toBeLessThanOrEqual(3600)
    expect({ status, data, errors }).toMatchObject({ status: 429, data: null, errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter } }] })
  }
  expect(await Promise.all(['tenant', 'account', 'membership', 'session'].map(table => count(`platform.${table}`)))).toEqual([20, 20, 20, 20])
  expect(await count('pgboss.job where name = \'prepare-tenant\'')).toBe(20)
}, 120_000)
