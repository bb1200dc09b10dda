import { z } from 'zod'
import { absent, emailAddress, line, refuse } from '../../shared/validate.ts'
import { refuseSlug } from '../tenancy/room.ts'

/** Why a school is exported, in words for the school: 10 to 500 characters. */
export const reasonInput = z.strictObject({
  reason: line(500).superRefine((text, context) => {
    if ([...text].length < 10)
      refuse(context, [], 'TOO_SHORT', 'Say why in 10 characters or more: the school reads it.')
  }),
})

/** What a restored school is called, and who is asked to look after it. */
export const restoreInput = z.strictObject({
  name: line(200),
  slug: z.string().superRefine((slug, context) => {
    const refusal = refuseSlug(slug)
    if (refusal)
      refuse(context, [], refusal.reason, refusal.message)
  }),
  adminEmail: absent(emailAddress()),
})
