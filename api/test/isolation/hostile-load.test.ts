import 'reflect-metadata'
import type { HostileClient } from '../harness/hostile-client.ts'
import type { HostileRequest, Loot } from '../harness/hostile-inputs.ts'
import type { MarkedSchools } from '../harness/marked-schools.ts'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAudit } from '../../src/platform/audit/room.ts'
import { logSink } from '../harness/canaries.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { hostileClient } from '../harness/hostile-client.ts'
import { hostileDocuments, hostileFrames, hostileHeaders, hostileMethods, hostileTexts, hostileTokens } from '../harness/hostile-inputs.ts'
import { InterleavedSchool } from '../harness/interleaved-school.ts'
import { openMarkedSchools } from '../harness/marked-schools.ts'
import { signedIn } from '../harness/sign-in.ts'
import { createTenant, signUpInput } from '../harness/sign-up.ts'

const log = logSink()
let homeroom: Awaited<ReturnType<typeof openHomeroom>>
let schools: MarkedSchools
let honest: readonly InterleavedSchool[]
let hostile: HostileClient
let loot: Loot

beforeAll(async () => {
  homeroom = await openHomeroom({ logTo: log, config: { logLevel: 'info', poolSize: 4, rateLimits: true, trustedProxies: ['loopback'], baseDomain: 'homeroom.test', baseUrl: 'http://homeroom.test' } })
  schools = await openMarkedSchools(homeroom)
  honest = [new InterleavedSchool(schools.oakfield), new InterleavedSchool(schools.riverside)]
  for (const school of honest)
    await school.begin()
  loot = await mallory()
  // By turns from one address, which is soon slowed down, and from many.
  let sent = 0
  const address = () => {
    sent += 1
    return sent % 2 === 0 ? '198.51.100.1' : `203.0.113.${sent % 250}`
  }
  hostile = hostileClient(homeroom.api.url, address, [schools.oakfield, schools.riverside])
})
afterAll(() => homeroom?.stop())

/** A school of the attacker's own, and ids of the others that leaked somewhere. */
async function mallory(): Promise<Loot> {
  const answer = await homeroom.visitor.ask<{ createTenant: { tenant: { id: string }, session: { accessToken: string } } }>(createTenant, { input: signUpInput('mallory') })
  const { tenant, session } = answer.createTenant
  await homeroom.visitor.watch(tenant.id)
  return { token: session.accessToken, tenantId: tenant.id, foreignTenantId: schools.riverside.tenantId, foreignId: schools.riverside.own.student! }
}

const json = ['content-type', 'application/json']
const asMember = ({ headers = json, ...rest }: HostileRequest): HostileRequest => ({ ...rest, headers: [...headers, 'authorization', `Bearer ${loot.token}`] })
const graphql = (query: string, variables: object = {}): HostileRequest => ({ name: `${query.slice(0, 60)} ${JSON.stringify(variables).slice(0, 60)}`, body: JSON.stringify({ query, variables }) })

const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }'
const addStudent = 'mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }'

