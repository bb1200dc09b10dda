import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Receiver } from '../../../test/harness/webhook.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { everyScope, makeKey } from '../../../test/harness/keys.ts'
import { signedIn } from '../../../test/harness/sign-in.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { addStudent, makeEndpoint, quickly, verified } from '../../../test/harness/webhook-endpoint.ts'
import { openReceiver } from '../../../test/harness/webhook.ts'
import { schemaName } from '../../database/schema-names.ts'

let homeroom: TestHomeroom
let receiver: Receiver
beforeAll(async () => {
  homeroom = await openHomeroom({ config: { webhooks: quickly } })
  receiver = await openReceiver()
})
afterAll(async () => {
  await receiver?.stop()
  await homeroom?.stop()
})

const sql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
interface TestSchool { id: string, slug: string, name: string, test: boolean, lifecycle: string, preparation: { status: string, totalSteps: number, completedSteps: number } }
const fields = 'id slug name test lifecycle preparation { status totalSteps completedSteps }'
const shown = async (client: GraphqlClient) => (await client.ask<{ testSchool: TestSchool | null }>(`{ testSchool { ${fields} } }`)).testSchool
const code = async (asked: ReturnType<GraphqlClient['send']>) => (await asked).errors?.[0]?.extensions.code
const ready = (client: GraphqlClient) => expect.poll(async () => (await shown(client))?.preparation.status, { interval: 50 }).toBe('READY')

/** A school with a test school that is ready, and its admin inside that one. */
async function open(slug: string): Promise<{ school: SignedUp, test: TestSchool, inside: GraphqlClient }> {
  const school = await homeroom.openSchool(slug)
  await school.client.ask('mutation { createTestSchool { id } }')
  await ready(school.client)
  const made = (await shown(school.client))!
  const { client } = await signedIn(homeroom.visitor, { email: school.email, password, tenantId: made.id })
  return { school, test: made, inside: client }
}

interface Person { sourcedId: string, givenName: string, familyName: string, grades: string[] }
async function roster(client: GraphqlClient): Promise<Person[]> {
  const people: Person[] = []
  for (let after: string | null = null, more = true; more;) {
    const { users }: { users: { nodes: Person[], pageInfo: { hasNextPage: boolean, endCursor: string } } } = await client.ask<{ users: { nodes: Person[], pageInfo: { hasNextPage: boolean, endCursor: string } } }>('query ($after: String) { users(first: 100, after: $after) { nodes { sourcedId givenName familyName grades } pageInfo { hasNextPage endCursor } } }', { after })
    people.push(...users.nodes)
    after = users.pageInfo.endCursor
    more = users.pageInfo.hasNextPage
  }
  return people.sort((a, b) => a.sourcedId.localeCompare(b.sourcedId))
}

