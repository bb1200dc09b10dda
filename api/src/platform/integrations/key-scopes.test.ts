import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { makeKey } from '../../../test/harness/keys.ts'

let homeroom: TestHomeroom
let admin: GraphqlClient
beforeAll(async () => {
  homeroom = await openHomeroom()
  ;({ client: admin } = await homeroom.openSchool('oakfield'))
})
afterAll(() => homeroom?.stop())

async function refusal(scopes: readonly string[], document: string) {
  const { client } = await makeKey(admin, scopes.map(name => `roster.${name}`))
  const { status, data, errors } = await client.send(document)
  return errors ? { status, data, ...errors[0]!.extensions, requestId: undefined } : 'answered'
}
const lacks = (scope: string) => expect.objectContaining({ status: 403, code: 'FORBIDDEN', scope: `roster.${scope}` }) as unknown

describe('a key goes no further than its scopes', () => {
  const walk = '{ classes(first: 1) { nodes { id enrollments { id user { id } } } } }'
  test.each([
    ['the root field', [], '{ classes { nodes { id } } }', 'classes:read'],
    ['one of two root fields', ['classes:read'], '{ classes { nodes { id } } users { nodes { id } } }', 'users:read'],
    ['a count alone', [], '{ classes { totalCount } }', 'classes:read'],
    ['a page without rows', [], '{ classes { pageInfo { hasNextPage } } }', 'classes:read'],
    ['from a class to its places', ['classes:read'], walk, 'enrollments:read'],
    ['from a place to its person', ['classes:read', 'enrollments:read'], walk, 'users:read'],
    ['to whether there is one', ['classes:read'], '{ classes { nodes { course { __typename } } } }', 'courses:read'],
    ['how many are in a class', ['classes:read'], '{ classes { nodes { studentCount } } }', 'enrollments:read'],
    ['who teaches it, by the way of people', ['classes:read', 'users:read'], '{ classes { nodes { teachers { id } } } }', 'enrollments:read'],
    ['by a fragment', ['classes:read'], '{ classes { nodes { ...F } } } fragment F on Class { terms { id } }', 'academicSessions:read'],
    ['by a fragment in a fragment, spread twice', ['users:read'], '{ users { nodes { ...F ...F } } } fragment F on User { ...G } fragment G on User { roles { org { id } } }', 'orgs:read'],
    ['by an inline fragment', ['classes:read'], '{ classes { ... on ClassConnection { edges { node { ... { course { id } } } } } } }', 'courses:read'],
    ['under another name', ['classes:read'], '{ c: classes { nodes { n: studentCount } } }', 'enrollments:read'],
    ['what is skipped', ['classes:read'], '{ classes { nodes { id studentCount @skip(if: true) } } }', 'enrollments:read'],
    ['writing with reading', ['users:read'], 'mutation { addStudent(input: { givenName: "A", familyName: "B" }) { id } }', 'users:write'],
    ['out of what was written', ['enrollments:write'], 'mutation { withdraw(enrollmentId: "6ff0e5b1-0000-4000-8000-00000000dead") { user { id } } }', 'users:read'],
    ['removing a person, who is then in no class', ['users:write'], 'mutation { removeUser(id: "6ff0e5b1-0000-4000-8000-00000000dead", version: 1) { id } }', 'enrollments:write'],
    ['changes of everything', ['classes:read'], '{ changes { nodes { id } } }', 'orgs:read'],
    ['changes of another type', ['classes:read'], '{ changes(types: [CLASS, USER]) { totalCount } }', 'users:read'],
    ['the record of a change', ['classes:read'], '{ changes(types: [CLASS]) { nodes { record { id ... on User { email } } } } }', 'users:read'],
    ['the record of a change, by a fragment', ['classes:read'], '{ changes(types: [CLASS]) { nodes { record { ...F } } } } fragment F on RosterRecord { id ... on Class { course { id } } }', 'courses:read'],
    ['a course made by the way', ['classes:write'], 'mutation { createClass(input: { title: "A" termIds: [] }) { id } }', 'courses:write'],
  ])('%s', async (_, scopes, document, missing) => {
    expect(await refusal(scopes, document)).toEqual(lacks(missing))
  })

  test('with its scopes it is answered, and all that is missing is named at once', async () => {
    expect(await refusal(['classes:read', 'enrollments:read', 'users:read'], walk)).toBe('answered')
    // Writing includes reading.
    expect(await refusal(['classes:write', 'enrollments:write', 'users:write'], walk)).toBe('answered')
    expect(await refusal(['classes:read'], walk)).toMatchObject({ missing: ['roster.enrollments:read', 'roster.users:read'] })
  })

  test('changes of what it may read it may follow, records included', async () => {
    expect(await refusal(['classes:read'], '{ changes(types: [CLASS]) { totalCount pageInfo { endCursor } nodes { type id record { id status ... on Class { title } } } } }')).toBe('answered')
  })

  test.each([
    ['{ viewer { id } }', 'Query.viewer'],
    ['{ members { id } }', 'Query.members'],
    ['{ apiKeys { nodes { id } } }', 'Query.apiKeys'],
    ['{ thisApiKey { createdBy { email } } }', 'ApiKey.createdBy'],
    ['{ tenant { operations { node } } }', 'Tenant.operations'],
    ['mutation { signOut }', 'Mutation.signOut'],
    ['mutation { createApiKey(input: { name: "Another" }) { token } }', 'Mutation.createApiKey'],
  ])('%s is closed to every key', async (document, field) => {
    expect(await refusal(['users:write'], document)).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    const { client } = await makeKey(admin, [])
    expect((await client.send(document)).errors?.[0]?.message).toBe(`An API key cannot be used for ${field}.`)
  })

  test('nor does it learn the schema from us, and nothing has been written', async () => {
    const { client } = await makeKey(admin, ['roster.users:read'])
    expect((await client.send('{ __schema { types { name } } }')).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(await admin.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })
  })
})
