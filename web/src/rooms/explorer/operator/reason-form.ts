import * as z from 'zod/mini'

/** As the server wants it: one sentence of 10 to 500 characters. A message is a key of errors.fields, or REASON_SHORT. */
export const reasonForm = z.object({
  reason: z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.minLength(10, 'REASON_SHORT'), z.maxLength(500, 'TOO_LONG')),
})
