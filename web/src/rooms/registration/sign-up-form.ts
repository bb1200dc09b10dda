import * as z from 'zod/mini'
import { emailAddress, newPassword, personName, schoolName, schoolSlug } from '../../shared/fields.ts'

/** A message is a key of errors.fields, so that client and server are told in the same words. */
export const signUpForm = z.object({
  name: schoolName,
  slug: schoolSlug,
  admin: z.object({
    name: personName,
    email: emailAddress,
    password: newPassword,
  }),
  timeZone: z.string(),
})
