import type { MarkedSchool, MarkedSchools } from '../harness/marked-schools.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract } from '../../src/compose.ts'
import { operatorOnly } from '../harness/access-table.ts'
import { listenFor, logLeaks, logSink, newMark, schemaOf, tracesOf } from '../harness/canaries.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { textColumns } from '../harness/marked-rows.ts'
import { openMarkedSchools } from '../harness/marked-schools.ts'
import { operationsOf } from '../harness/operations.ts'
import { rightCalls } from '../harness/right-calls.ts'
import { createTenant, signUpInput } from '../harness/sign-up.ts'

const log = logSink()
let homeroom: Awaited<ReturnType<typeof openHomeroom>>
let schools: MarkedSchools
let both: readonly MarkedSchool[]
/** What came by mail, by the school's mark. */
const tokens = new Map<string, string>()
const secrets = new Set([password])

beforeAll(async () => {
  homeroom = await openHomeroom({ logTo: log, config: { logLevel: 'trace' } })
  schools = await openMarkedSchools(homeroom)
  both = [schools.oakfield, schools.riverside]
  for (const { client, visitor, email, mark, tenantId } of both) {
    // Of test schools alone, which these are not: as if one had been.
    await homeroom.database.sql('insert into platform.held_mail (id, tenant_id, kind, recipient, subject, paragraphs) values (gen_random_uuid(), $1, \'INVITATION\', $2, $2, array[$2])', [tenantId, `Held ${mark}`])
    const guest = `newcomer.${mark}@school.example`
    await client.ask('mutation ($email: String!) { inviteMember(input: { email: $email, role: OFFICE }) { id } }', { email: guest })
    await visitor.ask('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email })
    const mails = [await homeroom.mailbox.next(guest), await homeroom.mailbox.next(email, /password/), await homeroom.mailbox.next(email, /address/)]
    await homeroom.mailbox.next(email, /API key/)
    mails.forEach(mail => secrets.add(mail.token))
    tokens.set(mark, mails[0]!.token)
  }
})
afterAll(() => homeroom?.stop())

describe('a trace of the other school is found', () => {
  const foreign = { tenantId: '6ff0e5b1-1c2d-4000-8000-00000000beef', mark: newMark() }
  const heard = (text: string) => {
    const { overhear, leaks } = listenFor(foreign)
    overhear(text)
    return leaks
  }
  const wrap = (text: string) => Buffer.from(text).toString('base64url')
  test.each([
    ['in words', `{"name":"Riverside ${foreign.mark}"}`],
    ['in capitals', foreign.mark.toUpperCase()],
    ['in a cursor', `"endCursor":"${wrap(JSON.stringify(['f', `Ada ${foreign.mark}`]))}"`],
    ['in a token', `e30.${wrap(JSON.stringify({ tid: foreign.tenantId }))}.sig`],
    ['as its id', `x: ${foreign.tenantId}`],
    ['as the name of any schema', 'relation t_0123456789abcdef0123456789abcdef.org'],
  ])('%s', (_, text) => {
    expect(heard(text)).not.toEqual([])
  })
  test('and nothing where there is none', () => {
    expect(heard(`{"name":"Oakfield ${newMark()}","id":"6ff0e5b1-1c2d-4000-8000-00000000dead","cursor":"${wrap('["f","Ada"]')}"}`)).toEqual([])
  })
})

// Words of ours rather than of people: a constraint allows no others, or nobody but us writes them.
const ourWords = {
  school: ['academic_session.status', 'academic_session.type', 'class.class_type', 'class.status', 'course.status', 'demographics.sex', 'demographics.status', 'enrollment.role', 'enrollment.status', 'org.status', 'org.type', 'role.role', 'role.role_type', 'role.status', 'setup_task.key', 'user.status'],
  platform: [
    ...['account.password_hash', 'account_token.kind', 'alert.name', 'alert.severity', 'alert.summary', 'api_deprecated_use.member', 'api_key.last_four', 'api_key.scopes', 'api_points.key', 'api_request.code', 'api_request.kind', 'api_request.operation', 'api_request.refusal', 'api_request.request_id', 'audit_event.action', 'audit_event.actor_kind', 'audit_event.request_id', 'audit_event.subject_id', 'audit_event.subject_type'],
    ...['deletion_receipt.gone', 'held_mail.kind', 'invitation.role', 'membership.role', 'platform_migration.name', 'preparation_attempt.error_code', 'preparation_attempt.error_detail', 'preparation_attempt.outcome', 'preparation_cycle.error_code', 'preparation_cycle.outcome', 'preparation_step.name', 'rate_limit.key'],
    ...['rollout.state', 'rollout.stopped_reason', 'rollout_school.error_code', 'rollout_school.error_detail', 'rollout_school.outcome', 'school_export.error_code', 'school_export.locale', 'school_export.row_counts', 'school_export.state', 'school_export.time_zone', 'school_shape.made_from', 'school_shape.shape'],
    ...['session.revoked_reason', 'tenant.lifecycle', 'tenant.locale', 'tenant.node', 'tenant.preparation_error_code', 'tenant.preparation_status', 'tenant.preparation_step', 'tenant.set_aside_code', 'tenant.set_aside_detail', 'tenant.time_zone'],
    // Events name records and say nothing of what is in them.
    ...['webhook_attempt.error', 'webhook_attempt.headers', 'webhook_delivery.error', 'webhook_delivery.state', 'webhook_delivery.type', 'webhook_endpoint.disabled_reason', 'webhook_endpoint.event_types', 'webhook_event.body', 'webhook_event.type'],
  ],
}

test('the mark of a school stands in every text that people write', async () => {
  for (const school of both) {
    expect(await unmarked(schemaOf(school), school)).toEqual(ourWords.school)
    expect(await unmarked('platform', school)).toEqual(ourWords.platform)
  }
})

/** Text columns in which the mark stands nowhere. */
async function unmarked(schema: string, { mark }: MarkedSchool): Promise<string[]> {
  const { sql } = homeroom.database
  const found = []
  for (const { table, column } of await textColumns(sql, schema)) {
    const [{ marked }] = await sql<{ marked: boolean }>(`select exists (select from ${schema}."${table}" where "${column}"::text like $1) as marked`, [`%${mark}%`]) as [{ marked: boolean }]
    if (!marked)
      found.push(`${table}.${column}`)
  }
  return found
}

describe('each school is answered about itself, and in every answer about itself only', async () => {
  const withoutWords = ['query tenantPreparationStatus', 'query auditEvents', 'query apiScopes', 'query webhookEventTypes', 'query testSchool']
  const queries = operationsOf(buildSchema(await contract())).filter(({ kind, name }) => kind === 'query' && !operatorOnly.includes(name) && name !== 'query thisApiKey')
  const more: Record<string, (school: MarkedSchool) => Record<string, unknown>> = {
    'query slugAvailability': ({ slug }) => ({ slug }),
    'query invitation': ({ mark }) => ({ token: tokens.get(mark) }),
  }
  test.each(queries)('$name', async ({ name, document, paged }) => {
    for (const school of both) {
      const variables = { ...paged && { first: 5 }, ...rightCalls[name]?.variables(school), ...more[name]?.(school) }
      const answer = await school.client.send(document, variables)
      expect(answer.errors).toBeUndefined()
      if (!withoutWords.includes(name))
        expect(JSON.stringify(answer.data)).toContain(school.mark)
    }
    expect(schools.leaks()).toEqual([])
  })
})

test('who looked at a school, and why, is told to that school alone', async () => {
  for (const school of both) {
    const { auditEvents } = await school.client.ask<{ auditEvents: { nodes: { actorName: string, details: object }[] } }>('{ auditEvents(first: 100, filter: { action: "superadmin.access" }) { nodes { actorName details } } }')
    expect(auditEvents.nodes).toEqual([{ actorName: expect.stringContaining(school.mark) as string, details: { mode: 'read', operation: `Look_${school.mark}`, reason: `They asked us to: ${school.mark}` } }])
  }
  expect(schools.leaks()).toEqual([])
})

test('mails and files of one school hold nothing of the other, and files hold no secret', async () => {
  const mails = await homeroom.mailbox.all()
  expect(mails).toHaveLength(8)
  for (const mail of mails) {
    const [own] = both.filter(({ mark }) => mail.to.includes(mark))
    const [foreign] = both.filter(school => school !== own)
    expect(tracesOf(foreign!, JSON.stringify(mail))).toEqual([])
  }
  const files = readdirSync(homeroom.config.dataDir, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile() && !entry.name.endsWith('.eml'))
  for (const { parentPath, name } of files) {
    const text = readFileSync(join(parentPath, name), 'utf8')
    expect(both.flatMap(school => tracesOf(school, text))).toEqual([])
    expect([...allSecrets()].filter(secret => text.includes(secret))).toEqual([])
  }
})

const allSecrets = () => new Set([...secrets, ...both.flatMap(({ listening }) => [...listening.secrets])])

test('an error nobody expected is logged without what was sent, or stored', async () => {
  const { sql } = homeroom.database
  await sql('alter table platform.account add constraint nobody_new check (email not like \'surprise%\') not valid')
  for (const school of both)
    await sql(`alter table ${schemaOf(school)}."user" add constraint nobody_new check (given_name not like 'Surprise%') not valid`)
  const before = log.lines.length
  for (const { client, visitor, mark } of both) {
    const added = await client.send('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Surprise', familyName: `Lovelace ${mark}`, email: `ada@${mark}.example` } })
    const signedUp = await visitor.send(createTenant, { input: { ...signUpInput(`surprise-${mark}`), admin: { name: `Surprise ${mark}`, email: `surprise@${mark}.example`, password } } })
    expect([added, signedUp].map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(['INTERNAL_SERVER_ERROR', 'INTERNAL_SERVER_ERROR'])
  }
  const lines = log.lines.slice(before).filter(line => line.includes('"level":50'))
  expect(lines.filter(line => line.includes('"requestId"'))).toHaveLength(4)
  expect(lines.filter(line => both.some(({ mark }) => line.includes(mark)) || line.includes('$argon2'))).toEqual([])
  for (const school of both)
    await sql(`alter table ${schemaOf(school)}."user" drop constraint nobody_new`)
  await sql('alter table platform.account drop constraint nobody_new')
})

test('the log tells of neither school to the other, and nothing that lets anybody in', () => {
  const sides = both.map(own => ({ own, foreign: both.find(school => school !== own)!, requestIds: own.listening.requestIds }))
  expect(allSecrets().size).toBeGreaterThan(8)
  for (const { requestIds } of sides)
    expect(log.lines.filter(line => [...requestIds].some(id => line.includes(id))).length).toBeGreaterThan(20)
  expect(logLeaks(log.lines, allSecrets(), sides)).toEqual([])
})
