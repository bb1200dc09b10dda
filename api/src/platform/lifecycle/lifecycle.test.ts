import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { RawSocket } from '../../../test/harness/raw-socket.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { graphqlClient } from '../../../test/harness/client.ts'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { openSocket } from '../../../test/harness/raw-socket.ts'
import { signedIn, signIn } from '../../../test/harness/sign-in.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'
import { moves } from './lifecycle.rules.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let oakfield: SignedUp
const reason = 'The invoice of May is still open.'

beforeAll(async () => {
  homeroom = await openHomeroom({ config: { keepDays: { deletedSchools: 30, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 } } })
  oakfield = await homeroom.openSchool('oakfield')
  operator = (await openSuperadmin(homeroom)).client
})
beforeEach(async () => {
  await homeroom.database.sql('update platform.tenant set lifecycle = \'ACTIVE\', lifecycle_reason = null, delete_after = null')
  await homeroom.database.sql('update platform.session set revoked_at = null, revoked_reason = null')
})
afterAll(() => homeroom?.stop())

const fields = '{ id lifecycle lifecycleReason deleteAfter }'
const documents = {
  suspend: `mutation ($id: ID!, $reason: String!) { done: suspendTenant(tenantId: $id, reason: $reason) ${fields} }`,
  resume: `mutation ($id: ID!) { done: resumeTenant(tenantId: $id) ${fields} }`,
  archive: `mutation ($id: ID!, $reason: String!) { done: archiveTenant(tenantId: $id, reason: $reason) ${fields} }`,
  unarchive: `mutation ($id: ID!) { done: unarchiveTenant(tenantId: $id) ${fields} }`,
  delete: `mutation ($id: ID!, $reason: String!, $slug: String!) { done: deleteTenant(tenantId: $id, reason: $reason, slug: $slug) ${fields} }`,
  keep: `mutation ($id: ID!) { done: cancelTenantDeletion(tenantId: $id) ${fields} }`,
} as const satisfies Record<keyof typeof moves, string>

interface Done { done: { lifecycle: string, lifecycleReason: string | null, deleteAfter: string | null } }
function make(name: keyof typeof documents, { id = oakfield.tenantId, slug = 'oakfield', why = reason } = {}) {
  return operator.send<Done>(documents[name], { id, ...(/\$reason/.test(documents[name]) && { reason: why }), ...(/\$slug/.test(documents[name]) && { slug }) })
}
const set = (lifecycle: string) => homeroom.database.sql('update platform.tenant set lifecycle = $1, delete_after = case when $1 = \'DELETING\' then now() + interval \'1 day\' end where id = $2', [lifecycle, oakfield.tenantId])
const events = async () => (await homeroom.database.sql<{ action: string, details: object }>('select action, details from platform.audit_event where chain = $1 order by sequence', [oakfield.tenantId])).slice(1)

describe('every move from every state', () => {
  const states = ['ACTIVE', 'SUSPENDED', 'ARCHIVED', 'DELETING'] as const
  // The machine once more, by hand: from where, what, to where.
  const legal = ['ACTIVE suspend SUSPENDED', 'SUSPENDED resume ACTIVE', 'ACTIVE archive ARCHIVED', 'SUSPENDED archive ARCHIVED', 'ARCHIVED unarchive ACTIVE', 'ARCHIVED delete DELETING', 'DELETING keep ARCHIVED']

  test.each(states.flatMap(from => (Object.keys(moves) as (keyof typeof moves)[]).map(name => [from, name] as const)))('%s: %s', async (from, name) => {
    await set(from)
    const before = (await events()).length
    const answer = await make(name)
    const to = legal.find(words => words.startsWith(`${from} ${name} `))?.split(' ')[2]
    if (to) {
      expect(answer.data?.done).toMatchObject({ lifecycle: to, lifecycleReason: ['suspend', 'archive', 'delete'].includes(name) ? reason : null })
      expect(answer.data!.done.deleteAfter !== null).toBe(to === 'DELETING')
      expect((await events()).slice(before)).toEqual([{ action: moves[name].action, details: ['suspend', 'archive', 'delete'].includes(name) ? { reason } : {} }])
    }
    else {
      expect(answer).toMatchObject({ status: 409, errors: [{ extensions: { code: 'LIFECYCLE_CONFLICT', lifecycle: from } }] })
      expect((await events()).length).toBe(before)
    }
  })
})

test('of two operators at once one is told that the other was faster', async () => {
  const before = (await events()).length
  const answers = await Promise.all([make('suspend'), make('suspend'), make('suspend')])
  expect(answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'done').sort()).toEqual(['LIFECYCLE_CONFLICT', 'LIFECYCLE_CONFLICT', 'done'])
  expect((await events()).length).toBe(before + 1)
})

