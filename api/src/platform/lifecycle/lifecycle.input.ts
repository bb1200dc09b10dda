import { z } from 'zod'
import { line, refuse } from '../../shared/validate.ts'

/** Why a school is closed, in words for the school: 10 to 500 characters. */
export const reasonInput = z.strictObject({
  reason: line(500).superRefine((text, context) => {
    if ([...text].length < 10)
      refuse(context, [], 'TOO_SHORT', 'Say why in 10 characters or more: the school reads it.')
  }),
})

/** Which receipts to list. */
export const receiptFilter = z.strictObject({ search: z.string().max(200).nullish(), tenantId: z.string().nullish() })
