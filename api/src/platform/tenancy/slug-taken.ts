import type { FieldError } from '../../shared/errors.ts'
import { UniqueConstraintViolationException } from '@mikro-orm/core'

export const slugTaken: FieldError = { path: ['slug'], code: 'SLUG_TAKEN', message: 'A school has this address already.' }

/** Two that chose one slug at once: the index decided. */
export function isSlugTaken(error: unknown): boolean {
  return error instanceof UniqueConstraintViolationException && Boolean((error as { constraint?: string }).constraint?.startsWith('tenant_slug'))
}
