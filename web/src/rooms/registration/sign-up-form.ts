import type { CreateTenantInput } from '../../apollo/generated/graphql.ts'
import * as z from 'zod/mini'
import { emailAddress, newPassword, personName } from '../../shared/fields.ts'
import { isSlug } from './slug.ts'

/** A message is a key of errors.fields, so that client and server are told in the same words. */
export const signUpForm = z.object({
  name: z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.maxLength(200, 'TOO_LONG')),
  slug: z.string().check(z.minLength(1, 'REQUIRED'), z.refine(isSlug, 'SLUG_MALFORMED')),
  admin: z.object({
    name: personName,
    email: emailAddress,
    password: newPassword,
  }),
  timeZone: z.string(),
})

function randomKey() {
  // randomUUID is missing where the page came over plain http from another machine.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** One key per attempt: the same input sent again, after a lost answer, is the same attempt. */
export function createAttempts(newKey = randomKey) {
  let last: { input: string, key: string } | undefined
  return (input: Omit<CreateTenantInput, 'idempotencyKey'>): CreateTenantInput => {
    const told = JSON.stringify(input)
    if (last?.input !== told)
      last = { input: told, key: newKey() }
    return { ...input, idempotencyKey: last.key }
  }
}
