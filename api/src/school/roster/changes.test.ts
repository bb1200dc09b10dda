import type { Change } from '../../../test/harness/roster-answers.ts'
import type { TestSchool, TwoSchools } from '../../../test/harness/two-schools.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { openTwoSchools, refusal } from '../../../test/harness/two-schools.ts'
import { takeChangeNumber } from '../../database/change-number.ts'
import { changesPage } from './changes.queries.ts'
import { store } from './roster.errors.ts'
import { User } from './user.entity.ts'
import { usersById } from './users.queries.ts'

let schools: TwoSchools
let oakfield: TestSchool
beforeAll(async () => {
  schools = await openTwoSchools({ patient: true })
  oakfield = schools.oakfield
})
afterAll(() => schools.close())

const changes = `query ($first: Int, $after: String, $types: [RecordType!]) { changes(first: $first, after: $after, types: $types) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor }
  nodes { type id sourcedId version changeNumber deleted record { __typename id sourcedId status version ... on User { familyName roles { role } } ... on Class { title } } }
} }`
interface Asked { first?: number, after?: string | null, types?: string[] }
const ask = async (asked: Asked = {}, school = oakfield) => (await school.ask(changes, { ...asked })).changes
const add = async (familyName: string) => (await oakfield.ask('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName } })).addStudent.id
const rename = (id: string, version: number, familyName: string) => oakfield.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }', { input: { id, version, familyName } })
const remove = (id: string, version: number) => oakfield.ask('mutation ($id: ID!, $version: Int!) { removeUser(id: $id, version: $version) { id } }', { id, version })

/** What somebody has who takes every page from a place on. */
class Copy {
  readonly records = new Map<string, Change>()
  cursor: string | null = null

  /** One page; false at the end. */
  async page(first: number): Promise<boolean> {
    const { nodes, pageInfo } = await ask({ first, after: this.cursor })
    for (const change of nodes) {
      expect(change.version).toBeGreaterThanOrEqual(this.records.get(change.id)?.version ?? 0)
      this.records.set(change.id, change)
    }
    this.cursor = pageInfo.endCursor
    return pageInfo.hasNextPage
  }

  async follow(first = 100): Promise<void> {
    while (await this.page(first));
  }

  async expectWhole(): Promise<void> {
    const tables = ['org', 'academic_session', 'course', 'class', '"user"', 'role', 'enrollment']
    const there = await oakfield.sql<{ id: string, version: number, status: string }>(tables.map(table => `select id, version, upper(status) as status from ~${table}`).join(' union all '))
    const copied = [...this.records.values()].map(({ id, version, record }) => ({ id, version, status: record.status }))
    const sorted = (rows: { id: string }[]) => rows.toSorted((a, b) => a.id < b.id ? -1 : 1)
    expect(sorted(copied)).toEqual(sorted(there))
  }
}

test('a new school comes whole, what is referred to first, each with its record', async () => {
  const { nodes, pageInfo, totalCount } = await ask({ first: 100 })
  expect(nodes.map(({ type }) => type)).toEqual(['ORG', ...Array.from({ length: 3 }).fill('ACADEMIC_SESSION'), ...Array.from({ length: 10 }).fill('COURSE')])
  expect(totalCount).toBe(14)
  expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false })
  for (const { type, id, sourcedId, version, deleted, record } of nodes) {
    expect({ version, deleted }).toEqual({ version: 1, deleted: false })
    expect(record).toMatchObject({ id, sourcedId, version, status: 'ACTIVE', __typename: { ORG: 'Org', ACADEMIC_SESSION: 'AcademicSession', COURSE: 'Course' }[type] })
  }
  const then = await ask({ after: pageInfo.endCursor })
  expect(then).toMatchObject({ nodes: [], totalCount: 0, pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: expect.any(String) as string } })
})

test('what changes afterwards comes once, with the number of its change; a tombstone says so', async () => {
  const { pageInfo: { endCursor: after } } = await ask({ first: 100 })
  const id = await add('Lovelace')
  await rename(id, 1, 'Byron')
  const { nodes, pageInfo } = await ask({ after })
  expect(nodes.map(({ type, version }) => [type, version])).toEqual([['ROLE', 1], ['USER', 2]])
  expect(nodes[1]).toMatchObject({ id, deleted: false, changeNumber: nodes[0]!.changeNumber + 1, record: { __typename: 'User', familyName: 'Byron', roles: [{ role: 'STUDENT' }] } })
  await remove(id, 2)
  const gone = (await ask({ after: pageInfo.endCursor })).nodes
  expect(gone.map(({ type, version, deleted, record }) => [type, version, deleted, record.status])).toEqual([['USER', 3, true, 'TOBEDELETED'], ['ROLE', 2, true, 'TOBEDELETED']])
  expect(gone[0]!.changeNumber).toBe(gone[1]!.changeNumber)
  // From an earlier place: only how it is now.
  expect((await ask({ after })).nodes.filter(change => change.id === id).map(({ version }) => version)).toEqual([3])
})

