import { z } from 'zod'
import { absent, emailAddress, line, refuse } from '../../shared/validate.ts'
import { refusePasswordLength } from '../identity/room.ts'
import { refuseSlug } from '../tenancy/room.ts'

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +02:00 are understood too, but a school's days follow a place.
    return /^[A-Z]/i.test(name) && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  }
  catch {
    return false
  }
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  }
  catch {
    return false
  }
}

/** What is said of every new school, whoever asks for it. */
const school = {
  name: line(200),
  slug: z.string().superRefine((slug, context) => {
    const refusal = refuseSlug(slug)
    if (refusal)
      refuse(context, [], refusal.reason, refusal.message)
  }),
  timeZone: absent(z.string().refine(isTimeZone, 'This is not a time zone we know, such as Europe/Zurich.')).transform(zone => zone ?? 'UTC'),
  locale: absent(z.string().refine(isLocale, 'This is not a language tag, such as en or de-CH.')).transform(tag => tag ? Intl.getCanonicalLocales(tag)[0]! : 'en'),
  idempotencyKey: absent(z.string().regex(/^[\x21-\x7E]{16,255}$/, 'Use 16 to 255 characters without spaces.')),
}

export type NewSchool = z.output<z.ZodObject<typeof school>>

/** What a school must say of itself to sign up. */
export const signUpInput = z.strictObject({
  ...school,
  admin: z.strictObject({
    name: line(200),
    email: emailAddress(),
    password: z.string().superRefine((password, context) => {
      const refusal = refusePasswordLength(password)
      if (refusal)
        refuse(context, [], 'WEAK_PASSWORD', refusal)
    }),
  }),
})

export type SignUp = z.output<typeof signUpInput>

/** What the operator must say of a school that is to have a tenant. */
export const createForInput = z.strictObject({ ...school, adminEmail: emailAddress() })
