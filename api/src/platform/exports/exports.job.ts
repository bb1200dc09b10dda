import { z } from 'zod'
import { defineJob } from '../../jobs/define-job.ts'

const data = z.object({ exportId: z.uuid(), tenantId: z.uuid() })

/** Where an export is given up: FAILED is written here. It has more tries than the work, for it must not be lost. */
export const exportFailed = defineJob({
  name: 'export-failed',
  schema: data,
  attempts: 10,
  retryDelay: 1,
  expireInSeconds: 30,
})

/** Writes one school into one file. One that was interrupted has left nothing, and begins anew. */
export const exportSchool = defineJob({
  name: 'export-school',
  schema: data,
  attempts: 3,
  retryDelay: 2,
  expireInSeconds: 3_600,
  deadLetter: exportFailed,
})
