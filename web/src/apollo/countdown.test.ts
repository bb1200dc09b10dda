import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCountdown, secondsLeft } from './countdown.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

test('a part of a second still counts, and what is over is 0', () => {
  expect([3_000, 2_001, 1, 0, -500].map(rest => secondsLeft(rest, 0))).toEqual([3, 3, 1, 0, 0])
})

test('each second is told once, and then it rests', () => {
  const told: number[] = []
  createCountdown(left => told.push(left)).start(3)
  vi.advanceTimersByTime(10_000)
  expect(told).toEqual([3, 2, 1, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('a tab that slept wakes up right', () => {
  const told: number[] = []
  createCountdown(left => told.push(left)).start(60)
  vi.setSystemTime(Date.now() + 45_000)
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual([60, 14])
})

test('another start, or a stop, ends the one before', () => {
  const told: number[] = []
  const countdown = createCountdown(left => told.push(left))
  countdown.start(60)
  countdown.start(1)
  vi.advanceTimersByTime(1_000)
  countdown.start(5)
  countdown.stop()
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual([60, 1, 0, 5])
})
