import type pg from 'pg'
import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Head } from './verify.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../../test/harness/embedded-owners.ts'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { holdLock, sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { metricsToken, scrape } from '../../../test/harness/scrape.ts'
import { signIn } from '../../../test/harness/sign-in.ts'
import { schemaName } from '../../database/schema-names.ts'
import { withClient } from '../../database/with-client.ts'
import { verifyAudit } from './verify.ts'

interface Events { auditEvents: { totalCount: number, nodes: { sequence: number, action: string, actorName: string | null, subjectId: string | null, details: object, requestId: string | null }[] } }

const auditEvents = `query ($filter: AuditFilter) { auditEvents(filter: $filter, first: 100) { totalCount nodes { sequence action actorName subjectId details requestId } } }`
const addStudent = `mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }`

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom({ patient: true })
  oakfield = await homeroom.openSchool('oakfield')
  riverside = await homeroom.openSchool('riverside')
})
afterAll(() => homeroom?.stop())

const eventsOf = async (client: GraphqlClient, filter?: object) => (await client.ask<Events>(auditEvents, { filter })).auditEvents.nodes

async function student(school: SignedUp, familyName: string): Promise<string> {
  return (await school.client.ask<{ addStudent: { id: string } }>(addStudent, { input: { givenName: 'Ada', familyName } })).addStudent.id
}

const asOwner = <T>(fn: (client: pg.Client) => Promise<T>) => withClient(homeroom.database.urls.owner, fn)
const outboxOf = (school: SignedUp, { database } = homeroom) => database.sql(`select * from ${schemaName(school.tenantId)}.outbox`)

/** The events of changes to a school, once the courier has brought as many. */
async function brought(school: SignedUp, count: number) {
  await until('the courier has come', async () => (await eventsOf(school.client, { action: 'user.created' })).length >= count && (await outboxOf(school)).length === 0)
  return eventsOf(school.client, { action: 'user.created' })
}

test('a school\'s change is on record with who, what and in which request; nobody else sees it', async () => {
  const { headers } = await oakfield.client.send(addStudent, { input: { givenName: 'Grace', familyName: 'Hopper' } })
  const [event] = await brought(oakfield, 1)
  expect(event).toMatchObject({ action: 'user.created', actorName: 'Alex Head <head@oakfield.example>', details: { role: 'student' }, requestId: headers.get('x-request-id') })
  expect(await eventsOf(riverside.client, { action: 'user.created' })).toEqual([])
  expect(JSON.stringify(await eventsOf(riverside.client))).not.toContain('oakfield')
})

test('sign-up is on record', async () => {
  expect(await eventsOf(oakfield.client, { action: 'tenant.created' })).toMatchObject([{ sequence: 1, subjectId: oakfield.tenantId, details: { slug: 'oakfield' } }])
})

test('a change that is rolled back tells nothing', async () => {
  const before = await eventsOf(oakfield.client)
  const { errors } = await oakfield.client.send(addStudent, { input: { givenName: '', familyName: '' } })
  expect(errors).toHaveLength(1)
  expect(await outboxOf(oakfield)).toEqual([])
  expect(await eventsOf(oakfield.client)).toEqual(before)
})

test('what was told while no worker ran is carried when one starts, and told twice it is written once', async () => {
  const idle = await openHomeroom({ worker: false })
  try {
    const first = await idle.startWorker()
    const school = await idle.openSchool('lakeside')
    await first.stop()
    for (const familyName of ['One', 'Two', 'Three'])
      await school.client.ask(addStudent, { input: { givenName: 'Ada', familyName } })
    const outbox = `${schemaName(school.tenantId)}.outbox`
    const waiting = await idle.database.sql<{ id: string }>(`select * from ${outbox} order by at`)
    expect(waiting).toHaveLength(3)
    // As a crash leaves it that comes after the events are in and before the rows are out.
    await idle.database.sql(`create table platform.kept as select * from ${outbox}`)
    const second = await idle.startWorker()
    await until('the courier has come', async () => (await idle.database.sql(`select from ${outbox}`)).length === 0)
    await second.stop()
    await idle.database.sql(`insert into ${outbox} select * from platform.kept`)
    await idle.startWorker()
    await until('the courier has come again', async () => (await idle.database.sql(`select from ${outbox}`)).length === 0)
    expect(await eventsOf(school.client, { action: 'user.created' })).toHaveLength(3)
    expect(await withClient(idle.database.urls.owner, client => verifyAudit(client))).toMatchObject({ broken: [] })
  }
  finally {
    await idle.stop()
  }
})

