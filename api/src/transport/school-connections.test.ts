import 'reflect-metadata'
import type { OwnApi } from '../../test/harness/own-api.ts'
import type { TwoSchools } from '../../test/harness/two-schools.ts'
import type { RequestContext } from '../access/request-context.ts'
import type { Schools } from '../database/school-db.ts'
import { randomUUID } from 'node:crypto'
import { Repeater } from '@graphql-yoga/subscription'
import { defineEntity, p } from '@mikro-orm/core'
import { Authorized, Ctx, Query, Resolver, Root, Subscription } from 'type-graphql'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { graphqlClient } from '../../test/harness/client.ts'
import { until } from '../../test/harness/embedded-owners.ts'
import { memberOf, openOwnApi } from '../../test/harness/own-api.ts'
import { holdLock, sqlOf, waits } from '../../test/harness/process-holds.ts'
import { answers, initSocket } from '../../test/harness/raw-socket.ts'
import { openTwoSchools } from '../../test/harness/two-schools.ts'
import { NotForKeys } from '../access/for-keys.ts'
import { inSchool } from '../access/request-context.ts'
import { schemaName } from '../database/schema-names.ts'
import { openSchools } from '../database/school-db.ts'
import { createLog } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'

const Org = defineEntity({ name: 'Org', tableName: 'org', properties: { id: p.uuid().primary(), name: p.text() } })

interface Tables { org: { name: string }, course: { title: string } }

let two: TwoSchools
/** With one connection: whoever keeps it keeps it from everybody. */
let schools: Schools
let api: OwnApi
/** Pushes an event to every subscription that runs. */
const pushes = new Set<(event: string) => unknown>()

@Resolver()
class Watching {
  @NotForKeys()
  @Authorized('roster:read')
  @Query(() => [String])
  async names(@Ctx() context: RequestContext): Promise<string[]> {
    return (await inSchool(context).read(db => db.rows<Tables>().selectFrom('org').select('name').execute())).map(({ name }) => name)
  }

  @NotForKeys()
  @Authorized('roster:read')
  @Query(() => Number)
  async courses(@Ctx() context: RequestContext): Promise<number> {
    return (await inSchool(context).read(db => db.rows<Tables>().selectFrom('course').select('title').execute())).length
  }

  @NotForKeys()
  @Authorized('roster:read')
  @Subscription(() => [String], {
    async subscribe({ context }) {
      // A look into the school before the first event, as a subscription that checks what it is asked for takes.
      await inSchool(context as RequestContext).read(db => db.rows<Tables>().selectFrom('org').select('name').execute())
      return new Repeater<string>(async (push, stop) => {
        pushes.add(push)
        await stop
        pushes.delete(push)
      })
    },
  })
  async changes(@Root() event: string, @Ctx() context: RequestContext): Promise<string[]> {
    if (event === 'break')
      throw new Error('broken')
    return [event, ...await new Watching().names(context)]
  }
}

beforeAll(async () => {
  two = await openTwoSchools({ patient: true })
})
beforeEach(async () => {
  schools = await openSchools({ nodes: { main: two.database.urls.request }, poolSize: 1, entities: [Org], metrics: createMetrics(), log: createLog('silent') })
})
afterEach(async () => {
  await api?.stop()
  await schools?.close()
})
afterAll(() => two?.close())

async function openApi(principal: Parameters<typeof openOwnApi>[0]['principal']) {
  api = await openOwnApi({ resolvers: [new Watching()], listenerUrl: two.database.urls.listener, schools, principal: principal! })
}
const subscribe = (id: string) => ({ id, type: 'subscribe', payload: { query: 'subscription { changes }' } })

