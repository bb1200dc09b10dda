import type { RosterAnswer } from '../../../test/harness/roster-answers.ts'
import type { TestSchool, TwoSchools } from '../../../test/harness/two-schools.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools()
  // The same keys in both schools, other people behind them.
  await people(schools.oakfield, ['Ångström Ann', 'de Vries Bea', 'Éclair Cléa', 'Öz Dan', 'Zhang Eve', 'adams Fay', 'Adams Gil', 'O\'Neill Hal', '100% Ivy', 'under_score Jo', 'Smith Kim', 'Smith Kim'])
  await people(schools.riverside, Array.from({ length: 12 }, (_, place) => `River${place} Foreign`))
})
afterAll(() => schools.close())

async function people(school: TestSchool, names: readonly string[]) {
  for (const [place, name] of names.entries()) {
    const [givenName, ...family] = name.split(' ').reverse()
    const id = `00000000-0000-4000-8000-0000000000${String(place).padStart(2, '0')}`
    await school.sql(`insert into ~"user" (id, sourced_id, username, given_name, family_name, identifier, email, grades, date_last_modified)
      values ($1::uuid, $1::uuid::text, $1::uuid::text, $2, $3, $4, $5, $6, now() + $7 * interval '1 microsecond')`, [id, givenName, family.reverse().join(' '), place % 3 === 0 ? `ID-${place}` : null, `${givenName}@mail.example`, [place < 4 ? '7' : '8'], place])
    await school.sql(`insert into ~role (sourced_id, user_id, org_id, role, role_type) select $1::text, $1::uuid, id, $2, 'primary' from ~org`, [id, place < 3 ? 'teacher' : 'student'])
  }
}

