import type { PreparationFieldsFragment } from '../../apollo/generated/graphql.ts'
import { expect, test } from 'vitest'
import { elapsed, emptyTimeline, ended, follow } from './timeline.ts'

function at(sequence: number, over: Partial<PreparationFieldsFragment> = {}): PreparationFieldsFragment {
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
    ...over,
  }
}
const states = (timeline: ReturnType<typeof emptyTimeline>) => timeline.steps.map(step => step.state)

test('a step runs, is done, and has the time between the two messages', () => {
  let timeline = follow(emptyTimeline(), at(1, { step: 'create-role' }), 1_000)
  expect(states(timeline)).toEqual(['running', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting'])
  timeline = follow(timeline, at(2, { step: 'create-schema', completedSteps: 1 }), 1_040)
  expect(states(timeline).slice(0, 2)).toEqual(['done', 'running'])
  expect(timeline.steps[0]?.took).toBe(40)
})

test('a message that jumps over steps gives none of them a time', () => {
  let timeline = follow(emptyTimeline(), at(1, { step: 'create-role' }), 0)
  timeline = follow(timeline, at(4, { step: 'seed-school', completedSteps: 3 }), 90)
  expect(states(timeline).slice(0, 4)).toEqual(['done', 'done', 'done', 'running'])
  expect(timeline.steps.map(step => step.took)).toEqual(Array.from({ length: 6 }).fill(undefined))
})

test('an older or repeated message changes nothing', () => {
  const ready = follow(emptyTimeline(), at(9, { status: 'READY', completedSteps: 6 }), 0)
  expect(follow(ready, at(8, { step: 'create-role' }), 5)).toBe(ready)
  expect(follow(ready, at(9, { step: 'create-role' }), 5)).toBe(ready)
})

test('another tenant starts its own timeline, whatever its sequence', () => {
  const first = follow(emptyTimeline(), at(9, { status: 'READY', completedSteps: 6 }), 0)
  const other = follow(first, at(1, { tenantId: 'two', status: 'PENDING' }), 5)
  expect(states(other)).toEqual(Array.from({ length: 6 }).fill('waiting'))
})

test('READY ticks every step, also those whose messages never came', () => {
  const timeline = follow(emptyTimeline(), at(3, { status: 'READY', completedSteps: 6 }), 0)
  expect(new Set(states(timeline))).toEqual(new Set(['done']))
  expect(timeline.steps.every(step => step.took === undefined)).toBe(true)
  expect(ended(timeline.status)).toBe(true)
})

test('what was asked for gives no times: it did not come as it happened', () => {
  let timeline = follow(emptyTimeline(), at(1, { step: 'create-role' }), 0, false)
  timeline = follow(timeline, at(2, { step: 'create-schema', completedSteps: 1 }), 2_000, false)
  expect(timeline.steps[0]).toEqual({ name: 'create-role', state: 'done', took: undefined })
})

test('between attempts everything waits again, and a new attempt begins at the first step', () => {
  let timeline = follow(emptyTimeline(), at(1, { step: 'create-tables', completedSteps: 2 }), 0)
  timeline = follow(timeline, at(2), 10)
  expect(new Set(states(timeline))).toEqual(new Set(['waiting']))
  timeline = follow(timeline, at(3, { attempt: 2, step: 'create-role' }), 20)
  expect(states(timeline).slice(0, 2)).toEqual(['running', 'waiting'])
})

test('FAILED marks the step that stopped it, and what was taken back', () => {
  let timeline = follow(emptyTimeline(), at(1, { attempt: 3, step: 'create-tables', completedSteps: 2 }), 0)
  timeline = follow(timeline, at(2, { attempt: 3, status: 'FAILED', completedSteps: 2 }), 10)
  expect(states(timeline)).toEqual(['undone', 'undone', 'failed', 'waiting', 'waiting', 'waiting'])
})

test('FAILED that tells no step still marks the one last seen running', () => {
  let timeline = follow(emptyTimeline(), at(1, { attempt: 3, step: 'create-tables', completedSteps: 2 }), 0)
  timeline = follow(timeline, at(2, { attempt: 3, status: 'FAILED', completedSteps: 0 }), 10)
  expect(states(timeline)).toEqual(['undone', 'undone', 'failed', 'waiting', 'waiting', 'waiting'])
})

test('a retry after FAILED begins anew', () => {
  const failed = follow(emptyTimeline(), at(7, { attempt: 3, status: 'FAILED', completedSteps: 2 }), 0)
  const again = follow(failed, at(8, { status: 'PENDING', attempt: 0 }), 50)
  expect(new Set(states(again))).toEqual(new Set(['waiting']))
  expect(again.since).toBe(50)
})

test('steps that are not known are shown as the server names them', () => {
  const timeline = follow(emptyTimeline(), at(1, { step: 'index-search', completedSteps: 6, totalSteps: 8 }), 0)
  expect(timeline.steps).toHaveLength(8)
  expect(timeline.steps[6]).toMatchObject({ name: 'index-search', state: 'running' })
})

test('the time is the server’s span at the end, and never negative before', () => {
  const started = '2026-11-23T10:00:00.000Z'
  const ready = follow(emptyTimeline(), at(1, { status: 'READY', startedAt: started, completedAt: '2026-11-23T10:00:00.420Z' }), 0)
  expect(elapsed(ready, 99)).toBe(420)
  const behind = Date.parse(started) - 60_000
  const running = follow(emptyTimeline(), at(1, { startedAt: started }), behind)
  expect(elapsed(running, behind + 300)).toBe(300)
})
