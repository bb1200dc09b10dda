import type { GraphqlClient } from '../harness/client.ts'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { schemaName } from '../../src/database/schema-names.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { knock } from '../harness/knock.ts'
import { initSocket } from '../harness/raw-socket.ts'
import { signedIn, signIn } from '../harness/sign-in.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeEach(async () => {
  homeroom = await openHomeroom({ config: { baseDomain: 'homeroom.test' } })
  oakfield = await homeroom.openSchool('oakfield')
  riverside = await homeroom.openSchool('riverside')
})
afterEach(() => homeroom?.stop())

const sql = (text: string, values?: unknown[]) => homeroom.database.sql(text, values)
const add = (client: GraphqlClient, familyName: string) => client.ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'A', familyName } })
const names = async (client: GraphqlClient) => (await client.ask<{ users: { nodes: { familyName: string }[] } }>('{ users(first: 100) { nodes { familyName } } }')).users.nodes.map(({ familyName }) => familyName)
const code = async (client: GraphqlClient, query: string, variables = {}) => (await client.send(query, variables)).errors?.[0]?.extensions.code

interface Said { data?: Record<string, unknown> | null, errors?: { extensions: { code: string } }[] }

/** Asks at a host of its own, as a browser on a school's page does. */
async function askAt(host: string, query: string, { client, variables = {} }: { client?: string, variables?: object } = {}): Promise<Said> {
  const headers = ['host', host, 'content-type', 'application/json', ...client ? ['authorization', client] : []]
  const { body } = await knock(homeroom.api.url, { name: host, headers, body: JSON.stringify({ query, variables }) })
  return JSON.parse(body) as Said
}

/** A token for the person with this e-mail, in this school. */
async function tokenFor(email: string, tenantId: string): Promise<string> {
  const { data } = await signIn(homeroom.visitor, { email, password, tenantId })
  return `Bearer ${data!.signIn.accessToken}`
}

test('a school\'s host, a token of another and a sign-in there never mix', async () => {
  const token = await tokenFor(oakfield.email, oakfield.tenantId)
  const tenant = '{ tenant { slug } }'
  expect(await askAt('oakfield.homeroom.test', tenant, { client: token })).toEqual({ data: { tenant: { slug: 'oakfield' } } })
  expect((await askAt('riverside.homeroom.test', tenant, { client: token })).errors?.[0]?.extensions.code).toBe('TENANT_MISMATCH')
  const signingIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { viewer { tenant { slug } } } }'
  const input = { email: oakfield.email, password }
  expect((await askAt('riverside.homeroom.test', signingIn, { variables: { input } })).errors?.[0]?.extensions.code).toBe('INVALID_CREDENTIALS')
  expect((await askAt('riverside.homeroom.test', signingIn, { variables: { input: { ...input, tenantId: oakfield.tenantId } } })).errors?.[0]?.extensions.code).toBe('TENANT_MISMATCH')
  // An empty choice is none of the two, and does not undo the host's.
  expect((await askAt('riverside.homeroom.test', signingIn, { variables: { input: { ...input, tenantId: '' } } })).data ?? null).toBeNull()
})

test('an address that passes from one school to another leads to the new one at once, and opens nothing of the old', async () => {
  const [oak, river] = [await tokenFor(oakfield.email, oakfield.tenantId), await tokenFor(riverside.email, riverside.tenantId)]
  const ask = (client: string) => askAt('oakfield.homeroom.test', '{ tenant { id } }', { client })
  expect(await ask(oak)).toEqual({ data: { tenant: { id: oakfield.tenantId } } })
  await sql('update platform.tenant set slug = \'oakfield-old\', slug_look = \'oakfield-old\' where id = $1', [oakfield.tenantId])
  expect((await ask(oak)).errors?.[0]?.extensions.code).toBe('TENANT_NOT_FOUND')
  await sql('update platform.tenant set slug = \'oakfield\', slug_look = \'oakfield\' where id = $1', [riverside.tenantId])
  expect((await ask(oak)).errors?.[0]?.extensions.code).toBe('TENANT_MISMATCH')
  expect(await ask(river)).toEqual({ data: { tenant: { id: riverside.tenantId } } })
  // Its own name and its data it has kept.
  expect(await askAt('oakfield-old.homeroom.test', '{ dashboard { school { name } } }', { client: oak })).toEqual({ data: { dashboard: { school: { name: 'School oakfield' } } } })
})