test('a subscription keeps no connection to its school between two events, nor after the last', async () => {
  await openApi(memberOf(two.oakfield.id))
  const client = graphqlClient(api.url, 'a.b.c')
  const socket = await initSocket(api.url, { authorization: 'Bearer a.b.c' })
  for (const id of ['1', '2', '3'])
    socket.send(subscribe(id))
  await until('all three to wait for an event', async () => pushes.size === 3)
  expect((await client.ask('{ names }'))).toEqual({ names: ['Oakfield'] })

  for (const event of ['first', 'second']) {
    pushes.forEach(push => push(event))
    for (const _ of pushes)
      expect(await socket.next('next')).toMatchObject({ payload: { data: { changes: [event, 'Oakfield'] } } })
    expect((await client.ask('{ names }'))).toEqual({ names: ['Oakfield'] })
  }

  pushes.forEach(push => push('break'))
  for (const _ of pushes)
    expect(await socket.next('next')).toMatchObject({ payload: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] } })
  expect((await client.ask('{ names }'))).toEqual({ names: ['Oakfield'] })

  pushes.forEach(push => push('last words'))
  socket.ws.terminate()
  await until('nobody to wait for an event', async () => pushes.size === 0)
  expect((await client.ask('{ names }'))).toEqual({ names: ['Oakfield'] })
})

test('a superadmin over a socket names tenant and reason in its parameters, and one operation is one access', async () => {
  await openApi({ kind: 'superadmin', accountId: randomUUID(), sessionId: randomUUID(), email: 'sam@operator.example', secondFactor: true, expiresAt: new Date(Date.now() + 600_000) })
  const params = { authorization: 'Bearer a.b.c', tenantId: two.oakfield.id, accessReason: 'Überprüfung für die Schulleitung' }
  const socket = await initSocket(api.url, params)
  expect(api.accesses).toEqual([])
  socket.send(subscribe('1'))
  await until('it to wait for an event', async () => pushes.size === 1)
  for (const event of ['first', 'second']) {
    pushes.forEach(push => push(event))
    expect(await socket.next('next')).toMatchObject({ payload: { data: { changes: [event, 'Oakfield'] } } })
  }
  expect(api.accesses).toEqual([{ action: 'superadmin.access', subject: { type: 'tenant', id: two.oakfield.id }, details: { reason: params.accessReason, mode: 'read', operation: 'subscription' } }])
  socket.ws.terminate()

  const silent = await initSocket(api.url, { ...params, accessReason: undefined })
  silent.send(subscribe('1'))
  expect(await silent.next('next')).toMatchObject({ payload: { errors: [{ extensions: { code: 'ACCESS_REASON_REQUIRED' } }] } })
  await answers(silent)
  silent.ws.terminate()
})

test('whoever hangs up while being answered is not waited for: the statement ends, and the connection is free', async () => {
  await openApi(memberOf(two.oakfield.id))
  const client = graphqlClient(api.url, 'a.b.c')
  const release = await holdLock(two.database.adminUrl, `lock table ${schemaName(two.oakfield.id)}.org in access exclusive mode`)
  const hangUp = new AbortController()
  const asked = fetch(`${api.url}/graphql`, { method: 'POST', signal: hangUp.signal, headers: { 'content-type': 'application/json', 'authorization': 'Bearer a.b.c' }, body: '{"query":"{ names }"}' }).catch((error: Error) => error.name)
  const sql = sqlOf(two.database.adminUrl)
  await waits(sql, { by: 'homeroom school', inStatement: '"org"' })
  hangUp.abort()
  expect(await asked).toBe('AbortError')
  // While the lock still stands: nobody has waited for it to go.
  expect(await client.ask('{ courses }')).toEqual({ courses: expect.any(Number) as number })
  await until('PostgreSQL to give the statement up', async () => (await sql('select 1 from pg_stat_activity where datname = current_database() and application_name = \'homeroom school\' and wait_event_type = \'Lock\'')).length === 0)
  await release()
  expect(await client.ask('{ names }')).toEqual({ names: ['Oakfield'] })
  expect(api.lines.filter(({ level }) => Number(level) >= 40)).toEqual([])
})