describe('making one', () => {
  test('it is a school of its own, marked, with people, classes and who attends what', async () => {
    const { school, test: made, inside } = await open('oakfield')
    expect(made).toMatchObject({ name: expect.stringMatching(/^TEST · /) as string, slug: 'oakfield-test', test: true, lifecycle: 'ACTIVE' })
    expect(made.preparation.completedSteps).toBe(made.preparation.totalSteps)
    expect(await school.client.ask('{ tenant { test } }')).toEqual({ tenant: { test: false } })
    expect(await inside.ask('{ tenant { id test } viewer { role } testSchool { id } }')).toEqual({ tenant: { id: made.id, test: true }, viewer: { role: 'ADMIN' }, testSchool: { id: made.id } })
    const counts = await inside.ask<Record<string, { totalCount: number }>>('{ users { totalCount } students: users(filter: { role: STUDENT }) { totalCount } teachers: users(filter: { role: TEACHER }) { totalCount } classes { totalCount } enrollments { totalCount } }')
    expect(Object.fromEntries(Object.entries(counts).map(([name, { totalCount }]) => [name, totalCount]))).toEqual({ users: 231, students: 200, teachers: 20, classes: 100, enrollments: 2100 })
    const sample = await inside.ask<{ classes: { nodes: { title: string, studentCount: number, teachers: object[], terms: object[] }[] } }>('{ classes(first: 100) { nodes { title studentCount } } }')
    expect(sample.classes.nodes.every(({ studentCount }) => studentCount === 20)).toBe(true)
    // Its own schema under its own role, like any school.
    expect(await sql('select 1 from pg_roles where rolname = $1', [schemaName(made.id)])).toHaveLength(1)
    expect((await roster(school.client))).toEqual([])
    const { auditEvents } = await school.client.ask<{ auditEvents: { nodes: object[] } }>('{ auditEvents(first: 1, filter: { action: "testSchool.created" }) { nodes { actorName subjectId details } } }')
    expect(auditEvents.nodes).toEqual([{ actorName: expect.stringContaining(school.email) as string, subjectId: made.id, details: { slug: 'oakfield-test' } }])
  })

  test('one for each school, and none for a test school', async () => {
    const { school, inside } = await open('single')
    expect(await code(school.client.send('mutation { createTestSchool { id } }'))).toBe('TEST_SCHOOL_EXISTS')
    expect(await code(inside.send('mutation { createTestSchool { id } }'))).toBe('TEST_SCHOOL')
    const other = await homeroom.openSchool('pair')
    const both = await Promise.all([1, 2].map(() => code(other.client.send('mutation { createTestSchool { id } }'))))
    expect(both.sort()).toEqual(['TEST_SCHOOL_EXISTS', undefined])
    await ready(other.client)
  })

  test('its keys tell themselves apart, and open nothing of the real school', async () => {
    const { school, inside } = await open('keys')
    const key = await makeKey(inside, everyScope)
    expect(key.token).toMatch(/^hmr_test_[0-9A-Za-z]{12}_/)
    expect((await makeKey(school.client, [])).token).toMatch(/^hmr_live_/)
    expect(await key.client.ask('{ tenant { test } users { totalCount } }')).toEqual({ tenant: { test: true }, users: { totalCount: 231 } })
    expect(await code(key.client.send('{ users { totalCount } }', {}, { 'x-tenant-id': school.tenantId }))).toBe('TENANT_MISMATCH')
  })

  test('another ADMIN of the school can join it; nobody else can do anything with it', async () => {
    const { school, test: made } = await open('joined')
    const stranger = await homeroom.openSchool('stranger')
    for (const mutation of ['resetTestSchool { id }', `deleteTestSchool(slug: "${made.slug}") { id }`, 'joinTestSchool { id }'])
      expect(await code(stranger.client.send(`mutation { ${mutation} }`))).toBe('NOT_FOUND')
    expect(await shown(stranger.client)).toBeNull()
    await sql('insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), account_id, $1, \'ADMIN\' from platform.membership where tenant_id = $2', [school.tenantId, stranger.tenantId])
    const { client } = await signedIn(homeroom.visitor, { email: stranger.email, password, tenantId: school.tenantId })
    expect(await client.ask('mutation { joinTestSchool { id } }')).toEqual({ joinTestSchool: { id: made.id } })
    expect((await signedIn(homeroom.visitor, { email: stranger.email, password, tenantId: made.id })).accessToken).toBeTruthy()
  })
})

describe('nothing leaves it', () => {
  test('webhooks are signed and kept with their headers, and sent to nobody', async () => {
    const { inside, school } = await open('silent')
    const { id: endpointId, secret } = await makeEndpoint(inside, receiver.url)
    const real = await openReceiver()
    await makeEndpoint(school.client, real.url)
    const id = await addStudent(inside, 'Lovelace')
    const log = async () => (await inside.ask<{ webhookDeliveries: { nodes: { id: string, state: string, body: object, attempts: { headers: Record<string, string>, error: string, status: null }[] }[] } }>(
      'query ($endpointId: ID!) { webhookDeliveries(first: 5, filter: { endpointId: $endpointId }) { nodes { id state body attempts { headers error status } } } }',
      { endpointId },
    )).webhookDeliveries.nodes
    await expect.poll(async () => (await log())[0]?.state, { interval: 25 }).toBe('HELD')
    const [delivery] = await log()
    expect(delivery!.body).toMatchObject({ type: 'student.created', test: true, data: { id } })
    const [attempt] = delivery!.attempts
    expect(attempt).toMatchObject({ status: null, error: expect.stringContaining('test school') as string })
    // Sent by hand, a receiver takes it.
    expect(verified({ headers: attempt!.headers, body: JSON.stringify(delivery!.body), path: '/' }, secret)).toMatchObject({ test: true })
    await inside.ask('mutation ($id: ID!) { replayWebhook(deliveryId: $id) { state } }', { id: delivery!.id })
    await inside.ask('mutation ($id: ID!) { sendTestWebhook(endpointId: $id) { id } }', { id: endpointId })
    await expect.poll(async () => (await log()).map(({ state, attempts }) => [state, attempts.length]), { interval: 25 }).toEqual([['HELD', 1], ['HELD', 2]])
    // The real school's were sent meanwhile, so there was time enough.
    await addStudent(school.client, 'Hopper')
    await expect.poll(() => real.told.length).toBe(1)
    expect(JSON.parse(real.told[0]!.body)).not.toHaveProperty('test')
    expect(receiver.told).toEqual([])
    await real.stop()
  })

  test('mails are kept where its admins see them, without their links', async () => {
    const { inside, school } = await open('mailless')
    const invite = (client: GraphqlClient, email: string) => client.ask('mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { id } }', { input: { email, role: 'TEACHER' } })
    await invite(inside, 'never@told.example')
    await makeKey(inside, [])
    await invite(school.client, 'really@told.example')
    await homeroom.mailbox.next('really@told.example')
    interface Held { kind: string, recipient: string, subject: string, paragraphs: string[] }
    const held = async (client: GraphqlClient) => (await client.ask<{ heldMails: Held[] }>('{ heldMails { kind recipient subject paragraphs at } }')).heldMails
    await expect.poll(async () => (await held(inside)).map(({ kind, recipient }) => [kind, recipient]).sort()).toEqual([['API_KEY_MADE', school.email], ['INVITATION', 'never@told.example']])
    expect(JSON.stringify(await held(inside))).not.toMatch(/token|https?:/)
    expect(await held(school.client)).toEqual([])
    expect((await homeroom.mailbox.all()).filter(({ to, subject }) => to === 'never@told.example' || subject.includes('TEST'))).toEqual([])
  })
})

