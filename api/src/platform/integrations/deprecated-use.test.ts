import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphqlClient } from '../../../test/harness/client.ts'
import { withDeprecated } from '../../../test/harness/deprecate.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let school: SignedUp
const going = ['User.givenName', 'UserFilter.role', 'ApiKey.lastFour', 'Query.thisApiKey']
const instead = 'Since 2027-01-01; use `id` instead.'

beforeAll(async () => {
  homeroom = await withDeprecated(going, instead, () => openHomeroom())
  school = await homeroom.openSchool('oakfield')
})
afterAll(() => homeroom?.stop())

interface Use { member: string, reason: string | null, uses: number, firstUsedAt: string, lastUsedAt: string }
const usesOf = async (id: string, { client } = school) => (await client.ask<{ apiKeys: { nodes: { id: string, deprecatedUses: Use[] }[] } }>('{ apiKeys(first: 100) { nodes { id deprecatedUses { member reason uses firstUsedAt lastUsedAt } } } }')).apiKeys.nodes.find(key => key.id === id)?.deprecatedUses
const counted = async (id: string) => (await usesOf(id))?.map(({ member, uses }) => [member, uses])

test('what a key asks for that will go is counted by key, for its school, for the operator and for itself', async () => {
  const [program, other] = [await makeKey(school.client, ['roster.users:read']), await makeKey(school.client, ['roster.users:read'])]
  const document = 'query ($filter: UserFilter) { users(first: 1, filter: $filter) { nodes { givenName familyName } } }'
  await program.client.ask(document)
  await program.client.ask(document, { filter: { role: 'TEACHER' } })
  await program.client.ask('{ thisApiKey { name } }')
  await other.client.ask('{ users(first: 1) { nodes { familyName } } }')
  // What people ask is nobody's contract.
  await school.client.ask('{ users(first: 1) { nodes { givenName } } apiKeys { nodes { lastFour } } }')
  await expect.poll(() => counted(program.id)).toEqual([['User.givenName', 2], ['Query.thisApiKey', 1], ['UserFilter.role', 1]])
  expect((await usesOf(program.id))!.every(({ reason, firstUsedAt, lastUsedAt }) => reason === instead && firstUsedAt <= lastUsedAt)).toBe(true)
  expect(await counted(other.id)).toEqual([])
  const { client } = await openSuperadmin(homeroom)
  expect(await client.ask('query ($prefix: String!) { findApiKeys(prefix: $prefix) { deprecatedUses { member uses } } }', { prefix: program.prefix })).toMatchObject({ findApiKeys: [{ deprecatedUses: [{ member: 'User.givenName', uses: 2 }, {}, {}] }] })
  expect(await program.client.ask('{ thisApiKey { deprecatedUses { member } } }')).toMatchObject({ thisApiKey: { deprecatedUses: [{ member: 'User.givenName' }, {}, {}] } })
})

test('processes count into one number; what cannot be written waits; what is refused before it is read is no use', async () => {
  const program = await makeKey(school.client, ['roster.users:read'])
  const second = await withDeprecated(going, instead, () => homeroom.startApi())
  const document = '{ users(first: 1) { nodes { givenName } } }'
  await homeroom.database.sql('alter table platform.api_deprecated_use add constraint nobody check (false) not valid')
  await Promise.all(Array.from({ length: 20 }, (_, place) => graphqlClient(place % 2 ? second.url : homeroom.api.url, program.token).ask(document)))
  await homeroom.database.sql('select pg_sleep(2.5)')
  expect(await counted(program.id)).toEqual([])
  await homeroom.database.sql('alter table platform.api_deprecated_use drop constraint nobody')
  await second.stop()
  await expect.poll(() => counted(program.id)).toEqual([['User.givenName', 20]])
  await school.client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id: program.id })
  expect((await program.client.send(document)).status).toBe(401)
  expect((await program.client.send('{ users { nodes { givenName nonsense } } }')).status).toBe(401)
  await expect.poll(async () => (await homeroom.database.sql('select 1 from platform.api_request where key_id = $1 and refusal is not null', [program.id])).length).toBeGreaterThan(0)
  expect(await counted(program.id)).toEqual([['User.givenName', 20]])
})
