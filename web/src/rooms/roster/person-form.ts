import * as z from 'zod/mini'

const name = z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.maxLength(100, 'TOO_LONG'))
const maybe = z.string().check(z.trim(), z.maxLength(100, 'TOO_LONG'))
const email = maybe.check(z.refine(email => email === '' || z.email().safeParse(email).success, 'EMAIL_MALFORMED'))

export const personForm = z.object({
  givenName: name,
  familyName: name,
  email,
  identifier: maybe,
  grade: maybe.check(z.maxLength(20, 'TOO_LONG')),
})

/** What is changed of somebody who is there already. */
export const personEdit = z.object({
  givenName: name,
  familyName: name,
  preferredGivenName: maybe,
  email,
  phone: maybe.check(z.maxLength(50, 'TOO_LONG')),
  identifier: maybe,
  grades: words(20),
})

/** Several short words in one box, with commas between them. */
export function words(longest: number) {
  return z.string().check(z.refine(text => listed(text).every(word => word.length <= longest), 'TOO_LONG'))
}
export const listed = (text: string) => text.split(',').map(word => word.trim()).filter(Boolean)

/** An emptied box empties the field; the server tells which cannot be. */
export function withNulls<T extends Record<string, unknown>>(values: T) {
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, value === '' ? null : value])) as { [key in keyof T]: T[key] | null }
}

export const emptyPerson = () => ({ givenName: '', familyName: '', email: '', identifier: '', grade: '' })

/** A box left empty is not said at all. */
export function withoutBlanks<T extends Record<string, unknown>>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')) as T
}
