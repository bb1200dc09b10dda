import type { JobRowFragment } from '../../../apollo/generated/graphql.ts'

export type Order = 'retry' | 'cancel'

/** What can be done about a job here. A preparation is its school's to retry and cancel; the news of a failed one ends by itself. */
export function orderFor({ queue, state }: Pick<JobRowFragment, 'queue' | 'state'>): Order | 'school' | undefined {
  const order = state === 'FAILED' ? 'retry' : state === 'WAITING' || state === 'RETRYING' ? 'cancel' : undefined
  if (order && queue === 'prepare-tenant')
    return 'school'
  return order === 'cancel' && queue === 'preparation-failed' ? undefined : order
}
