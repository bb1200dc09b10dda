import type { SchoolRowFragment } from '../../../apollo/generated/graphql.ts'
import { expect, test } from 'vitest'
import { readList } from '../../../shared/list-state.ts'
import { allParts, askSchools, belongs, isNews, readWhich, sorts, writeWhich } from './schools-state.ts'

type School = Pick<SchoolRowFragment, 'id' | 'name' | 'slug' | 'createdAt' | 'lifecycle' | 'preparation' | 'operations'>
const now = Date.parse('2026-11-23T10:00:00.000Z')

function school({ status = 'READY', lifecycle = 'ACTIVE', code, createdAt = '2026-11-01T08:00:00.000Z', behind = false }: { status?: School['preparation']['status'], lifecycle?: School['lifecycle'], code?: string, createdAt?: string, behind?: boolean } = {}): School {
  return {
    id: 'oakfield',
    name: 'Oakfield Primary',
    slug: 'oakfield',
    createdAt,
    lifecycle,
    preparation: { tenantId: 'oakfield', status, step: null, attempt: 1, maxAttempts: 3, sequence: 1 },
    operations: { schemaVersion: 6, newestVersion: 6, behind, setAsideCode: null, memberCount: 1, lastActiveAt: null, failure: code ? { step: null, code, message: '', attempts: 3, maxAttempts: 3, at: createdAt, nextAttemptAt: null } : null },
  }
}

test('which schools are listed goes to the address and comes back', () => {
  for (const part of allParts)
    expect(readWhich(writeWhich({ part }))).toEqual({ part, code: undefined })
  expect(readWhich(writeWhich({ part: 'failed', code: 'STEP_FAILED' }))).toEqual({ part: 'failed', code: 'STEP_FAILED' })
  expect(writeWhich({ part: 'all' })).toEqual({})
})

test('what nobody wrote there is read as all of them', () => {
  expect(readWhich({ state: 'nonsense' })).toEqual({ part: 'all' })
  expect(readWhich({ state: ['failed', 'archived'] })).toEqual({ part: 'all' })
  expect(readWhich({ state: 'archived', code: 'STEP_FAILED' })).toEqual({ part: 'archived' })
})

test('the most urgent comes first unless told, names from the beginning of the alphabet', () => {
  const direction = (query: Record<string, string>) => askSchools(readList(query, sorts), { part: 'all' }).orderBy
  expect(direction({})).toEqual({ field: 'FAILURES_FIRST', direction: 'DESC' })
  expect(direction({ sort: '-urgency' })).toEqual({ field: 'FAILURES_FIRST', direction: 'ASC' })
  expect(direction({ sort: 'name' })).toEqual({ field: 'NAME', direction: 'ASC' })
  expect(direction({ sort: '-created' })).toEqual({ field: 'CREATED_AT', direction: 'DESC' })
})

test('a school belongs where the server would list it', () => {
  expect(belongs(school({ status: 'FAILED', code: 'STEP_FAILED' }), { part: 'failed', code: 'STEP_FAILED' }, 'oak PRIMARY')).toBe(true)
  expect(belongs(school({ status: 'FAILED', code: 'TIMED_OUT' }), { part: 'failed', code: 'STEP_FAILED' }, '')).toBe(false)
  expect(belongs(school({ status: 'PENDING' }), { part: 'failed' }, '')).toBe(false)
  expect(belongs(school({ lifecycle: 'SUSPENDED' }), { part: 'suspended' }, '')).toBe(true)
  expect(belongs(school({ behind: true }), { part: 'behind' }, '')).toBe(true)
  expect(belongs(school(), { part: 'behind' }, '')).toBe(false)
  expect(belongs(school(), { part: 'all' }, 'river')).toBe(false)
})

test('only what would change the list is news', () => {
  const byUrgency = { which: { part: 'all' }, list: readList({}, sorts), readAt: now } as const
  const byName = { ...byUrgency, list: readList({ sort: 'name' }, sorts) }
  const failed = { ...byName, which: { part: 'failed' } } as const
  expect(isNews(school({ status: 'FAILED' }), { ...byUrgency, inView: true })).toBe(false)
  expect(isNews(school({ status: 'FAILED' }), { ...byUrgency, inView: false })).toBe(true)
  expect(isNews(school({ status: 'FAILED' }), { ...byName, inView: false })).toBe(false)
  expect(isNews(school({ createdAt: '2026-11-23T10:00:01.000Z' }), { ...byName, inView: false })).toBe(true)
  expect(isNews(school({ status: 'READY' }), { ...failed, inView: true })).toBe(true)
  expect(isNews(school({ status: 'FAILED' }), { ...failed, inView: false })).toBe(true)
  expect(isNews(school({ status: 'READY' }), { ...failed, inView: false })).toBe(false)
})