test('a school whose turn fails keeps nobody waiting, and has another one soon', async () => {
  const idle = await openHomeroom({ worker: false, config: { process: 'worker', workerPort: 0, metricsToken } })
  try {
    const first = await idle.startWorker()
    const [held, other] = [await idle.openSchool('held'), await idle.openSchool('other')]
    await first.stop()
    const tell = async () => {
      for (const { tenantId } of [held, other])
        await idle.database.sql(`insert into ${schemaName(tenantId)}.outbox (actor_kind, action, subject_type) values ('system', 'test.heard', 'user')`)
    }
    const inOneBreath = (...tenantIds: string[]) => idle.database.sql('select pg_notify(\'school_changed\', json_build_object(\'tenantId\', id)::text) from unnest($1::text[]) with ordinality as t (id, n) order by n', [tenantIds])
    const carried = async ({ tenantId }: SignedUp) => (await idle.database.sql(`select from platform.audit_event where chain = $1 and action = 'test.heard'`, [tenantId])).length
    const waited = async () => (await scrape(worker.url!)).get('audit_oldest_uncarried_seconds')?.[0]?.value
    const hold = (mode: string) => holdLock(idle.database.adminUrl, `lock table ${schemaName(held.tenantId)}.outbox in ${mode} mode`)

    // Whose outbox may not even be looked at, when all of them are swept.
    await tell()
    const looking = await hold('access exclusive')
    const worker = await idle.startWorker()
    await until('the other is heard', async () => await carried(other) === 1)
    expect(await carried(held)).toBe(0)
    expect(await waited()).toBeGreaterThan(0)
    await looking()
    await until('the one that was held is heard', async () => await carried(held) === 1)
    await expect.poll(waited).toBe(0)

    // Whose outbox cannot be emptied, and who is first when both are told in one breath.
    await tell()
    const emptying = await hold('share row exclusive')
    await inOneBreath(held.tenantId, other.tenantId)
    await until('the other is heard', async () => await carried(other) === 2)
    await emptying()
    await until('the one that was held is emptied', async () => (await outboxOf(held, idle)).length === 0)
    expect(await carried(held)).toBe(2)

    // Who is gone has no turn that could fail, and nothing waits any more.
    await tell()
    await inOneBreath(randomUUID(), held.tenantId, other.tenantId)
    await until('the others are heard', async () => await carried(held) + await carried(other) === 6)
    await expect.poll(waited).toBe(0)
  }
  finally {
    await idle.stop()
  }
})

test('a school that is deleted while the outboxes are swept does not keep the others from being heard', async () => {
  const idle = await openHomeroom({ worker: false })
  try {
    const first = await idle.startWorker()
    const [gone, ...others] = [await idle.openSchool('gone'), await idle.openSchool('left'), await idle.openSchool('right')]
    await first.stop()
    for (const { tenantId } of others)
      await idle.database.sql(`insert into ${schemaName(tenantId)}.outbox (actor_kind, action, subject_type, subject_id) values ('system', 'test.heard', 'user', 'swept')`)
    await withClient(idle.database.adminUrl, async (admin) => {
      await admin.query(`begin; drop table ${schemaName(gone!.tenantId)}.outbox`)
      await idle.startWorker()
      await waits(sqlOf(idle.database.adminUrl), { by: 'homeroom audit courier', inStatement: schemaName(gone!.tenantId) })
      await admin.query('commit')
    })
    await until('the courier has come', async () => (await idle.database.sql('select from platform.audit_event where subject_id = \'swept\'')).length === others.length)
  }
  finally {
    await idle.stop()
  }
}, 60_000)

test('writers at once keep one unbroken chain', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, n) => student(riverside, `Child ${n}`)))
  await brought(riverside, 12)
  const all = await eventsOf(riverside.client)
  expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, place) => all.length - place))
  expect((await asOwner(client => verifyAudit(client))).broken).toEqual([])
})

test('people who sign in at once are all let in, and all on record', async () => {
  const before = await eventsOf(riverside.client, { action: 'session.started' })
  const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(homeroom.visitor, { email: riverside.email, password })))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  expect(await eventsOf(riverside.client, { action: 'session.started' })).toHaveLength(before.length + 12)
  expect((await asOwner(client => verifyAudit(client))).broken).toEqual([])
})

test.each(['update platform.audit_event set action = \'x\'', 'delete from platform.audit_event', 'truncate platform.audit_event'])('who serves requests cannot %s', async (statement) => {
  await expect(withClient(homeroom.database.urls.request, client => client.query(statement))).rejects.toMatchObject({ code: '42501' })
})

test.each([
  ['a changed event', 'update platform.audit_event set details = \'{"role": "teacher"}\' where chain = $1 and sequence = 2', ['2']],
  ['a changed hash', 'update platform.audit_event set hash = sha256(\'\') where chain = $1 and sequence = 2', ['2', '3']],
  ['a missing event', 'delete from platform.audit_event where chain = $1 and sequence = 2', ['3']],
])('%s is found', async (_, tampering, sequences) => {
  const verdict = await tampered(tampering, riverside.tenantId)
  expect(verdict.broken).toEqual(sequences.map(sequence => ({ chain: riverside.tenantId, sequence })))
})

test('a chain cut short is found with a head kept from before', async () => {
  const { heads } = await asOwner(client => verifyAudit(client))
  const { broken, lost } = await tampered('delete from platform.audit_event where chain = $1 and sequence > 3', riverside.tenantId, heads)
  expect(broken).toEqual([])
  expect(lost.map(({ chain }) => chain)).toEqual([riverside.tenantId])
})

/** What the verifier says after somebody with the owner's rights has been at the table; undone afterwards. */
function tampered(statement: string, chain: string, kept?: readonly Head[]) {
  return asOwner(async (client) => {
    await client.query('begin')
    await client.query(statement, [chain])
    const verdict = await verifyAudit(client, kept)
    await client.query('rollback')
    return verdict
  })
}
