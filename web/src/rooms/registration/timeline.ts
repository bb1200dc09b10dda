import type { PreparationFieldsFragment } from '../../apollo/generated/graphql.ts'

/** undone: it was finished, and went away again with the attempt it belonged to. */
export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'undone'
export interface Step { name: string, state: StepState, since?: number, took?: number }

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

/**
 * The timeline after one more message; an older message changes nothing.
 * `pushed`: it came as it happened, so a step's time can be taken from it.
 */
export function follow(before: Timeline, status: PreparationFieldsFragment, now: number, pushed = true): Timeline {
  const last = before.status?.tenantId === status.tenantId ? before.status : undefined
  if (last && status.sequence <= last.sequence)
    return before

  const sameAttempt = last?.attempt === status.attempt
  // One step per message, as it happened: else nobody here knows when the step in between ended.
  const timed = pushed && sameAttempt && status.completedSteps - last.completedSteps === 1
  const steps = waiting(status.totalSteps).map((blank, at) => {
    const told = at === status.completedSteps && status.step ? status.step : undefined
    const step = (sameAttempt && before.steps[at]) || blank
    return nextStep({ ...step, name: told ?? step.name }, at, status, pushed ? now : undefined, timed)
  })
  return { status, steps, since: last?.status === status.status ? before.since : now }
}

function nextStep(step: Step, at: number, status: PreparationFieldsFragment, now: number | undefined, timed: boolean): Step {
  const { name, state, since } = step
  const here = at === status.completedSteps
  switch (status.status) {
    case 'READY':
      return finished(step, timed ? now : undefined)
    case 'FAILED': {
      const lastSeen = status.completedSteps === 0 && !status.step && state === 'running'
      if (lastSeen || (here && (status.step !== null || status.completedSteps > 0)))
        return { name, state: 'failed' }
      return { name, state: at < status.completedSteps || state === 'done' ? 'undone' : 'waiting' }
    }
    case 'PREPARING':
      if (at < status.completedSteps)
        return finished(step, timed ? now : undefined)
      if (here && status.step)
        return { name, state: 'running', since: state === 'running' ? since : now }
      return { name, state: 'waiting' }
    case 'PENDING':
      return { name, state: 'waiting' }
  }
}

function finished(step: Step, now: number | undefined): Step {
  if (step.state === 'done')
    return step
  const took = now !== undefined && step.state === 'running' && step.since !== undefined ? now - step.since : undefined
  return { name: step.name, state: 'done', took }
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
