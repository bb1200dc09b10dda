import type { LocationQuery } from 'vue-router'
import type { JobQueuesQuery, JobsQueryVariables, JobState } from '../../../apollo/generated/graphql.ts'
import { pageOf, readList } from '../../../shared/list-state.ts'

export type Queue = JobQueuesQuery['jobQueues'][number]

/** In the order in which they are looked at; what was given up comes first unless told. */
export const states = ['FAILED', 'RETRYING', 'WAITING', 'ACTIVE', 'COMPLETED', 'CANCELLED'] as const satisfies readonly JobState[]

export interface JobsState { queue?: string, state: JobState, after?: string, before?: string }

/** The page as its address tells it: `?queue=send-mail&state=WAITING&after=…`. */
export function readJobs(query: LocationQuery): JobsState {
  const { after, before } = readList(query, [])
  return {
    queue: typeof query.queue === 'string' && query.queue ? query.queue : undefined,
    state: states.find(state => state === query.state) ?? states[0],
    after,
    before,
  }
}

export function writeJobs({ queue, state, after, before }: JobsState): Record<string, string> {
  return { ...(queue && { queue }), ...(state !== states[0] && { state }), ...(after && { after }), ...(before && { before }) }
}

export function askJobs({ queue, state, ...place }: JobsState): JobsQueryVariables {
  return { ...pageOf(place), filter: { queue, state } }
}

const columns = { FAILED: 'failed', RETRYING: 'retrying', WAITING: 'waiting', ACTIVE: 'active', COMPLETED: 'completed', CANCELLED: 'cancelled' } as const satisfies Record<JobState, keyof Queue>

/** How many jobs of one queue, or of all, are in a state. */
export function countOf(queues: readonly Queue[], state: JobState, queue?: string): number {
  return queues.reduce((sum, each) => (queue === undefined || each.name === queue ? sum + each[columns[state]] : sum), 0)
}

/** What there is to see of a queue: the first state with jobs in it. */
export const firstState = (queue: Queue): JobState => states.find(state => countOf([queue], state) > 0) ?? states[0]

/** Queues in trouble first, then those at work, then by name. */
export function byTrouble(queues: readonly Queue[]): Queue[] {
  const weights = (queue: Queue) => [queue.failed, queue.oldestWaitingSeconds ?? 0, queue.retrying, queue.waiting + queue.active]
  return [...queues].sort((a, b) => {
    const [left, right] = [weights(a), weights(b)]
    const at = left.findIndex((weight, place) => weight !== right[place])
    return at < 0 ? a.name.localeCompare(b.name) : (right[at] ?? 0) - (left[at] ?? 0)
  })
}

/** A span of a queue's waiting as `12 s`, `4 min`, `3 h`: a key of jobs.span, and the number in it. */
export function spanOf(seconds: number): { unit: 's' | 'min' | 'h' | 'd', count: number } {
  if (seconds < 120)
    return { unit: 's', count: Math.max(0, Math.round(seconds)) }
  if (seconds < 120 * 60)
    return { unit: 'min', count: Math.round(seconds / 60) }
  return seconds < 48 * 3_600 ? { unit: 'h', count: Math.round(seconds / 3_600) } : { unit: 'd', count: Math.round(seconds / 86_400) }
}
