import type { GraphqlError } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { holdLock, sqlOf, waits } from '../../../test/harness/process-holds.ts'

let homeroom: TestHomeroom

// No worker: what sign-up stores and answers must not need one.
beforeAll(async () => { homeroom = await openHomeroom({ worker: false, patient: true }) })
afterAll(() => homeroom?.stop())

interface Payload { createTenant: { tenant: { id: string, slug: string, preparation: { status: string } }, session: { accessToken: string, viewer: { email: string, role: string } } } }

const createTenant = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) {
  tenant { id slug preparation { status } } session { accessToken viewer { email role tenant { id } } } } }`

const inputFor = (slug: string, more: object = {}) => ({ name: `School ${slug}`, slug, timeZone: 'Europe/Zurich', admin: { name: 'Alex', email: `head@${slug}.example`, password }, ...more })
const signUp = (input: object) => homeroom.visitor.send<Payload>(createTenant, { input })
const fieldsOf = (errors: GraphqlError[] | undefined) => (errors?.[0]?.extensions.fields as { path: string[], code: string }[] | undefined)?.map(({ path, code }) => `${path.join('.')} ${code}`)

async function stored() {
  const [row] = await homeroom.database.sql<Record<string, string>>(`select
    (select count(*) from platform.tenant) as tenants, (select count(*) from platform.account) as accounts,
    (select count(*) from platform.membership) as memberships, (select count(*) from platform.session) as sessions,
    (select count(*) from platform.idempotency_key) as keys, (select count(*) from platform.audit_event where action = 'tenant.created') as records,
    (select count(*) from pgboss.job where name = 'prepare-tenant') as preparations, (select count(*) from pgboss.job where name = 'send-mail') as mails`)
  return row!
}

test('sign-up answers a PENDING tenant and a session of its ADMIN, without a worker anywhere', async () => {
  const { data, headers } = await signUp(inputFor('oakfield'))
  expect(data?.createTenant.tenant).toMatchObject({ slug: 'oakfield', preparation: { status: 'PENDING' } })
  expect(data?.createTenant.session.viewer).toMatchObject({ email: 'head@oakfield.example', role: 'ADMIN', tenant: { id: data?.createTenant.tenant.id } })
  expect(headers.get('set-cookie')).toMatch(/^rt=[^;]+; .*HttpOnly; SameSite=Strict/)
})

test('tenant, account, membership, session, audit record and jobs are stored together', async () => {
  const before = await stored()
  await signUp(inputFor('riverside'))
  const after = await stored()
  const grown = Object.keys(before).filter(name => Number(after[name]) === Number(before[name]) + 1)
  expect(grown).toEqual(['tenants', 'accounts', 'memberships', 'sessions', 'records', 'preparations', 'mails'])
})

test('every bad field is named at once, and nothing is stored', async () => {
  const before = await stored()
  const { errors, status } = await signUp({ name: '', slug: 'Wrong Slug', timeZone: 'Mars/Olympus', locale: 'x', idempotencyKey: 'short', admin: { name: '', email: 'nobody', password: 'short' } })
  expect(status).toBe(400)
  expect(fieldsOf(errors)).toEqual(expect.arrayContaining(['name REQUIRED', 'slug INVALID', 'admin.name REQUIRED', 'admin.email INVALID', 'timeZone INVALID', 'locale INVALID', 'idempotencyKey INVALID']))
  expect(await stored()).toEqual(before)
})

test.each([
  ['password12', 'a common word'],
  ['aaaaaaaaaaaa', 'one letter'],
  ['schoolgreenhill', 'the school\'s own name'],
])('%s is refused as a password: %s', async (weak) => {
  const { errors } = await signUp(inputFor('greenhill', { admin: { name: 'Alex', email: 'head@greenhill.example', password: weak } }))
  expect(fieldsOf(errors)).toEqual(['admin.password WEAK_PASSWORD'])
})

test.each(['admin', 'www', 'adm1n', 'postgres', 'pg-school', 'p1atform', 'xn--school', '1school', 'school-', 'sch\u043E\u043El', 'a"b', 'no.dots', 'x'.repeat(41), 'ab'])('the slug %j is refused', async (slug) => {
  const { errors } = await signUp(inputFor('fine', { slug }))
  expect(fieldsOf(errors)?.[0]).toMatch(/^slug (?:INVALID|RESERVED)$/)
})

test('a taken slug and a taken e-mail are field errors, however they are written', async () => {
  await signUp(inputFor('hillcrest'))
  const slug = await signUp(inputFor('hillcrest', { admin: { name: 'B', email: 'other@hillcrest.example', password } }))
  expect(slug.errors?.[0]?.extensions.code).toBe('SLUG_TAKEN')
  expect(fieldsOf(slug.errors)).toEqual(['slug SLUG_TAKEN'])
  const lookalike = await signUp(inputFor('hi11crest', { admin: { name: 'B', email: 'third@hillcrest.example', password } }))
  expect(fieldsOf(lookalike.errors)).toEqual(['slug SLUG_TAKEN'])
  const email = await signUp(inputFor('another-one', { admin: { name: 'B', email: 'HEAD@Hillcrest.example', password } }))
  expect(fieldsOf(email.errors)).toEqual(['admin.email EMAIL_TAKEN'])
})

test('of many sign-ups at once with one slug, one is accepted and the others get the field error', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => signUp(inputFor('race', { admin: { name: 'A', email: `p${n}@race.example`, password } }))))
  expect(answers.filter(answer => answer.data)).toHaveLength(1)
  expect(new Set(answers.filter(answer => !answer.data).map(answer => fieldsOf(answer.errors)?.join()))).toEqual(new Set(['slug SLUG_TAKEN']))
  expect(await homeroom.database.sql('select 1 from platform.account where email like \'%@race.example\'')).toHaveLength(1)
})

test('repeats with one idempotency key, even at once, answer one tenant with a session each', async () => {
  const input = inputFor('repeat', { idempotencyKey: 'a-key-of-enough-characters' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => signUp(input)))
  expect(answers.map(answer => answer.errors)).toEqual(answers.map(() => undefined))
  expect(new Set(answers.map(answer => answer.data?.createTenant.tenant.id)).size).toBe(1)
  expect(new Set(answers.map(answer => answer.data?.createTenant.session.accessToken)).size).toBe(10)
  expect(await homeroom.database.sql('select 1 from pgboss.job j join platform.tenant t on j.data ->> \'tenantId\' = t.id::text where t.slug = \'repeat\'')).toHaveLength(1)
})

test('a repeat that comes while the first commits gets the same tenant, not SLUG_TAKEN by itself', async () => {
  const { adminUrl } = homeroom.database
  const sql = sqlOf(adminUrl)
  const input = inputFor('overtaken', { idempotencyKey: 'yet-another-key-of-characters' })
  // The first has stored everything but its session; the second has found no key and waits where it would look for the slug.
  const releaseFirst = await holdLock(adminUrl, 'lock table platform.session in share mode')
  const first = signUp(input)
  await waits(sql, { by: 'homeroom platform', inStatement: 'insert into "platform"."session"' })
  const barrier = holdLock(adminUrl, 'lock table platform.tenant in access exclusive mode')
  await waits(sql, { by: 'test', inStatement: 'lock table platform.tenant' })
  const second = signUp(input)
  await waits(sql, { by: 'homeroom platform', inStatement: 'from "platform"."tenant"' })
  await releaseFirst()
  await (await barrier)()
  expect((await second).data?.createTenant.tenant.id).toBe((await first).data?.createTenant.tenant.id)
  expect((await second).errors).toBeUndefined()
})

test('an idempotency key with other input or another password is CONFLICT', async () => {
  const input = inputFor('once', { idempotencyKey: 'another-key-of-characters' })
  await signUp(input)
  const otherInput = await signUp({ ...input, name: 'Another name' })
  expect(otherInput.errors?.[0]?.extensions.code).toBe('CONFLICT')
  const otherPassword = await signUp({ ...input, admin: { ...input.admin, password: 'quite another pass phrase' } })
  expect(otherPassword.errors?.[0]?.extensions.code).toBe('CONFLICT')
})

test('fields that are not the caller\'s to set are refused', async () => {
  const { errors } = await signUp(inputFor('mass', { id: crypto.randomUUID() }))
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})

test('a slug\'s availability is said with a reason and a free one like it', async () => {
  await signUp(inputFor('lakeside'))
  const ask = async (slug: string) => (await homeroom.visitor.ask<{ slugAvailability: object }>('query ($slug: String!) { slugAvailability(slug: $slug) { available reason suggestion } }', { slug })).slugAvailability
  expect(await ask('somewhere-new')).toEqual({ available: true, reason: null, suggestion: null })
  expect(await ask('lakeside')).toEqual({ available: false, reason: 'TAKEN', suggestion: 'lakeside-school' })
  expect(await ask('support')).toMatchObject({ available: false, reason: 'RESERVED' })
  expect(await ask('A b')).toMatchObject({ available: false, reason: 'INVALID' })
})
