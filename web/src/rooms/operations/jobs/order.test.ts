import type { JobState } from '../../../apollo/generated/graphql.ts'
import { expect, test } from 'vitest'
import { orderFor } from './order.ts'

const states: JobState[] = ['WAITING', 'RETRYING', 'ACTIVE', 'COMPLETED', 'CANCELLED', 'FAILED']

test.each([
  ['send-mail', ['cancel', 'cancel', undefined, undefined, undefined, 'retry']],
  ['prepare-tenant', ['cancelAtSchool', 'cancelAtSchool', undefined, undefined, undefined, 'retryAtSchool']],
  ['preparation-failed', [undefined, undefined, undefined, undefined, undefined, 'retry']],
  ['export-school', [undefined, undefined, undefined, undefined, undefined, 'exportAgain']],
  ['export-failed', [undefined, undefined, undefined, undefined, undefined, 'retry']],
] as const)('%s: what can be done about a job in each state', (queue, orders) => {
  expect(states.map(state => orderFor({ queue, state }))).toEqual(orders)
})
