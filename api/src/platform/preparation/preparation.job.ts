import { z } from 'zod'
import { defineJob } from '../../jobs/define-job.ts'

const data = z.object({ tenantId: z.uuid(), cycle: z.int().positive() })

/** Where preparation gives up: FAILED is written here. It has more tries than the work, for it must not be lost. */
export const preparationFailed = defineJob({
  name: 'preparation-failed',
  schema: data,
  attempts: 10,
  retryDelay: 1,
  expireInSeconds: 30,
})

/** Makes one tenant's school. */
export const prepareTenant = defineJob({
  name: 'prepare-tenant',
  schema: data,
  attempts: 3,
  retryDelay: 1,
  // To restore a large school takes minutes; a worker that was killed is noticed long before.
  expireInSeconds: 900,
  deadLetter: preparationFailed,
})

/** One job for each cycle: a new one does not wait for what is left of the one before, it ends it. */
export function preparationKey(tenantId: string, cycle: number): string {
  return `${tenantId}:${cycle}`
}
