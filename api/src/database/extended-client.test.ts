import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import type { Wire } from '../../test/harness/wire.ts'
import type { Platform } from './platform-db.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { graphqlClient } from '../../test/harness/client.ts'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { openSchool, password } from '../../test/harness/sign-up.ts'
import { openWire } from '../../test/harness/wire.ts'
import { platformEntities, startApi } from '../compose.ts'
import { createLog } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'
import { openPlatform } from './platform-db.ts'
import { openSchools } from './school-db.ts'

const Org = defineEntity({ name: 'Org', tableName: 'org', properties: { id: p.uuid().primary() } })

let homeroom: TestHomeroom
let wire: Wire
const log = createLog('silent')

beforeAll(async () => {
  homeroom = await openHomeroom()
  wire = await openWire(homeroom.database.urls.request)
})
afterAll(async () => {
  await homeroom?.stop()
  wire?.close()
})

const two = 'select 1; select 2'
// PostgreSQL's words, and those of the door, which reads statements before it sends them.
const oneAMessage = /multiple commands|2 statements/

test('the control plane takes one statement a message: text that brings a second with it is refused whole', async () => {
  const platform: Platform = await openPlatform({ url: wire.url, poolSize: 1, entities: platformEntities, warn: () => {} })
  onTestFinished(() => platform.close())
  await expect(platform.fork().execute(two)).rejects.toThrow(oneAMessage)
  await expect(platform.query(two)).rejects.toMatchObject({ code: '42601' })
  await expect(platform.transaction(db => db.execute(two))).rejects.toThrow(oneAMessage)
  await expect(platform.transaction(db => sql.raw(two).execute(db.getKysely()))).rejects.toMatchObject({ code: '42601' })
  expect(await platform.query('select 1 as one')).toEqual([{ one: 1 }])
  expect(await platform.query('')).toEqual([])
})

test('so does a school', async () => {
  const { tenantId } = await homeroom.openSchool('oakfield')
  const schools = await openSchools({ nodes: { main: wire.url }, poolSize: 1, entities: [Org], metrics: createMetrics(), log })
  onTestFinished(() => schools.close())
  const tenant = { id: tenantId, node: 'main' }
  await expect(schools.withTenant(tenant, db => db.em.execute(two))).rejects.toThrow(oneAMessage)
  await expect(schools.withTenant(tenant, db => sql.raw(two).execute(db.rows()))).rejects.toThrow(oneAMessage)
})

test('in all that an API does, the request login never uses the simple protocol', async () => {
  const api = await startApi({ ...homeroom.config, rateLimits: true }, { ...homeroom.database.urls, request: wire.url }, log)
  onTestFinished(() => api.stop())
  const visitor = graphqlClient(api.url)
  const { client, email } = await openSchool(visitor, 'riverside')
  await client.ask('{ viewer { name } dashboard { studentCount school { name } } }')
  await visitor.ask('mutation ($input: SignInInput!) { signIn(input: $input) { viewer { name } } }', { input: { email, password } })
  await client.ask('mutation { signOut }')

  expect([...wire.sent.keys()].sort()).toEqual(['homeroom check', 'homeroom job sender', 'homeroom platform', 'homeroom school'])
  for (const [name, kinds] of wire.sent)
    expect([name, kinds.has('P'), kinds.has('Q')]).toEqual([name, true, false])
})