test.each<[string, keyof typeof documents, object, string]>([
  ['a reason too short', 'suspend', { why: 'because' }, 'BAD_USER_INPUT'],
  ['a reason too long', 'archive', { why: 'x'.repeat(501) }, 'BAD_USER_INPUT'],
  ['only spaces for a reason', 'suspend', { why: ' '.repeat(40) }, 'BAD_USER_INPUT'],
  ['a tenant that is not there', 'suspend', { id: randomUUID() }, 'TENANT_NOT_FOUND'],
  ['an id that is none', 'resume', { id: 'oakfield' }, 'TENANT_NOT_FOUND'],
])('%s is refused', async (_, name, more, code) => {
  expect((await make(name, more)).errors?.[0]?.extensions.code).toBe(code)
})

test('a deletion asks for the very slug', async () => {
  await set('ARCHIVED')
  const refused = await make('delete', { slug: 'riverside' })
  expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_CONFIRMED', fields: [{ path: ['slug'] }] })
  expect(Date.parse((await make('delete')).data!.done.deleteAfter!) - Date.now()).toBeGreaterThan(29 * 24 * 3600_000)
})

test('a school that is being prepared is not put away under the worker\'s hands', async () => {
  await homeroom.database.sql('update platform.tenant set preparation_status = \'PREPARING\', preparation_completed_at = null where id = $1', [oakfield.tenantId])
  try {
    expect((await make('archive')).errors?.[0]?.extensions).toMatchObject({ code: 'LIFECYCLE_CONFLICT', preparation: 'PREPARING' })
  }
  finally {
    await homeroom.database.sql('update platform.tenant set preparation_status = \'READY\' where id = $1', [oakfield.tenantId])
  }
})

describe('a suspended school', () => {
  test('is closed to its people at once, on every API, and says why', async () => {
    const other = await homeroom.startApi()
    const head = await signedIn(homeroom.visitor, { email: oakfield.email, password })
    const sockets: RawSocket[] = []
    for (const url of [homeroom.api.url, other.url]) {
      const socket = await openSocket(url)
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${head.accessToken}` } })
      await socket.next('connection_ack')
      sockets.push(socket)
    }
    await make('suspend')
    for (const url of [homeroom.api.url, other.url]) {
      const client = graphqlClient(url, head.accessToken)
      const { errors } = await client.send('{ dashboard { studentCount } }')
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'TENANT_SUSPENDED', reason })
      // Their own account stays theirs, and what they may know of the school.
      expect(await client.ask('{ viewer { tenant { lifecycle lifecycleReason } } }')).toEqual({ viewer: { tenant: { lifecycle: 'SUSPENDED', lifecycleReason: reason } } })
    }
    expect(await Promise.all(sockets.map(async ({ closed }) => (await closed).code))).toEqual([4403, 4403])
    await make('resume')
    expect(await head.client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })
  })

  test('gets no school made for it, and is made when it is open again', async () => {
    const waiting = await openHomeroom({ worker: false })
    try {
      const school = await waiting.signUp('waiting')
      const superadmin = (await openSuperadmin(waiting)).client
      await superadmin.ask(documents.suspend, { id: school.tenantId, reason })
      await waiting.startWorker()
      await waiting.database.sql('update platform.tenant set created_at = created_at - interval \'1 minute\'')
      await untilNone(waiting, 'select 1 from pgboss.job where name = \'prepare-tenant\' and state < \'completed\'')
      expect(await waiting.database.sql('select preparation_status, to_regnamespace(\'t_\' || replace(id::text, \'-\', \'\')) as schema from platform.tenant')).toEqual([{ preparation_status: 'PENDING', schema: null }])
      await superadmin.ask(documents.resume, { id: school.tenantId })
      expect((await waiting.visitor.watch(school.tenantId)).at(-1)).toMatchObject({ status: 'READY' })
    }
    finally {
      await waiting.stop()
    }
  })
})

test('an archived school ends its people\'s sessions, and signing in says so', async () => {
  const head = await signedIn(homeroom.visitor, { email: oakfield.email, password })
  await make('archive')
  expect((await head.client.send('{ viewer { id } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  expect((await homeroom.visitor.send('mutation { refreshSession { accessToken } }', {}, { cookie: head.cookie })).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  const again = await signIn(homeroom.visitor, { email: oakfield.email, password })
  expect(again.errors?.[0]).toMatchObject({ message: 'Your school has been put away. Please ask the operator.', extensions: { code: 'TENANT_ARCHIVED', reason } })
  await make('unarchive')
  await signedIn(homeroom.visitor, { email: oakfield.email, password })
})

/** Waits until a statement finds nothing, asking as often as the database answers. */
async function untilNone({ database }: TestHomeroom, text: string): Promise<void> {
  while ((await database.sql(text)).length > 0)
    await database.sql('select pg_sleep(0.05)')
}
