import type { GraphqlClient, GraphqlError } from '../../../test/harness/client.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../../../test/harness/homeroom.ts'
import { accept, errorCode, newcomer, openInvitations, previewInvitation } from '../../../test/harness/invitations.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

let homeroom: TestHomeroom
let operator: GraphqlClient
let operatorId: string
let operatorEmail: string

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  const superadmin = await openSuperadmin(homeroom)
  operator = superadmin.client
  operatorId = superadmin.accountId
  operatorEmail = superadmin.email
})
afterAll(() => homeroom?.stop())

interface Created { createTenantFor: { id: string, slug: string, timeZone: string, locale: string, lifecycle: string, preparation: { status: string } } }
const inputFor = (slug: string, more: object = {}) => ({ name: `School ${slug}`, slug, adminEmail: `head@${slug}.example`, timeZone: 'Europe/Zurich', locale: 'de-ch', ...more })
const create = (input: object, as = operator) => as.send<Created>('mutation ($input: CreateTenantForInput!) { createTenantFor(input: $input) { id slug timeZone locale lifecycle preparation { status } } }', { input })
const fieldsOf = (errors: GraphqlError[] | undefined) => (errors?.[0]?.extensions.fields as { path: string[], code: string }[] | undefined)?.map(({ path, code }) => `${path.join('.')} ${code}`)
const inviteAdmin = (tenantId: string, email: string) => operator.send<{ inviteTenantAdmin: { id: string } }>('mutation ($id: ID!, $email: String!) { inviteTenantAdmin(tenantId: $id, email: $email) { id } }', { id: tenantId, email })

async function stored() {
  const [row] = await homeroom.database.sql<Record<string, string>>(`select
    (select count(*) from platform.tenant) as tenants, (select count(*) from platform.account) as accounts,
    (select count(*) from platform.membership) as memberships, (select count(*) from platform.invitation) as invitations,
    (select count(*) from platform.idempotency_key) as keys, (select count(*) from platform.audit_event where action in ('tenant.created', 'invitation.created')) as records,
    (select count(*) from pgboss.job where name = 'prepare-tenant') as preparations, (select count(*) from pgboss.job where name = 'send-mail') as mails`)
  return row!
}

test('tenant, invitation, audit record and jobs are stored together, and nobody is a member yet', async () => {
  const before = await stored()
  const { data } = await create(inputFor('oakfield'))
  expect(data?.createTenantFor).toMatchObject({ slug: 'oakfield', timeZone: 'Europe/Zurich', locale: 'de-CH', lifecycle: 'ACTIVE', preparation: { status: 'PENDING' } })
  const after = await stored()
  expect(Object.fromEntries(Object.keys(before).map(name => [name, Number(after[name]) - Number(before[name])]))).toEqual({ tenants: 1, accounts: 0, memberships: 0, invitations: 1, keys: 0, records: 2, preparations: 1, mails: 1 })
  const tenantId = data!.createTenantFor.id
  expect(await homeroom.database.sql('select action, actor_kind, actor_id, details from platform.audit_event where chain = $1 order by sequence', [tenantId])).toEqual([
    { action: 'tenant.created', actor_kind: 'superadmin', actor_id: operatorId, details: { slug: 'oakfield' } },
    { action: 'invitation.created', actor_kind: 'superadmin', actor_id: operatorId, details: { email: 'head@oakfield.example', role: 'ADMIN' } },
  ])
  expect(await homeroom.database.sql('select email, role, invited_by from platform.invitation where tenant_id = $1', [tenantId])).toEqual([{ email: 'head@oakfield.example', role: 'ADMIN', invited_by: operatorId }])
})

