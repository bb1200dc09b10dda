import { z } from 'zod'
import { NotFound } from '../../shared/errors.ts'

const uuid = z.guid()

export function isUuid(text: string): boolean {
  return uuid.safeParse(text).success
}

/** An id that may be asked of the database. One that is no uuid is answered like one that is not there. */
export function knownId(id: string, what: string): string {
  if (!isUuid(id))
    throw new NotFound(what)
  return id.toLowerCase()
}

/** The row, or NOT_FOUND in the same words whether it is missing, withdrawn or another school's. */
export function found<T>(row: T | null | undefined, what: string): T {
  if (row === null || row === undefined)
    throw new NotFound(what)
  return row
}
