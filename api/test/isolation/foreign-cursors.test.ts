import type { Walker } from '../harness/foreign-ids.ts'
import type { MarkedSchool, MarkedSchools } from '../harness/marked-schools.ts'
import type { Operation } from '../harness/operations.ts'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contract } from '../../src/compose.ts'
import { allowed, operatorOnly } from '../harness/access-table.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { openMarkedSchools } from '../harness/marked-schools.ts'
import { operationsOf } from '../harness/operations.ts'

/** A list, and who asks for it: the head of the school, or a program with every scope. */
interface List extends Operation { readonly by: Walker }

const lists: List[] = operationsOf(buildSchema(await contract()))
  .filter(({ paged, name }) => paged && !operatorOnly.includes(name))
  .flatMap(list => [{ ...list, by: 'client' as const }, ...allowed[list.name]!.includes('key') ? [{ ...list, by: 'program' as const }] : []])

let homeroom: Awaited<ReturnType<typeof openHomeroom>>
let schools: MarkedSchools
let oakfield: MarkedSchool

beforeAll(async () => {
  homeroom = await openHomeroom()
  schools = await openMarkedSchools(homeroom)
  oakfield = schools.oakfield
})
afterAll(() => homeroom?.stop())

interface PageOf { pageInfo: { endCursor: string | null } }

const small = '{ pageInfo { endCursor } }'

/** The cursor of the first row. */
async function cursorIn(school: MarkedSchool, { field, ask, by }: List): Promise<string> {
  const { [field]: page } = await school[by].ask<Record<string, PageOf>>(ask(small), { first: 1 })
  if (!page?.pageInfo.endCursor)
    throw new Error(`The list ${field} is empty: there is no cursor to try.`)
  return page.pageInfo.endCursor
}

/** What a list is refused with: nothing but the place of the mistake. */
async function refusal({ ask, by }: List, variables: Record<string, unknown>): Promise<unknown> {
  const { status, data, errors } = await oakfield[by].send(ask(small), variables)
  const { requestId: _, ...extensions } = errors?.[0]?.extensions ?? {}
  return { status, data: data ?? null, message: errors?.[0]?.message, extensions }
}

/** A letter in the middle becomes another: what it means is no longer what was sealed. */
const tampered = (cursor: string) => `${cursor.slice(0, 8)}${cursor[8] === 'A' ? 'B' : 'A'}${cursor.slice(9)}`

test('there are lists to try', () => {
  expect(lists.filter(({ by }) => by === 'program').map(({ name }) => name)).toEqual(expect.arrayContaining(['query users', 'query changes']))
  expect(lists.map(({ name }) => name)).toEqual(expect.arrayContaining(['query users', 'query classes', 'query courses', 'query enrollments', 'query academicSessions', 'query changes', 'query auditEvents']))
})

describe.each(lists)('$name, asked by the $by', (list) => {
  test.each(list.cursors)('`%s`: a cursor of the other school is refused like one that was tampered with', async (place) => {
    const own = await cursorIn(oakfield, list)
    const forged = await refusal(list, { [place]: tampered(own) })
    expect(forged).toMatchObject({ status: 400, data: null, extensions: { code: 'BAD_USER_INPUT', fields: [{ path: [place] }] } })
    expect(await refusal(list, { [place]: await cursorIn(schools.riverside, list) })).toEqual(forged)
    for (const cursor of ['', 'A', own.toUpperCase(), `${own}==`, `${own}.${own}`, own.repeat(3), 'x'.repeat(10_240), Buffer.from('["a\' or 1=1 --"]').toString('base64url')])
      expect.soft([cursor, await refusal(list, { [place]: cursor })]).toEqual([cursor, forged])
    expect((await oakfield[list.by].send(list.ask(small), { [place]: own })).errors).toBeUndefined()
    expect(schools.leaks()).toEqual([])
  })

  const sizes = [{ first: 0 }, { first: -1 }, { first: 101 }, { first: 1e9 }, { first: 2 ** 31 }, { first: 1.5 }, { first: 'NaN' }]
  const backward = list.cursors.includes('before') ? [{ last: 0 }, { last: -1 }, { last: 101 }, { first: 1, last: 1 }] : []
  test.each([...sizes, ...backward])('%j is 400', async (page) => {
    expect(await refusal(list, page)).toMatchObject({ status: 400, data: null, extensions: { code: 'BAD_USER_INPUT' } })
  })
})
