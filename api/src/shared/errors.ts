import type { ErrorCode } from './error-codes.ts'

/** What went wrong with one field of an input; `path` is relative to the input, e.g. ['admin', 'email']. */
export interface FieldError {
  readonly path: readonly string[]
  readonly code: ErrorCode
  readonly message: string
}

interface Details {
  /** Machine-readable code that clients switch on; each kind has a default. */
  readonly code?: ErrorCode
  readonly fields?: readonly FieldError[]
  /** Further public facts, e.g. `{ status: 'PREPARING' }`. */
  readonly facts?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * An error that may be shown to whoever asked: message, code and facts are public words.
 * Everything that is not an `ExpectedError` reaches clients as INTERNAL_SERVER_ERROR and a request id.
 */
export abstract class ExpectedError extends Error {
  abstract readonly status: number
  readonly code: ErrorCode
  readonly fields: readonly FieldError[] | undefined
  readonly facts: Readonly<Record<string, unknown>>

  constructor(message: string, defaultCode: ErrorCode, details: Details = {}) {
    super(message, { cause: details.cause })
    this.name = new.target.name
    this.code = details.code ?? defaultCode
    this.fields = details.fields
    this.facts = details.facts ?? {}
  }

  /** What GraphQL puts beside the message; `http.status` becomes the answer's status. */
  get extensions(): Record<string, unknown> {
    return { ...this.facts, code: this.code, ...(this.fields && { fields: this.fields }), http: { status: this.status } }
  }
}

/** No such thing, or not yours: both answer alike. */
export class NotFound extends ExpectedError {
  readonly status = 404
  constructor(what: string, details?: Details) { super(`${what} was not found.`, 'NOT_FOUND', details) }
}

/** The request fights with what is stored. */
export class Conflict extends ExpectedError {
  readonly status = 409
  constructor(message: string, details?: Details) { super(message, 'CONFLICT', details) }
}

/** The input breaks a rule; `fields` says where. */
export class Invalid extends ExpectedError {
  readonly status = 400
  constructor(message: string, details?: Details) { super(message, 'BAD_USER_INPUT', details) }
}

/** Known, but not allowed. */
export class Forbidden extends ExpectedError {
  readonly status = 403
  constructor(message = 'You may not do this.', details?: Details) { super(message, 'FORBIDDEN', details) }
}

/** Not signed in, or no longer. */
export class Unauthenticated extends ExpectedError {
  readonly status = 401
  constructor(message = 'Please sign in.', details?: Details) { super(message, 'UNAUTHENTICATED', details) }
}

/** Too many requests; `retryAfter` is in whole seconds. */
export class RateLimited extends ExpectedError {
  readonly status = 429
  constructor(readonly retryAfter: number, facts: Readonly<Record<string, unknown>> = {}) {
    super('Too many attempts. Please wait a moment.', 'RATE_LIMITED', { facts: { ...facts, retryAfter } })
  }
}

/** The database cannot be reached or is starting; trying again soon helps. */
export class Unavailable extends ExpectedError {
  readonly status = 503
  constructor(cause?: unknown) {
    super('The service is busy or restarting. Please try again in a few seconds.', 'SERVICE_UNAVAILABLE', { facts: { retryAfter: 2 }, cause })
  }
}

/** The database was given up on, because one statement took longer than a request may. */
export class TookTooLong extends ExpectedError {
  readonly status = 504
  constructor(cause?: unknown) { super('This took too long and was stopped. Please ask for less at once, or try again later.', 'TIMEOUT', { cause }) }
}

/** The kind message for exactly one bad field. */
export function invalidField(path: readonly string[], code: ErrorCode, message: string): Invalid {
  return new Invalid(message, { code, fields: [{ path, code, message }] })
}
