import * as z from 'zod/mini'

const name = z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.maxLength(100, 'TOO_LONG'))
const maybe = z.string().check(z.trim(), z.maxLength(100, 'TOO_LONG'))

export const personForm = z.object({
  givenName: name,
  familyName: name,
  email: maybe.check(z.refine(email => email === '' || z.email().safeParse(email).success, 'EMAIL_MALFORMED')),
  identifier: maybe,
  grade: maybe.check(z.maxLength(20, 'TOO_LONG')),
})

export const emptyPerson = () => ({ givenName: '', familyName: '', email: '', identifier: '', grade: '' })

/** A box left empty is not said at all. */
export function withoutBlanks<T extends Record<string, unknown>>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')) as T
}
