import { z } from 'zod'
import { defineJob } from '../../jobs/define-job.ts'

/** Removes what is no longer kept. One that was interrupted begins anew and finds what is left. */
export const tidy = defineJob({
  name: 'tidy',
  schema: z.object({}),
  attempts: 5,
  retryDelay: 60,
  expireInSeconds: 3_600,
})
