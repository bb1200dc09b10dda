import type { GraphQLNamedType } from 'graphql'
import type { Principal } from '../harness/access-table.ts'
import type { GraphqlClient } from '../harness/client.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { buildSchema, getNamedType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract } from '../../src/compose.ts'
import { allowed, operatorFields, principals, roles } from '../harness/access-table.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { everyScope, makeKey } from '../harness/keys.ts'
import { smallestCall } from '../harness/smallest-call.ts'
import { access, openSuperadmin } from '../harness/superadmin.ts'

// Everything a visitor's operations can lead to, reviewed: a new field on one of these types is open to the world.
const open: Readonly<Record<string, string>> = {
  CreateTenantPayload: 'session tenant',
  InvitationPreview: 'accountExists email expiresAt role tenantName',
  PreparationError: 'code message',
  PreparationStep: 'completedAt name rolledBack startedAt',
  Session: 'accessToken expiresAt viewer',
  SlugAvailability: 'available message reason slug suggestion',
  Tenant: 'createdAt deleteAfter id lifecycle lifecycleChangedAt lifecycleReason locale name preparation slug test timeZone',
  TenantPreparationStatus: 'attempt completedAt completedSteps error maxAttempts sequence startedAt status step steps tenantId totalSteps',
  Viewer: 'email emailVerified id name role secondFactor superadmin tenant',
  WebhookEventType: 'description example name',
}

const schema = buildSchema(await contract())
const operations = (['query', 'mutation', 'subscription'] as const).flatMap((kind) => {
  const type = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind]
  return Object.values(type!.getFields()).map(field => ({ name: `${kind} ${field.name}`, type: getNamedType(field.type), document: `${kind} { ${smallestCall(field, isObjectType(getNamedType(field.type)) ? '{ __typename }' : '')} }` }))
})

let homeroom: TestHomeroom
const callers = new Map<Principal, { client: GraphqlClient, headers: Record<string, string> }>()

beforeAll(async () => {
  homeroom = await openHomeroom()
  for (const role of ['suspended', ...roles] as const) {
    const school = await homeroom.openSchool(`the-${role.toLowerCase().replace('_', '-')}`)
    callers.set(role, { client: school.client, headers: {} })
    if (role === 'suspended')
      await homeroom.database.sql('update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1', [school.tenantId])
    else
      await homeroom.database.sql('update platform.membership set role = $1 where tenant_id = $2', [role, school.tenantId])
  }
  const { client } = await homeroom.openSchool('the-integrated')
  callers.set('key', { client: (await makeKey(client, everyScope)).client, headers: {} })
  const { tenantId } = await homeroom.openSchool('the-visited')
  const headers = access(tenantId, { 'x-access-mode': 'write' })
  callers.set('superadmin', { client: (await openSuperadmin(homeroom)).client, headers })
  callers.set('without factor', { client: (await openSuperadmin(homeroom, 'New Super', { secondFactor: false })).client, headers })
})
afterAll(() => homeroom?.stop())

test('the table names every operation of the contract, and no other', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(allowed).sort())
})

test('what a visitor can reach is what has been reviewed', () => {
  expect(reachable(Object.keys(allowed).filter(name => allowed[name]!.includes('visitor')))).toEqual(open)
})

test.each(principals)('what the operator knows of a tenant, asked by: %s', async (principal) => {
  const { client, headers } = callers.get(principal) ?? { client: homeroom.visitor, headers: {} }
  const expected = principal === 'superadmin' ? [] : [refusal(principal)]
  expect(await answerCodes(client, '{ tenant { operations { node } } }', headers)).toEqual(expected)
  // Who is signed in reaches the own tenant by this way too, also where the school is suspended.
  if (['suspended', ...roles].includes(principal))
    expect(await answerCodes(client, '{ viewer { tenant { operations { timeline { nodes { title } } } } } }', headers)).toEqual(expected)
})

/** With what somebody who may not call it is refused. */
function refusal(principal: Principal, name = ''): string {
  if (name === 'mutation removeSecondFactor' && principal !== 'visitor')
    return 'FORBIDDEN'
  switch (principal) {
    case 'visitor': return 'UNAUTHENTICATED'
    case 'suspended': return 'TENANT_SUSPENDED'
    case 'without factor': return 'SECOND_FACTOR_REQUIRED'
    default: return 'FORBIDDEN'
  }
}
const refusals = new Set(principals.map(principal => refusal(principal)))

describe.each(operations)('$name', ({ name, document }) => {
  test.each(principals)('as %s', async (principal) => {
    const { client, headers } = callers.get(principal) ?? { client: homeroom.visitor, headers: {} }
    const codes = await answerCodes(client, document, headers)
    const expected = allowed[name]!.includes(principal) ? [] : [refusal(principal, name)]
    expect(codes.filter(code => refusals.has(code) && !(code === 'UNAUTHENTICATED' && publicButNeedsMore.has(name)))).toEqual(expected)
    // Whatever the input was, it was ours to handle.
    expect(codes).not.toContain('INTERNAL_SERVER_ERROR')
    expect(codes).not.toContain('GRAPHQL_VALIDATION_FAILED')
    await homeroom.database.sql('update platform.session set revoked_at = null, revoked_reason = null')
  })
})

async function answerCodes(client: GraphqlClient, document: string, headers: Record<string, string>): Promise<string[]> {
  if (!document.startsWith('subscription'))
    return ((await client.send(document, {}, headers)).errors ?? []).map(error => error.extensions.code)
  const codes = client.firstOf(document).then(() => [], (error: { errors?: { extensions: { code: string } }[] }) => (error.errors ?? []).map(({ extensions }) => extensions.code))
  // Some say nothing until something has happened: so it happens, until they have.
  while (await Promise.race([codes.then(() => false), somethingHappens()]));
  return codes
}

async function somethingHappens(): Promise<boolean> {
  await homeroom.database.sql('select pg_notify(\'tenant_changed\', json_build_object(\'tenantId\', id)::text), pg_sleep(0.05) from platform.tenant limit 1')
  return true
}

// Anyone may call them, and without a session, an id or a good token they have nothing to go by.
const publicButNeedsMore = new Set(['mutation refreshSession', 'query tenantPreparationStatus', 'mutation signIn'])

/** Every type that these operations can lead to, with its fields. */
function reachable(names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  const follow = (type: GraphQLNamedType) => {
    if (!isObjectType(type) || type.name in found)
      return
    const fields = Object.values(type.getFields()).filter(({ name }) => !operatorFields.has(`${type.name}.${name}`))
    found[type.name] = fields.map(field => field.name).sort().join(' ')
    fields.forEach(field => follow(getNamedType(field.type)))
  }
  operations.filter(({ name }) => names.includes(name)).forEach(({ type }) => follow(type))
  return found
}
