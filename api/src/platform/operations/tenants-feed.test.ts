import type { FleetSchool } from '../../../test/harness/fleet.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { TestSuperadmin } from '../../../test/harness/superadmin.ts'
import type { Telling } from '../../../test/harness/tenants-changed.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { until } from '../../../test/harness/embedded-owners.ts'
import { historyWith, makeFleet } from '../../../test/harness/fleet.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { metricsToken, scrape } from '../../../test/harness/scrape.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { followTenants } from '../../../test/harness/tenants-changed.ts'
import { migrateSchools } from '../../compose.ts'
import { schemaName } from '../../database/schema-names.ts'
import { publish } from '../../events/bus.ts'
import { tenantChanged } from '../../events/topics.ts'
import { createLog } from '../../shared/log.ts'

let homeroom: TestHomeroom
let operator: TestSuperadmin
/** Another API process than the one that is asked to change something. */
let elsewhere: string
let fleet: FleetSchool[]

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { metricsToken, keepDays: { deletedSchools: 0, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 }, rollout: { canaries: 0, parallel: 2, failureBudget: 5 } } })
  operator = await openSuperadmin(homeroom)
  elsewhere = (await homeroom.startApi()).url
  fleet = await makeFleet(homeroom.database.urls, 2)
})
afterAll(() => homeroom?.stop())

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)
const order = (mutation: string, id: string) => operator.client.ask(`mutation ($id: ID!) { ${mutation} { id } }`, { id })
const reason = 'reason: "The school asked for it in writing."'
const nudge = (...tenants: readonly { tenantId: string }[]) => sql(`select pg_notify($1, event) from unnest($2::text[]) event`, [tenantChanged.channel, tenants.map(({ tenantId }) => publish(tenantChanged, { tenantId }).values[1])])

/** Follows, and is told already. */
async function follow(query?: string): Promise<Telling> {
  const telling = await followTenants(elsewhere, operator.accessToken, query)
  onTestFinished(() => telling.stop())
  await until('somebody to be told', async () => {
    await nudge(fleet[0]!)
    return telling.messages.length > 0
  })
  return telling
}

test('another process tells of a new tenant, every way it goes, and that it is gone', async () => {
  const telling = await follow()
  const school: SignedUp = await homeroom.signUp('oakfield')
  const own = (message: Telling['messages'][number] | Parameters<Parameters<Telling['told']>[0]>[0]) => message.tenants.find(({ id }) => id === school.tenantId)
  expect(own(await telling.told(message => own(message)?.preparation.status === 'PENDING'))).toMatchObject({ slug: 'oakfield', lifecycle: 'ACTIVE', operations: { schemaVersion: null } })
  await homeroom.startWorker()
  expect(own(await telling.told(message => own(message)?.preparation.status === 'READY'))!.operations.schemaVersion).toBeGreaterThan(0)
  await order(`suspendTenant(tenantId: $id, ${reason})`, school.tenantId)
  await telling.told(message => own(message)?.lifecycle === 'SUSPENDED')
  await order(`archiveTenant(tenantId: $id, ${reason})`, school.tenantId)
  await telling.told(message => own(message)?.lifecycle === 'ARCHIVED')
  await order(`deleteTenant(tenantId: $id, slug: "oakfield", ${reason})`, school.tenantId)
  const gone = await telling.told(({ goneIds }) => goneIds.includes(school.tenantId))
  expect(gone).toMatchObject({ goneIds: [school.tenantId], reload: false })
  expect(own(gone)).toBeUndefined()
}, 60_000)

test('tells of versions, and of who was set aside', async () => {
  const telling = await follow()
  const [whole, broken] = fleet as [FleetSchool, FleetSchool]
  await sql(`create table ${schemaName(broken.tenantId)}.homework (c int)`)
  const history = historyWith('homework')
  await migrateSchools(homeroom.config, homeroom.database.urls, createLog('silent'), undefined, history)
  await telling.told(({ tenants }) => tenants.some(({ id, operations }) => id === whole.tenantId && operations.schemaVersion === history.length))
  await telling.told(({ tenants }) => tenants.some(({ id, operations }) => id === broken.tenantId && operations.setAsideCode === 'OBJECT_EXISTS'))
}, 60_000)