test('what stands in the way of one of them stands in the way of all', async () => {
  const before = await stored()
  await homeroom.database.sql('create function platform.refuse() returns trigger language plpgsql as $$ begin raise exception \'no\'; end $$; create trigger refuse before insert on platform.invitation for each row execute function platform.refuse()')
  try {
    expect(errorCode(await create(inputFor('half-made', { idempotencyKey: 'half-made-half-made' })))).toBe('INTERNAL_SERVER_ERROR')
  }
  finally {
    await homeroom.database.sql('drop trigger refuse on platform.invitation; drop function platform.refuse()')
  }
  expect(await stored()).toEqual(before)
})

describe('is refused, with nothing stored', () => {
  test('every bad field is named at once', async () => {
    const before = await stored()
    const { errors, status } = await create({ name: ' ', slug: 'Wrong Slug', adminEmail: 'nobody', timeZone: 'Mars/Olympus', locale: 'x', idempotencyKey: 'short' })
    expect(status).toBe(400)
    expect(fieldsOf(errors)?.sort()).toEqual(['adminEmail INVALID', 'idempotencyKey INVALID', 'locale INVALID', 'name REQUIRED', 'slug INVALID', 'timeZone INVALID'])
    expect(await stored()).toEqual(before)
  })

  test('a slug that is taken, looks like one, or is reserved', async () => {
    await create(inputFor('hillcrest'))
    const before = await stored()
    for (const slug of ['hillcrest', 'hi11crest'])
      expect(fieldsOf((await create(inputFor(slug))).errors)).toEqual(['slug SLUG_TAKEN'])
    expect(fieldsOf((await create(inputFor('postgres'))).errors)).toEqual(['slug RESERVED'])
    expect(await stored()).toEqual(before)
  })

  test('a superadmin\'s address, and that of a disabled account', async () => {
    const { email } = await homeroom.signUp('disabled')
    await homeroom.database.sql('update platform.account set disabled_at = now() where email = $1', [email])
    const before = await stored()
    for (const adminEmail of [operatorEmail.toUpperCase(), email])
      expect(fieldsOf((await create(inputFor('for-nobody', { adminEmail }))).errors)).toEqual(['adminEmail CANNOT_JOIN'])
    expect(fieldsOf((await create(inputFor('hillcrest', { adminEmail: operatorEmail }))).errors)).toEqual(['slug SLUG_TAKEN', 'adminEmail CANNOT_JOIN'])
    // Nor later, to a school that is there.
    const [tenant] = await homeroom.database.sql<{ id: string }>('select id from platform.tenant where slug = \'hillcrest\'')
    for (const address of [operatorEmail.toUpperCase(), email])
      expect(fieldsOf((await inviteAdmin(tenant!.id, address)).errors)).toEqual(['email CANNOT_JOIN'])
    expect(await stored()).toEqual(before)
  })

  test('whoever is no superadmin', async () => {
    const head = await homeroom.signUp('somebody')
    expect(errorCode(await create(inputFor('by-a-member'), head.client))).toBe('FORBIDDEN')
    expect(errorCode(await create(inputFor('by-nobody'), homeroom.visitor))).toBe('UNAUTHENTICATED')
  })
})

describe('with an idempotency key', () => {
  test('many at once are one tenant and one mail', async () => {
    const before = await stored()
    const input = inputFor('repeat', { idempotencyKey: 'a-key-of-enough-characters' })
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(input)))
    expect(answers.map(({ errors }) => errors)).toEqual(answers.map(() => undefined))
    expect(new Set(answers.map(({ data }) => data!.createTenantFor.id)).size).toBe(1)
    const after = await stored()
    expect([Number(after.tenants) - Number(before.tenants), Number(after.mails) - Number(before.mails)]).toEqual([1, 1])
  })

  test('other input, another superadmin and a sign-up with the same key are CONFLICT', async () => {
    const idempotencyKey = 'another-key-of-characters'
    await create(inputFor('once', { idempotencyKey }))
    expect(errorCode(await create(inputFor('once', { idempotencyKey, adminEmail: 'other@once.example' })))).toBe('CONFLICT')
    const other = (await openSuperadmin(homeroom, 'Otto Other')).client
    expect(errorCode(await create(inputFor('once', { idempotencyKey }), other))).toBe('CONFLICT')
    const signUp = await homeroom.visitor.send('mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }', { input: { name: 'School once', slug: 'once', idempotencyKey, admin: { name: 'A', email: 'head@once.example', password } } })
    expect(errorCode(signUp)).toBe('CONFLICT')
  })
})