const users = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: UserFilter, $orderBy: UserOrder) {
  users(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    nodes { givenName familyName identifier } edges { cursor node { givenName } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }
}`
const list = async (variables: Record<string, unknown> = {}, school = schools.oakfield) => (await school.ask(users, variables)).users
const given = (page: RosterAnswer['users']) => page.nodes.map(node => node.givenName).join(' ')

const byFamilyName = 'Ivy Fay Gil Ann Bea Cléa Hal Dan Kim Kim Jo Eve'
const orders = [undefined, ...['FAMILY_NAME', 'GIVEN_NAME', 'IDENTIFIER', 'DATE_LAST_MODIFIED'].flatMap(field => ['ASC', 'DESC'].map(direction => ({ field, direction })))]

test('people come in the order people expect, accents and small letters in their place', async () => {
  const page = await list()
  expect(given(page)).toBe(byFamilyName)
  expect(page.totalCount).toBe(12)
  expect(page.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false })
})

test('who has no identifier comes after those who have one', async () => {
  const page = await list({ orderBy: { field: 'IDENTIFIER', direction: 'ASC' } })
  expect(page.nodes.map(node => node.identifier).slice(0, 5)).toEqual(['ID-0', 'ID-3', 'ID-6', 'ID-9', null])
})

test.each(orders)('paging forward and backward by %j passes everybody once', async (orderBy) => {
  const whole = (await list({ orderBy })).edges.map(edge => edge.cursor)
  expect(new Set(whole).size).toBe(12)

  const forward: string[] = []
  let after: string | null = null
  do {
    const page = await list({ first: 5, after, orderBy })
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null)
    forward.push(...page.edges.map(edge => edge.cursor))
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after)
  expect(forward).toEqual(whole)

  const backward: string[] = []
  let before: string | null = null
  do {
    const page = await list({ last: 5, before, orderBy })
    expect(page.pageInfo.hasNextPage).toBe(before !== null)
    backward.unshift(...page.edges.map(edge => edge.cursor))
    before = page.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null
  } while (before)
  expect(backward).toEqual(whole)
})

test('a page keeps its place while rows come and go before it', async () => {
  const first = await list({ first: 4 })
  await schools.oakfield.sql(`update ~"user" set status = 'tobedeleted' where given_name = 'Ivy'`)
  expect(given(await list({ first: 4, after: first.pageInfo.endCursor }))).toBe('Bea Cléa Hal Dan')
  expect(given(await list())).not.toContain('Ivy')
  await schools.oakfield.sql(`update ~"user" set status = 'active' where given_name = 'Ivy'`)
})

test('both bounds together leave what lies between', async () => {
  const { edges } = await list()
  expect(given(await list({ after: edges[1]!.cursor, before: edges[4]!.cursor }))).toBe('Gil Ann')
})

test('a list is 25 long unless told, at most 100', async () => {
  const columns = `sourced_id, username, given_name, family_name`
  await schools.riverside.sql(`insert into ~"user" (${columns}) select 'x' || n, 'x' || n, 'Many', 'Many' from generate_series(1, 120) n`)
  expect((await list({}, schools.riverside)).nodes).toHaveLength(25)
  expect((await list({ first: 100 }, schools.riverside)).nodes).toHaveLength(100)
})

test.each([
  [{ first: 0 }, 'first'],
  [{ first: -1 }, 'first'],
  [{ first: 101 }, 'first'],
  [{ last: 0 }, 'last'],
  [{ first: 5, last: 5 }, 'last'],
  [{ after: '' }, 'after'],
  [{ after: 'not a cursor' }, 'after'],
  [{ after: 'x'.repeat(10_000) }, 'after'],
  [{ before: Buffer.from('["fingerprint","\'; drop schema public --"]').toString('base64url') }, 'before'],
])('%j is refused, naming the argument', async (variables, argument) => {
  expect(await refusal(list(variables))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: [argument] }] })
})

test('a cursor is good for its own list only', async () => {
  const { endCursor: after } = (await list({ first: 3 })).pageInfo
  for (const variables of [{ after, orderBy: { field: 'GIVEN_NAME', direction: 'ASC' } }, { after, orderBy: { field: 'FAMILY_NAME', direction: 'DESC' } }, { after, filter: { search: 'a' } }])
    expect(await refusal(list(variables))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['after'] }] })
  expect(await refusal(list({ after }, schools.riverside))).toMatchObject({ fields: [{ path: ['after'] }] })
  expect(await refusal(schools.oakfield.ask('query ($after: String) { courses(after: $after) { nodes { id } } }', { after }))).toMatchObject({ fields: [{ path: ['after'] }] })
})

test('a cursor whose keys were changed never reaches the database', async () => {
  const { endCursor } = (await list({ first: 3, orderBy: { field: 'DATE_LAST_MODIFIED', direction: 'ASC' } })).pageInfo
  const bytes = Buffer.from(endCursor!, 'base64url')
  const [time, id] = JSON.parse(bytes.subarray(16).toString()) as string[]
  for (const keys of [[time], [time, 'x'], ['yesterday', id], [time, id, id], [null, id], ['2026-02-30 00:00:00+00', id], ['0000-01-01 00:00:00+00', id]]) {
    const after = Buffer.concat([bytes.subarray(0, 16), Buffer.from(JSON.stringify(keys))]).toString('base64url')
    expect(await refusal(list({ after, orderBy: { field: 'DATE_LAST_MODIFIED', direction: 'ASC' } }))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['after'] }] })
  }
})

test.each([
  ['vries', 'Bea'],
  ['VRIES bea', 'Bea'],
  ['eclair', 'Cléa'],
  ['ANGSTROM', 'Ann'],
  ['o\'neill', 'Hal'],
  ['kim@mail', 'Kim Kim'],
  ['id-3', 'Dan'],
  ['smith vries', ''],
  // LIKE's own signs are letters here.
  ['%', 'Ivy'],
  ['r_s', 'Jo'],
  ['\\', ''],
  ['   ', byFamilyName],
])('a search for %j finds %j', async (search, found) => {
  const page = await list({ filter: { search } })
  expect(given(page)).toBe(found)
  expect(page.totalCount).toBe(found === '' ? 0 : found.split(' ').length)
  if (found === '')
    expect(page.pageInfo).toEqual({ hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null })
})

test.each(['x'.repeat(201), 'nul\0', '\uD800'])('a text nobody types is refused at its field of the filter (%#)', async (text) => {
  for (const field of ['search', 'grade'])
    expect(await refusal(list({ filter: { [field]: text } }))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['filter', field] }] })
})

test('filters hold together', async () => {
  expect(given(await list({ filter: { role: 'TEACHER' } }))).toBe('Ann Bea Cléa')
  expect(given(await list({ filter: { role: 'STUDENT', grade: '7' } }))).toBe('Dan')
  expect(given(await list({ filter: { role: 'TEACHER', grade: '7', search: 'v' } }))).toBe('Bea')
})

test('courses come by title and can be searched', async () => {
  const courses = async (search: string | null) => (await schools.oakfield.ask('query ($search: String) { courses(filter: { search: $search }) { nodes { title courseCode subjects } totalCount } }', { search })).courses
  expect((await courses(null)).totalCount).toBe(10)
  expect(await courses('math')).toEqual({ nodes: [{ title: 'Mathematics', courseCode: 'MATH', subjects: ['Mathematics'] }], totalCount: 1 })
})
