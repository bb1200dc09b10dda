import type { Figures } from './figures.ts'

/** How soon somebody should look. */
export type AlertSeverity = 'critical' | 'warning'

/** What a worker can see of the platform. */
export interface Sight extends Figures {
  /** How long the oldest event lies in a school that should be on the audit record; 0 where none does. */
  readonly oldestUncarriedSeconds: number
}

/** What holds now and should not. */
export interface Condition {
  readonly name: string
  readonly severity: AlertSeverity
  readonly summary: string
}

interface Rule {
  readonly name: string
  readonly severity: AlertSeverity
  /** The sentence where it holds; undefined where it does not. */
  readonly says: (sight: Sight) => string | undefined
}

/** Longer than this nothing that is well may wait, in seconds. The same limits stand in ops/alerts.rules.yml. */
const patience = { preparation: 60, job: 120, rollout: 120, deletion: 900, audit: 900, webhook: 600 }

/** Receivers that hang wait for each other there, as they should; whether any waits too long, WebhooksNotSent says. */
const patientQueue = 'send-slow-webhooks'

/** What the database and a worker can tell. QueryMismatch, PoolExhausted, ListenerDown and NotReady only Prometheus sees. */
export const rules: readonly Rule[] = [
  {
    name: 'PreparationsFailing',
    severity: 'critical',
    says: ({ givenUp }) => givenUp > 0 ? `${counted(givenUp, 'school')} could not be prepared within the last 15 minutes.` : undefined,
  },
  {
    name: 'PreparationSlow',
    severity: 'warning',
    says: ({ oldestPreparationSeconds: seconds }) => seconds > patience.preparation ? `A school has been waiting to be ready for ${Math.round(seconds)} s.` : undefined,
  },
  {
    name: 'QueueStuck',
    severity: 'critical',
    says({ queues }) {
      const stuck = queues.filter(({ queue, oldestWaitingSeconds }) => queue !== patientQueue && oldestWaitingSeconds > patience.job)
      return stuck.length > 0 ? `Jobs are not taken: ${stuck.map(({ queue, oldestWaitingSeconds }) => `${queue} for ${Math.round(oldestWaitingSeconds)} s`).join(', ')}.` : undefined
    },
  },
  {
    name: 'DeadLetters',
    severity: 'warning',
    says({ queues }) {
      const failed = queues.filter(queue => queue.failed > 0)
      return failed.length > 0 ? `Jobs were given up within the last hour: ${failed.map(queue => `${queue.failed} of ${queue.queue}`).join(', ')}.` : undefined
    },
  },
  {
    name: 'SchoolsBehind',
    severity: 'warning',
    says: ({ behind, rollout }) => behind > 0 && rollout !== 'RUNNING' ? `${counted(behind, 'school')} stayed on an older version, and no roll-out is running.` : undefined,
  },
  {
    name: 'RolloutStopped',
    severity: 'critical',
    says: ({ rollout }) => rollout === 'STOPPED' ? 'The last roll-out stopped itself: a canary, or too many schools, could not be migrated.' : undefined,
  },
  {
    name: 'RolloutNotDriven',
    severity: 'warning',
    says: ({ rolloutUndrivenSeconds: seconds }) => seconds > patience.rollout ? `The roll-out is to go on, and no worker has driven it for ${Math.round(seconds / 60)} minutes.` : undefined,
  },
  {
    name: 'DeletionOverdue',
    severity: 'warning',
    says: ({ deletionOverdueSeconds: seconds }) => seconds > patience.deletion ? `A school should have been deleted ${Math.round(seconds / 60)} minutes ago.` : undefined,
  },
  {
    name: 'AuditNotCarried',
    severity: 'warning',
    says: ({ oldestUncarriedSeconds: seconds }) => seconds > patience.audit ? `What schools did has not reached the audit record for ${Math.round(seconds / 60)} minutes.` : undefined,
  },
  {
    name: 'WebhooksNotSent',
    severity: 'warning',
    says: ({ oldestUnsentSeconds: seconds }) => seconds > patience.webhook ? `Webhooks that are due have not been sent for ${Math.round(seconds / 60)} minutes.` : undefined,
  },
]

/** Every condition that holds, in the order of the rules. */
export function conditionsIn(sight: Sight): Condition[] {
  return rules.flatMap(({ name, severity, says }) => {
    const summary = says(sight)
    return summary === undefined ? [] : [{ name, severity, summary }]
  })
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}
