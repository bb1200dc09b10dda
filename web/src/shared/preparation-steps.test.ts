import type { PreparationFieldsFragment } from '../apollo/generated/graphql.ts'
import { expect, test } from 'vitest'
import { elapsed, emptyTimeline, ended, follow, knownSteps } from './preparation-steps.ts'

type Fields = PreparationFieldsFragment
const start = Date.parse('2026-11-23T10:00:00.000Z')

/** Steps of 40 ms each, the last one still running unless told otherwise. */
function steps(count: number, { running = true, rolledBack = false } = {}): Fields['steps'] {
  return Array.from({ length: count }, (_, n) => ({
    name: knownSteps[n] ?? 'index-search',
    startedAt: new Date(start + n * 40).toISOString(),
    completedAt: running && n === count - 1 ? null : new Date(start + (n + 1) * 40).toISOString(),
    rolledBack,
  }))
}

function at(sequence: number, over: Partial<Fields> = {}): Fields {
  return {
    tenantId: 'one',
    status: 'PREPARING',
    step: null,
    completedSteps: 0,
    totalSteps: 6,
    attempt: 1,
    maxAttempts: 3,
    error: null,
    startedAt: null,
    completedAt: null,
    sequence,
    steps: [],
    ...over,
  }
}
const ready = (sequence: number) => at(sequence, { status: 'READY', completedSteps: 6, steps: steps(6, { running: false }) })
const states = (timeline: ReturnType<typeof emptyTimeline>) => timeline.steps.map(step => step.state)

test('a step runs, is done, and has the time the server took for it, also where its messages were skipped', () => {
  const first = follow(emptyTimeline(), at(1, { steps: steps(1) }), 0)
  expect(states(first)).toEqual(['running', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting'])
  const later = follow(first, at(4, { steps: steps(4) }), 90)
  expect(states(later)).toEqual(['done', 'done', 'done', 'running', 'waiting', 'waiting'])
  expect(later.steps.map(step => step.took)).toEqual([40, 40, 40, undefined, undefined, undefined])
})

test('READY ticks every step, with its time', () => {
  const timeline = follow(emptyTimeline(), ready(3), 0)
  expect(timeline.steps.map(({ state, took }) => ({ state, took }))).toEqual(Array.from({ length: 6 }).fill({ state: 'done', took: 40 }))
  expect(ended(timeline.status)).toBe(true)
})

test('an older or repeated message changes nothing', () => {
  const timeline = follow(emptyTimeline(), ready(9), 0)
  expect(follow(timeline, at(8, { steps: steps(1) }), 5)).toBe(timeline)
  expect(follow(timeline, at(9, { steps: steps(1) }), 5)).toBe(timeline)
})

test('another tenant starts its own timeline, whatever its sequence', () => {
  const other = follow(follow(emptyTimeline(), ready(9), 0), at(1, { tenantId: 'two', status: 'PENDING' }), 5)
  expect(states(other)).toEqual(Array.from({ length: 6 }).fill('waiting'))
})

test('between attempts everything waits again, and a new attempt begins at the first step', () => {
  const between = follow(follow(emptyTimeline(), at(1, { steps: steps(3) }), 0), at(2, { steps: steps(3, { rolledBack: true }) }), 10)
  expect(new Set(states(between))).toEqual(new Set(['waiting']))
  expect(states(follow(between, at(3, { attempt: 2, steps: steps(1) }), 20)).slice(0, 2)).toEqual(['running', 'waiting'])
})

test('FAILED marks the step that stopped it, and what was taken back, also for whoever comes later', () => {
  const timeline = follow(emptyTimeline(), at(2, { attempt: 3, status: 'FAILED', steps: steps(3, { rolledBack: true }) }), 10)
  expect(states(timeline)).toEqual(['undone', 'undone', 'failed', 'waiting', 'waiting', 'waiting'])
})

test('a retry after FAILED begins anew', () => {
  const failed = follow(emptyTimeline(), at(7, { attempt: 3, status: 'FAILED', steps: steps(3, { rolledBack: true }) }), 0)
  const again = follow(failed, at(8, { status: 'PENDING', attempt: 0 }), 50)
  expect(new Set(states(again))).toEqual(new Set(['waiting']))
  expect(again.since).toBe(50)
})

test('steps that are not known are shown as the server names them', () => {
  const timeline = follow(emptyTimeline(), at(1, { totalSteps: 8, steps: steps(7) }), 0)
  expect(timeline.steps).toHaveLength(8)
  expect(timeline.steps[6]).toMatchObject({ name: 'index-search', state: 'running' })
})

test('the time is the server’s span at the end, and never negative before', () => {
  const startedAt = new Date(start).toISOString()
  const done = follow(emptyTimeline(), { ...ready(1), startedAt, completedAt: new Date(start + 420).toISOString() }, 0)
  expect(elapsed(done, 99)).toBe(420)
  const behind = start - 60_000
  const running = follow(emptyTimeline(), at(1, { startedAt }), behind)
  expect(elapsed(running, behind + 300)).toBe(300)
})