/** Everything an attacker might send over HTTP, from outside and from a school of their own. */
function attacks(): HostileRequest[] {
  const ids = [loot.foreignId, loot.foreignId.toUpperCase(), randomUUID(), ...hostileTexts]
  return [
    ...hostileDocuments,
    ...hostileDocuments.map(asMember),
    ...hostileMethods,
    ...hostileHeaders(loot),
    ...hostileTokens(loot).map(([name, token]) => ({ ...graphql('{ tenant { name } viewer { email } }'), name, headers: [...json, 'authorization', `Bearer ${token}`] })),
    ...ids.flatMap(id => [
      asMember(graphql('query ($id: ID!) { user(id: $id) { familyName } class(id: $id) { title } }', { id })),
      asMember(graphql('mutation ($id: ID!) { withdraw(enrollmentId: $id) { id } }', { id })),
      asMember(graphql('mutation ($id: ID!) { enrol(input: { classId: $id, userId: $id, role: STUDENT }) { id } }', { id })),
      asMember(graphql('query ($text: String) { users(first: 5, after: $text) { nodes { familyName } } }', { text: id })),
      asMember(graphql('query ($text: String) { users(first: 5, filter: { search: $text, grade: $text }) { nodes { familyName } } }', { text: id })),
      asMember(graphql('query ($text: String) { auditEvents(first: 5, filter: { action: $text }) { nodes { id } } }', { text: id })),
      graphql('query ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', { id }),
    ]),
    ...hostileTexts.flatMap(text => [
      graphql('query ($slug: String!) { slugAvailability(slug: $slug) { available reason } }', { slug: text }),
      graphql(createTenant, { input: { ...signUpInput('mallory'), slug: text, name: text } }),
      ...[{ email: text }, { password: text }, { tenantId: text }, { totp: text }].map(odd => graphql(signIn, { input: { email: 'mallory@school.example', password: 'x', ...odd } })),
      ...[{ givenName: text }, { email: text }, { identifier: text }, { grade: text }].map(odd => asMember(graphql(addStudent, { input: { givenName: 'A', familyName: 'B', ...odd } }))),
    ]),
    // Somebody guesses the password of a head.
    ...Array.from({ length: 60 }, (_, n) => graphql(signIn, { input: { email: schools.riverside.email, password: `guess ${n}` } })),
  ]
}

async function attack(): Promise<void> {
  const waiting = attacks()
  const arm = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop())
      await hostile.knock(next)
  }
  const intrude = async () => {
    for (const messages of hostileFrames(loot))
      await hostile.intrude(messages)
  }
  await Promise.all([arm(), arm(), arm(), arm(), intrude()])
}

/** A morning in the office: every answer is looked at, and a refusal is a failure. */
async function work(own: InterleavedSchool, over: () => boolean): Promise<number> {
  let rounds = 0
  do {
    await Promise.all([own.readEverything(), own.readFixed(), own.add()])
    await Promise.all([own.readNames(), own.readYear(), own.moveYear(rounds), own.addThenFail()])
    rounds += 1
  } while (!over())
  return rounds
}

test('while somebody tries everything, the schools beside them notice nothing', async () => {
  let over = false
  const attacking = attack().finally(() => { over = true })
  const rounds = await Promise.all(honest.map(own => work(own, () => over)))
  await attacking
  expect(Math.min(...rounds)).toBeGreaterThan(3)
  expect(hostile.wrongs).toEqual([])
  expect(schools.leaks()).toEqual([])
  // They were answered, refused and slowed down.
  expect([...hostile.heard.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 413, 415, 429]))
}, 180_000)

test('the head whose password was guessed signs in from elsewhere', async () => {
  const { visitor, email, tenantId } = schools.riverside
  const { client } = await signedIn(visitor, { email, password })
  expect(await client.ask('{ tenant { id } }')).toEqual({ tenant: { id: tenantId } })
})

test('afterwards nothing of it is left: no school is changed, nothing is open, and the record is whole', async () => {
  for (const own of honest) {
    await own.readEverything()
    await own.readNames()
  }
  const value = async (name: string) => (await homeroom.api.metrics.registry.getSingleMetric(name)!.get()).values[0]!.value
  expect(await value('tenant_query_mismatch_total')).toBe(0)
  for (const open of ['preparation_watchers', 'sockets_open', 'subscriptions_running'])
    await expect.poll(() => value(open)).toBe(0)
  expect(log.lines.filter(line => (JSON.parse(line) as { level: number }).level >= 50)).toEqual([])
  expect(await homeroom.database.sql('select slug from platform.tenant where slug not in ($1, $2, \'mallory\')', [schools.oakfield.slug, schools.riverside.slug])).toEqual([])
  const owner = new pg.Client({ connectionString: homeroom.database.urls.owner })
  await owner.connect()
  expect(await verifyAudit(owner)).toMatchObject({ broken: [], lost: [], heads: expect.arrayContaining([expect.objectContaining({ chain: schools.oakfield.tenantId }), expect.objectContaining({ chain: schools.riverside.tenantId })]) as unknown[] })
  await owner.end()
})
