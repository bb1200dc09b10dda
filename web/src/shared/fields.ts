import * as z from 'zod/mini'
import { isSlug } from './slug.ts'

/** A password to choose; a message is a key of errors.fields. How easy it is to guess is judged besides. */
export const newPassword = z.string().check(z.minLength(1, 'REQUIRED'), z.minLength(10, 'PASSWORD_SHORT'), z.maxLength(128, 'TOO_LONG'))

export const presentPassword = z.string().check(z.minLength(1, 'REQUIRED'))

export const emailAddress = z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.email('EMAIL_MALFORMED'))

/** What a person, or a school, is called. */
export const properName = z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.maxLength(200, 'TOO_LONG'))

export const authenticatorCode = z.string().check(z.minLength(1, 'REQUIRED'), z.length(6, 'CODE_SHORT'))

export const schoolSlug = z.string().check(z.minLength(1, 'REQUIRED'), z.refine(isSlug, 'SLUG_MALFORMED'))
