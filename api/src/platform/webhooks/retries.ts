import type { Outcome } from './post.ts'
import { randomInt } from 'node:crypto'

/** How deliveries are tried: seconds between one try and the next, and how long an endpoint may fail for. */
export interface RetryPlan {
  readonly retrySeconds: readonly number[]
  readonly disableAfterDays: number
}

/** What a receiver asks for with `Retry-After` is kept up to this, in seconds. */
const longestWait = 3_600
/** Each wait is up to this much longer or shorter, so that what failed together does not come back together. */
const jitter = 0.15

/** What becomes of a delivery after a try. */
export interface Verdict {
  readonly state: 'WAITING' | 'DELIVERED' | 'FAILED'
  /** Seconds until the next try; null where there is none. */
  readonly wait: number | null
}

export const delivered = ({ status }: Pick<Outcome, 'status'>) => status !== null && status >= 200 && status < 300
/** Nobody is there any more, and nobody wants to be told. */
export const gone = ({ status }: Pick<Outcome, 'status'>) => status === 410

/** `tries` counts this one. */
export function judge(plan: RetryPlan, outcome: Outcome, tries: number): Verdict {
  if (delivered(outcome))
    return { state: 'DELIVERED', wait: null }
  const planned = plan.retrySeconds[tries - 1]
  if (gone(outcome) || planned === undefined)
    return { state: 'FAILED', wait: null }
  return { state: 'WAITING', wait: Math.max(planned * (1 + jitter * (randomInt(2_001) / 1_000 - 1)), askedFor(outcome)) }
}

/** How long the receiver wants to be left alone, in seconds. */
export function askedFor({ retryAfter }: Pick<Outcome, 'retryAfter'>): number {
  return Math.min(retryAfter ?? 0, longestWait)
}

/** How long an endpoint is left alone that has answered nothing, `silences` times in a row: as long as its first tries wait. */
export function silenceSeconds({ retrySeconds }: RetryPlan, silences: number): number {
  return retrySeconds[Math.min(silences, 2) - 1] ?? retrySeconds[0] ?? 5
}
