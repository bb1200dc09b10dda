import type { PreparationFieldsFragment } from '../apollo/generated/graphql.ts'

/** undone: it was finished, and went away again with the attempt it belonged to. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'undone'
interface Step { name: string, state: StepState, took?: number }

export interface Timeline {
  status?: PreparationFieldsFragment
  steps: Step[]
  /** When this watcher first saw the present state (PENDING, PREPARING …). */
  since: number
}

/** The names of the steps, in their order. A server with other steps is shown as it tells. */
export const knownSteps = ['create-role', 'create-schema', 'create-tables', 'seed-school', 'seed-school-year', 'seed-courses']

function waiting(total: number): Step[] {
  return Array.from({ length: total }, (_, at) => ({ name: knownSteps[at] ?? `step-${at + 1}`, state: 'waiting' }))
}

export const emptyTimeline = (): Timeline => ({ steps: waiting(knownSteps.length), since: 0 })

export const ended = (status?: PreparationFieldsFragment) => status?.status === 'READY' || status?.status === 'FAILED'

/** The timeline after one more message; an older message changes nothing. */
export function follow(before: Timeline, status: PreparationFieldsFragment, now: number): Timeline {
  const last = before.status?.tenantId === status.tenantId ? before.status : undefined
  if (last && status.sequence <= last.sequence)
    return before
  const steps = waiting(status.totalSteps).map((blank, at) => {
    const begun = status.steps[at]
    return begun ? shown(begun, status.status) : blank
  })
  return { status, steps, since: last?.status === status.status ? before.since : now }
}

function shown({ name, startedAt, completedAt, rolledBack }: PreparationFieldsFragment['steps'][number], status: PreparationFieldsFragment['status']): Step {
  if (status === 'FAILED')
    return { name, state: completedAt ? 'undone' : 'failed' }
  // Taken back, and another attempt begins in a moment.
  if (rolledBack)
    return { name, state: 'waiting' }
  return completedAt ? { name, state: 'done', took: Date.parse(completedAt) - Date.parse(startedAt) } : { name, state: 'running' }
}

/** How long preparing took or has taken: the server's own span when it has ended, else from what is known here. */
export function elapsed({ status, since }: Timeline, now: number): number {
  if (!status)
    return 0
  const started = status.startedAt ? Date.parse(status.startedAt) : Number.NaN
  if (status.completedAt && !Number.isNaN(started))
    return Math.max(0, Date.parse(status.completedAt) - started)
  // Clocks differ: an instant that has not come yet counts from when it was seen here.
  return Math.max(0, now - (started <= now ? started : since))
}