test.each([1, 3, 100])('a copy kept %i at a time while others write is the school in the end', async (first) => {
  const copy = new Copy()
  const ids: string[] = []
  for (let round = 0; round < 12; round++) {
    await copy.page(first)
    ids.push(await add(`Round ${round}`))
    await copy.page(first)
    if (round % 3 === 1)
      await rename(ids[round - 1]!, 1, `Renamed ${round}`)
    if (round % 3 === 2)
      await remove(ids[round - 2]!, 2)
  }
  await copy.follow(first)
  await copy.expectWhole()
})

test('a transaction that commits late is not passed over', async () => {
  const copy = new Copy()
  await copy.follow()
  const [mayCommit, hasNumber] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = oakfield.work(async (db) => {
    await takeChangeNumber(db)
    hasNumber.resolve()
    db.em.create(User, { givenName: 'Ada', familyName: 'Slow', username: 'slow' })
    await store(db)
    await mayCommit.promise
  })
  await hasNumber.promise
  const quick = add('Quick')
  await waits(sqlOf(schools.database.adminUrl), { by: 'homeroom school', inStatement: 'change_counter' })
  await copy.follow()
  mayCommit.resolve()
  await Promise.all([slow, quick])
  await copy.follow()
  await copy.expectWhole()
  expect([...copy.records.values()].map(({ record }) => record.familyName)).toEqual(expect.arrayContaining(['Slow', 'Quick']))
})

test('types are chosen, and a cursor is good for its choice, list and school alone', async () => {
  const { nodes, pageInfo } = await ask({ first: 2, types: ['USER'] })
  expect(nodes.map(({ type }) => type)).toEqual(['USER', 'USER'])
  for (const [asked, school] of [[{ types: ['CLASS'] }, oakfield], [{}, oakfield], [{ types: ['USER'] }, schools.riverside]] as const)
    expect(await refusal(ask({ ...asked, types: 'types' in asked ? [...asked.types] : undefined, after: pageInfo.endCursor }, school))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['after'] }] })
  const { users } = await oakfield.ask('{ users(first: 1) { pageInfo { endCursor } } }')
  expect(await refusal(ask({ after: users.pageInfo.endCursor }))).toMatchObject({ code: 'BAD_USER_INPUT' })
  expect(await refusal(ask({ first: 101 }))).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: ['first'] }] })
  expect((await ask({ types: ['USER'], after: pageInfo.endCursor })).nodes.length).toBeGreaterThan(0)
})

test('who is behind the tombstones that are kept has to begin again; who is not, or has begun since, goes on', async () => {
  const begun = (await ask({ first: 1 })).pageInfo.endCursor
  const early = (await ask({ first: 100, types: ['CLASS'] })).pageInfo.endCursor
  const id = await add('Gone')
  await remove(id, 1)
  const upToDate = (await ask({ first: 100, types: ['CLASS'], after: early })).pageInfo.endCursor
  await oakfield.sql('update ~change_counter set purged = last')
  expect(await refusal(ask({ after: begun }))).toMatchObject({ code: 'CURSOR_EXPIRED', fields: [{ path: ['after'] }] })
  expect(await refusal(ask({ after: early, types: ['CLASS'] }))).toMatchObject({ code: 'CURSOR_EXPIRED' })
  // Nothing of its types has changed, and it has asked since: it has missed nothing.
  expect((await ask({ after: upToDate, types: ['CLASS'] })).nodes).toEqual([])
  // Records of long ago come to who begins now, however many tombstones have gone.
  const copy = new Copy()
  await copy.follow(2)
  await copy.expectWhole()
})

test('one answer is of one moment, whatever is written while it is read', async () => {
  const id = await add('Steady')
  const door = oakfield.door()
  const seen = async () => [(await door.read(db => usersById(db, [id])))[0]!.version, (await door.read(db => changesPage(db, { first: 100, types: ['user'] }))).nodes.find(change => change.id === id)!.version]
  expect(await seen()).toEqual([1, 1])
  await rename(id, 1, 'Moved on')
  expect(await seen()).toEqual([1, 1])
  await door.pause()
  expect(await seen()).toEqual([2, 2])
  await door.end()
})
