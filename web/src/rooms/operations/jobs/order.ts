import type { JobRowFragment } from '../../../apollo/generated/graphql.ts'

export type Order = 'retry' | 'cancel'
/** The words that say where it is done instead. */
export type Elsewhere = 'retryAtSchool' | 'cancelAtSchool' | 'exportAgain'

// Undefined: it ends by itself. The API refuses the same orders.
const elsewhere: Record<string, { retry?: Order | Elsewhere, cancel?: Elsewhere }> = {
  'prepare-tenant': { retry: 'retryAtSchool', cancel: 'cancelAtSchool' },
  'preparation-failed': { retry: 'retry' },
  'export-school': { retry: 'exportAgain' },
  'export-failed': { retry: 'retry' },
}

/** What can be done about a job here, or where it is done instead. */
export function orderFor({ queue, state }: Pick<JobRowFragment, 'queue' | 'state'>): Order | Elsewhere | undefined {
  const order = state === 'FAILED' ? 'retry' : state === 'WAITING' || state === 'RETRYING' ? 'cancel' : undefined
  const instead = elsewhere[queue]
  return order && instead ? instead[order] : order
}
