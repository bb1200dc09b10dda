import 'reflect-metadata'
import type { GraphqlError } from '../../test/harness/client.ts'
import type { OwnApi } from '../../test/harness/own-api.ts'
import type { TwoSchools } from '../../test/harness/two-schools.ts'
import type { RequestContext } from '../access/request-context.ts'
import type { Schools } from '../database/school-db.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { sql } from 'kysely'
import { Arg, Authorized, Ctx, Query, Resolver, Root, Subscription } from 'type-graphql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { graphqlClient } from '../../test/harness/client.ts'
import { knock, refusalCode } from '../../test/harness/knock.ts'
import { memberOf, openOwnApi } from '../../test/harness/own-api.ts'
import { initSocket } from '../../test/harness/raw-socket.ts'
import { openTwoSchools } from '../../test/harness/two-schools.ts'
import { NotForKeys } from '../access/for-keys.ts'
import { inSchool } from '../access/request-context.ts'
import { openSchools } from '../database/school-db.ts'
import { createLog } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'

const secret = 'platform.account at /srv/homeroom/src/secret.ts:7'
const own = Object.freeze(Object.assign(new Error(secret), { extensions: { code: secret, stacktrace: [secret] } }))

const Org = defineEntity({ name: 'Org', tableName: 'org', properties: { id: p.uuid().primary(), name: p.text() } })
const statement = (text: string) => (context: RequestContext) => inSchool(context).read(db => sql.raw(text).execute(db.rows()))

/** Whatever JavaScript lets anybody throw, by a promise or at once, and what PostgreSQL does. */
const faults: Record<string, (context: RequestContext) => unknown> = {
  'an Error': () => Promise.reject(new Error(secret)),
  'an Error that is frozen and has extensions': () => Promise.reject(own),
  'an Error whose message is no text': () => Promise.reject(Object.assign(new Error('x'), { message: { secret } })),
  'an Error with 100 kB of words': () => Promise.reject(new Error(secret.repeat(2_000))),
  'an Error that calls itself expected': () => Promise.reject(Object.assign(new Error(secret), { name: 'NotFound', status: 404, code: 'NOT_FOUND', extensions: { code: 'NOT_FOUND' } })),
  'a text': reject(secret),
  'nothing': reject(undefined),
  'null': reject(null),
  'a number': reject(7),
  'an object': reject({ message: secret, stack: secret }),
  'a thing that cannot be printed': reject({ toString() { throw new Error(secret) } }),
  'a bug': () => (undefined as unknown as { of: string }).of,
  'a value of another type': () => ({ secret }),
  'a missing table': statement('select * from account'),
  'a broken statement': statement('selec'),
  'a write where only reading is meant': statement('delete from org'),
  'a constraint': context => inSchool(context).write(db => sql.raw('insert into org (id, sourced_id, status, name, type, identifier) select id, sourced_id, status, name, type, identifier from org').execute(db.rows()).then(() => ({ answer: null, changes: [] }))),
}

function reject(reason: unknown): () => Promise<never> {
  return () => Promise.reject(reason)
}

async function* once(event: string): AsyncGenerator<string> {
  yield event
}

@Resolver()
class Broken {
  @NotForKeys()
  @Authorized('roster:read')
  @Query(() => String, { nullable: true })
  async fail(@Arg('how', () => String) how: string, @Ctx() context: RequestContext): Promise<unknown> {
    return faults[how]!(context)
  }

  @NotForKeys()
  @Authorized('roster:read')
  @Subscription(() => String, { nullable: true, subscribe: async ({ context, args }) => faults[String(args.how)]!(context as RequestContext) as never })
  neverBegun(@Root() how: string, @Arg('how', () => String) _: string): string {
    return how
  }

  @NotForKeys()
  @Authorized('roster:read')
  @Subscription(() => String, { nullable: true, subscribe: ({ args }) => once(String(args.how)) })
  async failing(@Root() how: string, @Arg('how', () => String) _: string, @Ctx() context: RequestContext): Promise<unknown> {
    return faults[how]!(context)
  }
}

let two: TwoSchools
let schools: Schools
let api: OwnApi
let before: number

beforeAll(async () => {
  two = await openTwoSchools()
  schools = await openSchools({ nodes: { main: two.database.urls.request }, poolSize: 2, entities: [Org], metrics: createMetrics(), log: createLog('silent') })
  api = await openOwnApi({ resolvers: [new Broken()], listenerUrl: two.database.urls.listener, schools, principal: memberOf(two.oakfield.id) })
})
beforeEach(() => { before = api.lines.length })
afterAll(async () => {
  await api?.stop()
  await schools?.close()
  await two?.close()
})

const logged = () => api.lines.slice(before)

const ids = /^[0-9a-f-]{36}$/
const oneSentence = 'Something went wrong on our side. Please try again; if it stays, tell us the request id.'
const masked = (path: string[]) => ({ message: oneSentence, path, extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.stringMatching(ids) as string } })

describe.each(Object.keys(faults))('%s, thrown where nobody expects it', (how) => {
  test('over HTTP', async () => {
    const { status, headers, data, errors } = await graphqlClient(api.url, 'a.b.c').send('query ($how: String!) { fail(how: $how) }', { how })
    expect({ status, data, errors }).toEqual({ status: 200, data: { fail: null }, errors: [masked(['fail'])] })
    expect(errors![0]!.extensions.requestId).toBe(headers.get('x-request-id'))
    // The cause is in the log, by the same name.
    expect(logged().filter(({ level }) => level === 50)).toEqual([expect.objectContaining({ requestId: headers.get('x-request-id'), msg: 'an operation failed' })])
  })

  test.each(['failing', 'neverBegun'])('over a socket: %s', async (field) => {
    const socket = await initSocket(api.url, { authorization: 'Bearer a.b.c' })
    socket.send({ id: '1', type: 'subscribe', payload: { query: `subscription ($how: String!) { ${field}(how: $how) }`, variables: { how } } })
    const { payload } = await Promise.race([socket.next('next'), socket.next('error').then(({ payload }) => ({ payload: { errors: payload } }))])
    const [error] = (payload as { errors: GraphqlError[] }).errors
    expect(error).toEqual({ ...masked([field]), ...(error!.path ? {} : { path: undefined }) })
    expect(logged().filter(({ level }) => level === 50)).toEqual([expect.objectContaining({ requestId: error!.extensions.requestId, msg: 'a subscription failed' })])
    socket.ws.terminate()
  })
})

test('the next one finds everything as it was', async () => {
  expect((await two.oakfield.sql('select 1 from ~org')).length).toBe(1)
  expect(await schools.withTenant({ id: two.oakfield.id, node: 'main' }, async db => (await db.rows<{ org: { name: string } }>().selectFrom('org').select('name').execute()))).toEqual([{ name: 'Oakfield' }])
})

test('every line of the log that is about a request says which', async () => {
  await knock(api.url, { name: '', body: '{bad' })
  await knock(api.url, { name: '', path: '/nothing' })
  await knock(api.url, { name: '', method: 'PUT' })
  await knock(api.url, { name: '', body: '{"query":"{ nothing }"}' })
  const heard = await knock(api.url, { name: '', headers: ['content-type', 'application/json', 'x-tenant-id', 'x'], body: '{"query":"{ nothing }"}' })
  expect(refusalCode(heard)).toBe('BAD_USER_INPUT')
  expect(logged().map(({ requestId }) => requestId)).toEqual([...Array.from({ length: 4 }, () => expect.stringMatching(ids) as string), heard.headers['x-request-id']])
  expect(api.lines.filter(({ requestId }) => !ids.test(String(requestId)))).toEqual([])
})
