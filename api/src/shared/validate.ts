import type { ErrorCode } from './error-codes.ts'
import type { FieldError } from './errors.ts'
import { z } from 'zod'
import { isErrorCode } from './error-codes.ts'
import { Invalid } from './errors.ts'

/** Checks an input and gives back what the schema makes of it, or refuses it with every bad field at once. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input, { error: words, reportInput: true })
  if (result.success)
    return result.data
  const fields = result.error.issues.flatMap(fieldErrors)
  throw new Invalid(fields.length === 1 ? fields[0]!.message : 'Some fields need another value.', { fields })
}

/** Refuses a value inside a zod `superRefine` with a code of the room's own. */
export function refuse(context: z.RefinementCtx, path: readonly (string | number)[], code: ErrorCode, message: string): void {
  context.addIssue({ code: 'custom', path: [...path], message, params: { code } })
}

/** A line of text people typed: NFC, no space around, nothing invisible in it, at most `max` characters. */
export function line(max: number) {
  return z.string().trim().transform((text, context) => {
    if (!text.isWellFormed() || unprintable.test(text)) {
      refuse(context, [], 'INVALID', 'Use letters, digits and signs that can be seen.')
      return z.NEVER
    }
    return text.normalize('NFC').replace(/\s+/g, ' ')
  }).superRefine((text, context) => {
    if (text === '')
      refuse(context, [], 'REQUIRED', 'Please fill this in.')
    // By code point: a letter beyond the first plane counts once, as in the database.
    else if ([...text].length > max)
      refuse(context, [], 'TOO_LONG', `Use at most ${max} characters.`)
  })
}

/** A line that may be left out: absent, null and blank all mean nothing. */
export function optionalLine(max: number) {
  return absent(line(max))
}

/** Any field that may be left out: absent, null and blank all become null. */
export function absent<S extends z.ZodType>(schema: S) {
  return z.preprocess(value => typeof value === 'string' && value.trim() === '' ? null : value ?? null, schema.nullable())
}

/** An e-mail address as it is written; compare addresses in lower case. */
export function emailAddress() {
  return line(254).pipe(z.email({ error: 'This does not look like an e-mail address.' }))
}

// Controls (tab and line ends too: this is one line), private letters, signs that reorder text or take no room.
// The joiners U+200C and U+200D stay: Persian and Indian names are spelled with them.
const unprintable = /[\p{Cc}\p{Co}\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/u

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(part => shown(String(part)))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({ path: [...path, shown(key)], code: 'UNKNOWN_FIELD', message: 'This field is not known here.' }))
  return [{ path, code: fieldCode(issue), message: issue.message }]
}

function fieldCode(issue: z.core.$ZodIssue): ErrorCode {
  switch (issue.code) {
    case 'custom': return codeOf(issue.params?.code)
    case 'invalid_type': return issue.input === undefined || issue.input === null ? 'REQUIRED' : 'INVALID'
    case 'too_small': return issue.origin === 'array' ? 'REQUIRED' : 'INVALID'
    case 'too_big': return issue.origin === 'array' || issue.origin === 'string' ? 'TOO_LONG' : 'INVALID'
    default: return 'INVALID'
  }
}

function codeOf(given: unknown): ErrorCode {
  return isErrorCode(given) ? given : 'INVALID'
}

/** Sentences for what zod finds by itself; the value is never part of them. */
function words(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': return issue.input === undefined || issue.input === null ? 'Please fill this in.' : 'This has the wrong form.'
    case 'invalid_value': return 'Choose one of the values offered.'
    case 'invalid_format': return 'This has the wrong form.'
    case 'too_small': return issue.origin === 'array' ? `Choose at least ${issue.minimum}.` : `Use at least ${issue.minimum}.`
    case 'too_big': return issue.origin === 'array' ? `Choose at most ${issue.maximum}.` : `Use at most ${issue.maximum}.`
    default: return undefined
  }
}

/** What somebody sent, short enough to be repeated to them. */
function shown(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 63)}…`
}