test('a school that is deleted is nobody\'s: its tokens, cookies and sockets open nothing, also not the next school of its name', async () => {
  const { cookie } = await signedIn(homeroom.visitor, { email: oakfield.email, password })
  const token = await tokenFor(oakfield.email, oakfield.tenantId)
  const socket = await initSocket(homeroom.api.url, { authorization: token })
  await add(oakfield.client, 'Lovelace')
  await sql('delete from platform.tenant where id = $1', [oakfield.tenantId])
  await sql('delete from platform.account where email = $1', [oakfield.email])
  await sql(`drop schema ${schemaName(oakfield.tenantId)} cascade`)

  const next = await homeroom.openSchool('oakfield')
  expect(next.tenantId).not.toBe(oakfield.tenantId)
  expect(await names(next.client)).toEqual([])
  expect((await homeroom.visitor.send('{ tenant { id } }', {}, { authorization: token })).status).toBe(401)
  expect((await homeroom.visitor.send('{ tenant { id } }', {}, { 'authorization': token, 'x-tenant-id': next.tenantId })).status).toBe(401)
  expect((await homeroom.visitor.send('mutation { refreshSession { accessToken } }', {}, { cookie })).status).toBe(401)
  expect(await code(homeroom.visitor, 'query ($id: ID) { tenantPreparationStatus(tenantId: $id) { status } }', { id: oakfield.tenantId })).toBe('NOT_FOUND')
  socket.send({ id: '1', type: 'subscribe', payload: { query: `subscription { tenantPreparationStatus(tenantId: "${next.tenantId}") { status } }` } })
  const heard = await Promise.race([socket.next('error'), socket.closed])
  expect(heard).toEqual('code' in heard ? { code: 4403, reason: expect.any(String) as string } : expect.objectContaining({ payload: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) as object })] }))
  socket.ws.terminate()
})

test('what changes about a school or a member holds from the next request on', async () => {
  const { client } = oakfield
  const read = '{ dashboard { studentCount } }'
  const write = 'mutation { addStudent(input: { givenName: "A", familyName: "B" }) { id } }'
  const state = async () => [await code(client, read), await code(client, write)]
  const set = (change: string) => sql(`update platform.${change} = $1`, [oakfield.tenantId])
  expect(await state()).toEqual([undefined, undefined])
  await set('tenant set lifecycle = \'SUSPENDED\' where id')
  expect(await state()).toEqual(['TENANT_SUSPENDED', 'TENANT_SUSPENDED'])
  await set('tenant set lifecycle = \'ACTIVE\' where id')
  expect(await state()).toEqual([undefined, undefined])
  await set('tenant set preparation_status = \'PREPARING\' where id')
  expect(await state()).toEqual(['TENANT_NOT_READY', 'TENANT_NOT_READY'])
  await set('tenant set preparation_status = \'READY\' where id')
  await set('membership set role = \'READ_ONLY\' where tenant_id')
  expect(await state()).toEqual([undefined, 'FORBIDDEN'])
  await set('tenant set lifecycle = \'DELETING\' where id')
  expect(await state()).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
  expect([await code(riverside.client, read), await code(riverside.client, write)]).toEqual([undefined, undefined])
})

test('somebody who belongs to two schools is in one at a time, and changing back and forth leaves nothing behind', async () => {
  await sql('insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), account_id, $2, \'OFFICE\' from platform.membership where tenant_id = $1', [oakfield.tenantId, riverside.tenantId])
  const enter = ({ tenantId }: SignedUp) => signedIn(homeroom.visitor, { email: oakfield.email, password, tenantId })
  const here = await enter(oakfield)
  const there = await enter(riverside)
  await add(here.client, 'Oak')
  await add(there.client, 'River')
  for (const [{ client }, expected] of [[here, 'Oak'], [there, 'River'], [here, 'Oak'], [there, 'River']] as const)
    expect(await names(client)).toEqual([expected])
  // A cookie knows its school: what comes of it is not the other's.
  const refreshed = async ({ cookie }: { cookie: string }) => (await homeroom.visitor.send<{ refreshSession: { viewer: { role: string, tenant: { id: string } } } }>('mutation { refreshSession { viewer { role tenant { id } } } }', {}, { cookie })).data?.refreshSession.viewer
  expect(await refreshed(there)).toEqual({ role: 'OFFICE', tenant: { id: riverside.tenantId } })
  expect(await refreshed(here)).toEqual({ role: 'ADMIN', tenant: { id: oakfield.tenantId } })
  expect(await code(here.client, '{ auditEvents { totalCount } }')).toBeUndefined()
  expect(await code(there.client, '{ auditEvents { totalCount } }')).toBe('FORBIDDEN')
  await here.client.ask('mutation { signOut }')
  expect(await code(here.client, '{ tenant { id } }')).toBe('UNAUTHENTICATED')
  expect(await names(there.client)).toEqual(['River'])
})