describe('its life', () => {
  test('a reset makes the same people again, keeps the keys, and has copies begin anew', async () => {
    const { school, inside } = await open('again')
    const before = await roster(inside)
    const key = await makeKey(inside, everyScope)
    const { users } = await key.client.ask<{ users: { nodes: { id: string }[] } }>('{ users(first: 1) { nodes { id } } }')
    const follow = (after: string | null) => key.client.send<{ changes: { pageInfo: { endCursor: string } } }>('query ($after: String) { changes(first: 1, after: $after, types: [USER]) { nodes { id } pageInfo { endCursor } } }', { after })
    const { endCursor } = (await follow(null)).data!.changes.pageInfo
    await addStudent(inside, 'Extra')
    await school.client.ask('mutation { resetTestSchool { id } }')
    expect(await code(school.client.send('mutation { resetTestSchool { id } }'))).toBe('CONFLICT')
    await ready(school.client)
    expect(await roster(inside)).toEqual(before)
    expect(await key.client.ask('query ($id: ID!) { user(id: $id) { id } }', { id: users.nodes[0]!.id }).catch((error: Error) => error.message)).toContain('NOT_FOUND')
    expect((await follow(endCursor)).errors?.[0]?.extensions.code).toBe('CURSOR_EXPIRED')
    expect((await follow(null)).data?.changes).toBeTruthy()
  })

  test('it is deleted at once when its slug is typed, and another can be made', async () => {
    const { school, test: made, inside } = await open('brief')
    expect((await school.client.send('mutation { deleteTestSchool(slug: "brief") { id } }')).errors?.[0]?.extensions).toMatchObject({ fields: [{ path: ['slug'], code: 'NOT_CONFIRMED' }] })
    expect(await school.client.ask('mutation ($slug: String!) { deleteTestSchool(slug: $slug) { lifecycle } }', { slug: made.slug })).toEqual({ deleteTestSchool: { lifecycle: 'DELETING' } })
    expect((await inside.send('{ tenant { id } }')).status).toBe(401)
    await expect.poll(() => shown(school.client)).toBeNull()
    expect(await sql('select 1 from pg_namespace where nspname = $1', [schemaName(made.id)])).toEqual([])
    await school.client.ask('mutation { createTestSchool { id } }')
    await ready(school.client)
  })

  test('a school that is no test school is never made anew', async () => {
    const school = await homeroom.openSchool('solid')
    await addStudent(school.client, 'Stays')
    // As if the way there had been forgotten to look.
    await sql('update platform.tenant set preparation_status = \'FAILED\', preparation_error_code = \'STEP_FAILED\' where id = $1', [school.tenantId])
    await school.client.ask('mutation ($id: ID!) { retryTenantPreparation(tenantId: $id) { status } }', { id: school.tenantId })
    await expect.poll(async () => (await sql<{ preparation_status: string }>('select preparation_status from platform.tenant where id = $1', [school.tenantId]))[0]?.preparation_status, { timeout: 30_000 }).toBe('FAILED')
    expect(await sql(`select family_name from ${schemaName(school.tenantId)}."user"`)).toEqual([{ family_name: 'Stays' }])
  })

  test('it goes with its school', async () => {
    const { school, test: made } = await open('parent')
    await sql('update platform.tenant set lifecycle = \'DELETING\', lifecycle_reason = \'The school asked for it.\', delete_after = now() where id = $1', [school.tenantId])
    await sql('select pg_notify(\'tenant_changed\', json_build_object(\'tenantId\', $1::text)::text)', [school.tenantId])
    await expect.poll(() => sql('select id from platform.tenant where id = any($1)', [[school.tenantId, made.id]])).toEqual([])
  })

  test('superadmins see the mark, count and filter', async () => {
    const { test: made } = await open('marked')
    const { client } = await openSuperadmin(homeroom)
    const found = async (test: boolean) => (await client.ask<{ tenants: { nodes: { id: string }[], counts: { test: number } } }>('query ($test: Boolean) { tenants(first: 100, filter: { search: "marked", test: $test }) { nodes { id } counts { all test } } }', { test })).tenants
    expect(await found(true)).toEqual({ nodes: [{ id: made.id }], counts: { all: 2, test: 1 } })
    expect((await found(false)).nodes).toHaveLength(1)
  })
})
