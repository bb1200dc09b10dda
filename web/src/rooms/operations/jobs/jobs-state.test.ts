import type { Queue } from './jobs-state.ts'
import { expect, test } from 'vitest'
import { askJobs, byTrouble, countOf, firstState, readJobs, spanOf, writeJobs } from './jobs-state.ts'

test('a page and its address are each other’s way back', () => {
  const query = { queue: 'send-mail', state: 'WAITING', after: 'c1' }
  expect(writeJobs(readJobs(query))).toEqual(query)
  expect(askJobs(readJobs(query))).toEqual({ first: 25, after: 'c1', filter: { queue: 'send-mail', state: 'WAITING' } })
})

test('a plain address shows what was given up, and so does one that makes no sense', () => {
  expect(readJobs({})).toEqual({ queue: undefined, state: 'FAILED', after: undefined, before: undefined })
  expect(readJobs({ state: 'LOST', queue: ['a', 'b'] })).toMatchObject({ queue: undefined, state: 'FAILED' })
  expect(writeJobs(readJobs({}))).toEqual({})
})

const queue = (name: string, more: Partial<Queue> = {}): Queue => ({ name, waiting: 0, active: 0, retrying: 0, failed: 0, completed: 0, cancelled: 0, oldestWaitingSeconds: null, ...more })

test('queues in trouble come first', () => {
  const queues = [queue('tidy'), queue('alert-webhook'), queue('busy', { active: 3 }), queue('stuck', { waiting: 1, oldestWaitingSeconds: 300 }), queue('broken', { failed: 1 })]
  expect(byTrouble(queues).map(({ name }) => name)).toEqual(['broken', 'stuck', 'busy', 'alert-webhook', 'tidy'])
})

test('jobs are counted of one queue or of all', () => {
  const queues = [queue('a', { failed: 2 }), queue('b', { failed: 3, completed: 9 })]
  expect([countOf(queues, 'FAILED'), countOf(queues, 'FAILED', 'a'), countOf(queues, 'COMPLETED', 'a'), countOf(queues, 'FAILED', 'unknown')]).toEqual([5, 2, 0, 0])
})

test('a queue opens where there is something to see', () => {
  expect([queue('a'), queue('a', { completed: 1 }), queue('a', { waiting: 1, completed: 1 }), queue('a', { failed: 1, retrying: 1 })].map(firstState)).toEqual(['FAILED', 'COMPLETED', 'WAITING', 'FAILED'])
})

test('how long one has waited is said in one unit', () => {
  expect([-1, 0, 119.4, 120, 7_199, 7_200, 172_800].map(seconds => Object.values(spanOf(seconds)).join(' '))).toEqual(['s 0', 's 0', 's 119', 'min 2', 'min 120', 'h 2', 'd 2'])
})
