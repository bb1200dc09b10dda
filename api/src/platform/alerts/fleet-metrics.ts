import type { Measured, Metrics } from '../../shared/metrics.ts'
import type { Figures } from './figures.ts'
import { measureEach } from '../../shared/metrics.ts'

/** How long one look answers every scrape. */
const keptForMs = 5_000
/** How long a scrape waits for a database that is slow. */
const patienceMs = 2_000

const jobStates = ['waiting', 'retrying', 'active', 'failed'] as const
const rolloutStates = ['RUNNING', 'PAUSED', 'STOPPED', 'DONE'] as const

/** Shows how the fleet stands. Where the database does not tell in time, these are left out and `fleet_readable` is 0. */
export function measureFleet(metrics: Metrics, read: () => Promise<Figures>): void {
  const figures = kept(read)
  const each = (name: string, help: string, labelNames: string[], values: (figures: Figures) => Measured[]) =>
    measureEach(metrics, { name, help, labelNames }, async () => {
      const now = await figures()
      return now ? values(now) : []
    })
  const one = (name: string, help: string, value: (figures: Figures) => number) => each(name, help, [], now => [{ labels: {}, value: value(now) }])

  measureEach(metrics, { name: 'fleet_readable', help: 'Whether the database told in time how the fleet stands: 1 or 0.', labelNames: [] }, async () => [{ labels: {}, value: Number(await figures() !== undefined) }])
  each('tenants', 'Tenants, by preparation status and lifecycle.', ['preparation', 'lifecycle'], now => now.tenants.map(({ preparation, lifecycle, count }) => ({ labels: { preparation, lifecycle }, value: count })))
  one('schools_behind', 'Ready schools whose version is older than this release\'s.', ({ behind }) => behind)
  one('preparations_given_up', 'Tenants whose preparation was given up within the last 15 minutes and that still are FAILED.', ({ givenUp }) => givenUp)
  one('preparation_oldest_seconds', 'How long the preparation has been asked for that is under way the longest.', now => now.oldestPreparationSeconds)
  each('jobs', 'Jobs in a queue, by state: waiting, retrying (tried in vain, to be tried again), active, failed (given up within the last hour).', ['queue', 'state'], ({ queues }) =>
    queues.flatMap(queue => jobStates.map(state => ({ labels: { queue: queue.queue, state }, value: queue[state] }))))
  each('job_oldest_waiting_seconds', 'How long the job has waited that could have run first.', ['queue'], ({ queues }) =>
    queues.map(({ queue, oldestWaitingSeconds }) => ({ labels: { queue }, value: oldestWaitingSeconds })))
  one('webhook_oldest_unsent_seconds', 'How long the endpoint has waited for its turn that has had webhooks due, and may be sent to, the longest.', now => now.oldestUnsentSeconds)
  each('rollout_state', 'Whether the last roll-out is in this state: 1 or 0.', ['state'], ({ rollout }) =>
    rolloutStates.map(state => ({ labels: { state }, value: Number(rollout === state) })))
  one('rollout_undriven_seconds', 'For how long the RUNNING roll-out has moved nothing while no process drives it.', now => now.rolloutUndrivenSeconds)
  one('deletion_overdue_seconds', 'For how long the school is overdue that should have been deleted first.', now => now.deletionOverdueSeconds)
}

/** Reads at most every 5 s, one read at a time; undefined where it failed or is not there in time. */
function kept(read: () => Promise<Figures>): () => Promise<Figures | undefined> {
  let last: { at: number, figures: Figures | undefined } | undefined
  let reading: Promise<Figures | undefined> | undefined
  return async () => {
    if (last && performance.now() - last.at < keptForMs)
      return last.figures
    reading ??= read().catch(() => undefined).then((figures) => {
      last = { at: performance.now(), figures }
      reading = undefined
      return figures
    })
    let impatient: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => { impatient = setTimeout(resolve, patienceMs, undefined) })
    return Promise.race([reading, late]).finally(() => clearTimeout(impatient))
  }
}
