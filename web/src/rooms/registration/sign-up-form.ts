import * as z from 'zod/mini'
import { emailAddress, newPassword, properName, schoolSlug } from '../../shared/fields.ts'

/** A message is a key of errors.fields, so that client and server are told in the same words. */
export const signUpForm = z.object({
  name: properName,
  slug: schoolSlug,
  admin: z.object({
    name: properName,
    email: emailAddress,
    password: newPassword,
  }),
  timeZone: z.string(),
})
