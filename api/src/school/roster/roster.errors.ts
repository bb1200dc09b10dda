import type { SchoolDb } from '../../database/school-db.ts'
import type { ErrorCode } from '../../shared/error-codes.ts'
import type { ExpectedError } from '../../shared/errors.ts'
import type { RecordChange } from '../../shared/trail.ts'
import { Conflict } from '../../shared/errors.ts'
import { recordChanges } from './record-changes.ts'

const atField = (field: string, code: ErrorCode, message: string) => new Conflict(message, { code, fields: [{ path: [field], code, message }] })

export const identifierTaken = () => atField('identifier', 'IDENTIFIER_TAKEN', 'Somebody at the school already has this identifier.')
export const courseCodeTaken = () => atField('courseCode', 'COURSE_CODE_TAKEN', 'Another course already has this code.')
export const alreadyEnrolled = () => atField('userId', 'ALREADY_ENROLLED', 'This person is already in the class in this role.')
export const fullClass = (field: string, message: string) => atField(field, 'CLASS_FULL', message)
/** A course goes after its classes, and comes back before them. */
export const courseInUse = (classes: number) => new Conflict('Classes in use take this course: end them, or give them another course, first.', { code: 'COURSE_IN_USE', facts: { classes } })
export const courseRemoved = () => new Conflict('The course of this class was removed: bring that back first.', { code: 'COURSE_REMOVED' })
export function wrongRole(field: string, code: 'NOT_A_STUDENT' | 'NOT_A_TEACHER') {
  return atField(field, code, code === 'NOT_A_STUDENT' ? 'Only a student of the school can be enrolled as a student.' : 'Only staff of the school can teach or oversee a class.')
}

/** The record is no longer as the one who changes it saw it: `version` says how it is now. */
export function refuseStale(record: { readonly version: number }, seen: number | null | undefined, path: readonly string[] = ['version']): void {
  if (seen === null || seen === undefined || seen === record.version)
    return
  const message = 'This was changed meanwhile. Look at it again.'
  throw new Conflict(message, { facts: { version: record.version }, fields: [{ path, code: 'CONFLICT', message }] })
}

/** What a unique index means in words. It decides, so that a check before it could only be too early. */
const byConstraint: Readonly<Record<string, () => ExpectedError>> = {
  user_identifier_unique: identifierTaken,
  user_username_unique: () => new Conflict('Somebody was added at the same moment. Please try again.'),
  class_code_unique: () => atField('classCode', 'CLASS_CODE_TAKEN', 'Another class already has this code.'),
  course_code_unique: courseCodeTaken,
  enrollment_unique: alreadyEnrolled,
}

/** Writes all that is pending, in one flush; answers every record that it touched. */
export async function store(db: SchoolDb): Promise<RecordChange[]> {
  try {
    await db.em.flush()
    return await recordChanges(db)
  }
  catch (error) {
    const { code, constraint } = error as { code?: unknown, constraint?: unknown }
    const known = code === '23505' && typeof constraint === 'string' ? byConstraint[constraint] : undefined
    throw known ? known() : error
  }
}
