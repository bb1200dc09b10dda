import type { RateLimited } from '../shared/errors.ts'

/** What is left of one bucket of points. */
export interface Bucket {
  /** Whose it is. */
  readonly of: 'key' | 'school'
  /** How many points it has in a window. */
  readonly limit: number
  readonly remaining: number
  readonly resetAt: Date
}

/** What an operation costs its API key, and what is left afterwards. */
export interface Charge {
  readonly requested: number
  /** The key's own bucket first. */
  readonly buckets: readonly Bucket[]
  /** Why it is refused; undefined where it may run. */
  readonly refused: RateLimited | undefined
}

/** The window in which points are counted, in seconds. */
export const windowSeconds = 60

/** The values of an answer that one point stands for. */
const valuesPerPoint = 100

/** Points for an operation of this price: it never costs nothing. */
export function pointsOf(price: number): number {
  return Math.max(1, Math.ceil(price / valuesPerPoint))
}
