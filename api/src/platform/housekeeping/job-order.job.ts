import { z } from 'zod'
import { defineJob } from '../../jobs/define-job.ts'

const data = z.object({
  queue: z.string().max(100),
  id: z.uuid(),
  action: z.enum(['retry', 'cancel']),
})
export type JobOrder = z.output<typeof data>

/** What a superadmin wants done with a job: the API may put jobs into queues, and only a worker may change them. */
export const jobOrder = defineJob({
  name: 'job-order',
  schema: data,
  attempts: 5,
  retryDelay: 1,
  expireInSeconds: 30,
})