test('whose address has an account joins with it, while the school is being prepared', async () => {
  const known = await homeroom.signUp('known')
  const { data } = await create(inputFor('second-school', { adminEmail: known.email }))
  const fresh = (await create(inputFor('new-school'))).data!.createTenantFor
  // Mails need a worker, and schools could not be held back from it: the letters' secrets are made here.
  await homeroom.database.sql('update platform.invitation set token_hash = sha256(id::text::bytea)')
  const tokens = await homeroom.database.sql<{ id: string, tenant_id: string }>('select id, tenant_id from platform.invitation')
  const tokenFor = (tenantId: string) => tokens.find(row => row.tenant_id === tenantId)!.id
  const secondId = data!.createTenantFor.id

  expect((await homeroom.visitor.ask(previewInvitation, { token: tokenFor(secondId) })).invitation).toMatchObject({ tenantName: 'School second-school', role: 'ADMIN', accountExists: true })
  const joined = await accept(homeroom, { token: tokenFor(secondId), password })
  expect(joined.data?.acceptInvitation.viewer).toMatchObject({ email: known.email, role: 'ADMIN', tenant: { id: secondId } })
  const newHead = await accept(homeroom, newcomer(tokenFor(fresh.id)))
  expect(newHead.data?.acceptInvitation.viewer).toMatchObject({ email: 'head@new-school.example', role: 'ADMIN', tenant: { id: fresh.id } })
  const client = homeroom.visitor.as(newHead.data!.acceptInvitation.accessToken)
  expect(await client.ask('{ tenantPreparationStatus { status } members { role } }')).toEqual({ tenantPreparationStatus: { status: 'PENDING' }, members: [{ role: 'ADMIN' }] })
  expect((await client.send('{ dashboard { studentCount } }')).errors?.[0]?.extensions).toMatchObject({ code: 'TENANT_NOT_READY', status: 'PENDING' })
})

describe('inviting an ADMIN again', () => {
  test('replaces the open invitation, and tells the school nothing of who the superadmin is', async () => {
    const { id } = (await create(inputFor('lost-mail'))).data!.createTenantFor
    expect((await inviteAdmin(id, 'HEAD@lost-mail.example')).errors).toBeUndefined()
    expect(await homeroom.database.sql('select role, revoked_at is null as open from platform.invitation where tenant_id = $1 order by created_at', [id])).toEqual([{ role: 'ADMIN', open: false }, { role: 'ADMIN', open: true }])
    const school = await homeroom.signUp('with-admins')
    await inviteAdmin(school.tenantId, 'deputy@with-admins.example')
    expect(await openInvitations(school)).toMatchObject([{ email: 'deputy@with-admins.example', role: 'ADMIN', invitedBy: null }])
    expect(errorCode(await inviteAdmin(school.tenantId, school.email))).toBe('EMAIL_TAKEN')
  })

  test('is refused where nobody can join, and where there is no school', async () => {
    const school = await homeroom.signUp('closed')
    await homeroom.database.sql('update platform.tenant set lifecycle = \'SUSPENDED\' where id = $1', [school.tenantId])
    expect((await inviteAdmin(school.tenantId, 'deputy@closed.example')).errors?.[0]?.extensions).toMatchObject({ code: 'LIFECYCLE_CONFLICT', lifecycle: 'SUSPENDED' })
    for (const id of [randomUUID(), 'closed'])
      expect(errorCode(await inviteAdmin(id, 'deputy@closed.example'))).toBe('TENANT_NOT_FOUND')
  })
})