test('says nothing first; after the listener was cut off it says to read again, and goes on', async () => {
  const silent = await followTenants(elsewhere, operator.accessToken)
  onTestFinished(() => silent.stop())
  const telling = await follow()
  expect(silent.messages.every(({ tenants }) => tenants.every(({ id }) => id === fleet[0]!.tenantId))).toBe(true)
  await sql('select pg_terminate_backend(pid) from pg_stat_activity where application_name = \'homeroom events\' and datname = current_database()')
  expect(await telling.told(({ reload }) => reload)).toMatchObject({ tenants: [], goneIds: [], reload: true })
  await nudge(fleet[1]!)
  await telling.told(({ tenants }) => tenants.some(({ id }) => id === fleet[1]!.tenantId))
})

test('of many changes at once there are few messages, each read once however many watch, none larger than a page', async () => {
  await sql(`insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, preparation_status, preparation_error_code) select gen_random_uuid(), 'many-' || n, 'many-' || n, 'Many', 'UTC', 'en', 'FAILED', 'STEP_FAILED' from generate_series(100, 349) n`)
  const many = await sql<FleetSchool>('select id as "tenantId", slug from platform.tenant where slug like \'many-%\'')
  const watchers = [await follow('subscription { tenantsChanged { tenants { id slug } goneIds reload } }')]
  for (let more = 1; more < 4; more++)
    watchers.push(await follow('subscription { tenantsChanged { tenants { id slug } goneIds reload } }'))
  const before = watchers.map(({ messages }) => messages.length)
  // When the process that tells them began to read; the clock of who hears is at the mercy of the machine.
  const reads: number[] = []
  const { query } = pg.Client.prototype
  onTestFinished(() => { pg.Client.prototype.query = query })
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [asked] = args as [string | { text: string }]
    if ((typeof asked === 'string' ? asked : asked.text).includes('"set_aside_detail" as "setAsideDetail"'))
      reads.push(performance.now())
    return (query as (...args: unknown[]) => unknown).apply(this, args)
  } as typeof query
  await nudge(...many)
  const heard = (watcher: Telling, place: number) => watcher.messages.slice(before[place])
  const ids = (watcher: Telling, place: number) => new Set(heard(watcher, place).flatMap(({ tenants }) => tenants.map(({ id }) => id)))
  await until('everybody to be told of all', async () => watchers.every((watcher, place) => many.every(({ tenantId }) => ids(watcher, place).has(tenantId))))
  for (const [at, began] of reads.entries())
    expect(at === 0 ? 250 : began - reads[at - 1]!).toBeGreaterThan(240)
  for (const [place, watcher] of watchers.entries()) {
    const messages = heard(watcher, place)
    // One that was read before may have come after.
    expect(Math.abs(messages.length - reads.length)).toBeLessThanOrEqual(1)
    expect(messages.length).toBeLessThan(8)
    expect(Math.max(...messages.map(({ tenants }) => tenants.length))).toBeLessThanOrEqual(100)
  }
})

test('whoever stops is let go of at once, also while nothing happens', async () => {
  const running = async () => (await scrape(elsewhere)).get('subscriptions_by_name')?.find(({ labels }) => labels.subscription === 'tenantsChanged')?.value
  const before = await running()
  const telling = await followTenants(elsewhere, operator.accessToken)
  await until('the subscription to run', async () => await running() === before! + 1)
  await telling.stop()
  await until('the subscription to end', async () => await running() === before)
})

test('is the operator\'s alone', async () => {
  const { client } = await homeroom.signUp('riverside')
  for (const who of [client, homeroom.visitor])
    await expect(who.subscribe('subscription { tenantsChanged { reload } }')).rejects.toThrow(/FORBIDDEN|UNAUTHENTICATED/)
})
