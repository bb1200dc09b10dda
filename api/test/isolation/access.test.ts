import type { GraphQLField, GraphQLInputType } from 'graphql'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import { buildSchema, getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, isScalarType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract } from '../../src/compose.ts'
import { openHomeroom } from '../harness/homeroom.ts'

const everyone = ['visitor', 'READ_ONLY', 'TEACHER', 'OFFICE', 'ADMIN']
const members = everyone.slice(1)
const office = ['OFFICE', 'ADMIN']

// The reviewed table: who may call which operation. A field that is not in it fails the test.
const allowed: Record<string, readonly string[]> = {
  'query viewer': everyone,
  'query tenant': members,
  'query tenantPreparationStatus': everyone,
  'query slugAvailability': everyone,
  'query dashboard': members,
  'query users': members,
  'query user': members,
  'query classes': members,
  'query class': members,
  'query courses': members,
  'mutation createTenant': everyone,
  'mutation signIn': everyone,
  'mutation refreshSession': everyone,
  'mutation signOut': everyone,
  'mutation retryTenantPreparation': ['ADMIN'],
  'mutation addStudent': office,
  'mutation addTeacher': office,
  'mutation createClass': office,
  'mutation enrol': office,
  'mutation withdraw': office,
  'mutation updateSchoolYear': office,
}

const schema = buildSchema(await contract())
const operations = (['query', 'mutation'] as const).flatMap((kind) => {
  const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType()
  return Object.values(type!.getFields()).map(field => ({ name: `${kind} ${field.name}`, document: documentFor(kind, field) }))
})

let homeroom: TestHomeroom
const callers = new Map<string, SignedUp>()

beforeAll(async () => {
  homeroom = await openHomeroom()
  for (const role of members) {
    const school = await homeroom.openSchool(`the-${role.toLowerCase().replace('_', '-')}`)
    await homeroom.database.sql('update platform.membership set role = $1 where tenant_id = $2', [role, school.tenantId])
    callers.set(role, school)
  }
})
afterAll(() => homeroom?.stop())

test('the table names every operation of the contract, and no other', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(allowed).sort())
})

describe.each(operations)('$name', ({ name, document }) => {
  test.each(everyone)('as %s', async (role) => {
    const client = callers.get(role)?.client ?? homeroom.visitor
    const { errors } = await client.send(document)
    const refusals = (errors ?? []).map(error => error.extensions.code).filter(code => code === 'FORBIDDEN' || (code === 'UNAUTHENTICATED' && !publicButNeedsSession.has(name)))
    const expected = allowed[name]?.includes(role) ? [] : [role === 'visitor' ? 'UNAUTHENTICATED' : 'FORBIDDEN']
    expect(refusals).toEqual(expected)
    // Whatever the input was, it was ours to handle.
    expect(errors?.map(error => error.extensions.code) ?? []).not.toContain('INTERNAL_SERVER_ERROR')
    expect(errors?.map(error => error.extensions.code) ?? []).not.toContain('GRAPHQL_VALIDATION_FAILED')
    if (name === 'mutation signOut' && role !== 'visitor')
      await homeroom.database.sql('update platform.session set revoked_at = null, revoked_reason = null')
  })
})

// Anyone may call them, and without a session or an id they have nothing to go by.
const publicButNeedsSession = new Set(['mutation refreshSession', 'query tenantPreparationStatus'])

function documentFor(kind: 'query' | 'mutation', field: GraphQLField<unknown, unknown>): string {
  const args = field.args.filter(arg => isNonNullType(arg.type)).map(arg => `${arg.name}: ${literal(arg.type)}`)
  const selection = isObjectType(getNamedType(field.type)) ? ' { __typename }' : ''
  return `${kind} { ${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${selection} }`
}

/** The smallest literal of a type; ids are well-formed and nobody's. */
function literal(type: GraphQLInputType): string {
  if (isNonNullType(type))
    return literal(type.ofType as GraphQLInputType)
  if (isListType(type))
    return '[]'
  if (isEnumType(type))
    return type.getValues()[0]!.name
  if (isInputObjectType(type))
    return `{ ${Object.values(type.getFields()).filter(field => isNonNullType(field.type)).map(field => `${field.name}: ${literal(field.type)}`).join(', ')} }`
  if (isScalarType(type) && type.name === 'ID')
    return '"6ff0e5b1-0000-4000-8000-00000000dead"'
  return { Int: '1', Float: '1', Boolean: 'true', LocalDate: '"2026-08-01"', Date: '"2026-08-01"' }[type.name] ?? '"x"'
}
