interface Code {
  /** The HTTP status where it is the only error of a request; null where it is only ever said of a field. */
  readonly status: number | null
  readonly means: string
}

/**
 * Every code that `extensions.code` or `extensions.fields[].code` can hold. What is not here does not compile;
 * docs/developers/errors.md is made from it. A code that has been released keeps its meaning.
 */
export const errorCodes = {
  // Who asks, and for which school
  UNAUTHENTICATED: { status: 401, means: 'Nobody is signed in, or the token or key is wrong, over, revoked or not for here. Sign in again, or use another key.' },
  INVALID_CREDENTIALS: { status: 401, means: 'E-mail or password is wrong; which of them is not said.' },
  SECOND_FACTOR_REQUIRED: { status: 401, means: 'The code of the authenticator is asked for as well; with status 403, the account has to set one up first.' },
  FORBIDDEN: { status: 403, means: 'Known, but not allowed to do this. Of an API key, `scope` is the first scope it lacks and `missing` has all of them.' },
  TENANT_REQUIRED: { status: 400, means: 'The operation is about a school, and nothing names one.' },
  TENANT_MISMATCH: { status: 403, means: 'Token, header, host or argument name different schools.' },
  TENANT_NOT_FOUND: { status: 404, means: 'No such school, or it has been deleted.' },
  TENANT_NOT_READY: { status: 409, means: 'The school is still being prepared; `status` says how far it is.' },
  TENANT_MAINTENANCE: { status: 503, means: 'The school\'s tables are being changed. Try again after `retryAfter` seconds.' },
  TENANT_SUSPENDED: { status: 403, means: 'The operator has suspended the school; `reason` says why.' },
  TENANT_ARCHIVED: { status: 403, means: 'The school has been put away.' },
  ACCESS_REASON_REQUIRED: { status: 400, means: 'A superadmin has to say why the school is looked at (`x-access-reason`).' },

  TEST_SCHOOL: { status: 409, means: 'The school is a test school, which has none of its own.' },
  TEST_SCHOOL_EXISTS: { status: 409, means: 'The school has a test school already.' },

  // What was asked
  BAD_REQUEST: { status: 400, means: 'The HTTP request or socket message has a form that is not taken.' },
  GRAPHQL_PARSE_FAILED: { status: 400, means: 'The document is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, means: 'The document does not fit the schema.' },
  OPERATION_RESOLUTION_FAILURE: { status: 400, means: 'The document holds several operations and none was chosen, or none of that name.' },
  PERSISTED_QUERY_NOT_SUPPORTED: { status: 400, means: 'Send the whole document: persisted queries are not kept.' },
  QUERY_TOO_COMPLEX: { status: 400, means: 'The operation costs `price`, more than the `maximum`. Ask for fewer rows, fields or levels.' },
  BAD_USER_INPUT: { status: 400, means: 'A variable or an input breaks a rule; `fields` says which and why.' },
  CURSOR_EXPIRED: { status: 400, means: 'The cursor of `changes` is older than the tombstones that are kept. Begin again without one, and drop what does not come.' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, means: 'The Idempotency-Key was sent before with another operation or other variables.' },
  NOT_FOUND: { status: 404, means: 'No such record, or not one of yours: both answer alike.' },
  CONFLICT: { status: 409, means: 'The request does not fit what is stored; the message says how. Where somebody else changed the record first, `version` is its current version.' },
  RATE_LIMITED: { status: 429, means: 'Too much in too short a time. Try again after `retryAfter` seconds.' },

  // Our side
  INTERNAL_SERVER_ERROR: { status: 500, means: 'Something went wrong on our side. Quote `requestId`.' },
  SERVICE_UNAVAILABLE: { status: 503, means: 'The service is busy or restarting. Try again after `retryAfter` seconds.' },
  TIMEOUT: { status: 504, means: 'It took too long and was stopped. Ask for less at once.' },

  // Fields of any input
  REQUIRED: { status: null, means: 'The field must be filled in.' },
  INVALID: { status: null, means: 'The value has the wrong form.' },
  TOO_LONG: { status: null, means: 'The value is too long, or a list has too many items.' },
  TOO_SHORT: { status: null, means: 'The value is too short.' },
  UNKNOWN_FIELD: { status: null, means: 'The input has no such field.' },

  // Signing up and in
  SLUG_TAKEN: { status: 409, means: 'Another school has this address.' },
  RESERVED: { status: null, means: 'The address is reserved, or looks too much like one that is.' },
  TAKEN: { status: null, means: 'The address belongs to another school.' },
  EMAIL_TAKEN: { status: 409, means: 'There is an account, a member or an invitation with this e-mail address.' },
  WEAK_PASSWORD: { status: 400, means: 'The password is too easily guessed; the message says why.' },
  WRONG_PASSWORD: { status: 400, means: 'This is not the password of the account.' },
  WRONG_CODE: { status: 400, means: 'The code of the authenticator is wrong, or was used before.' },
  LINK_INVALID: { status: 400, means: 'The link has been used, is too old, or was replaced by another.' },

  // Members
  LAST_ADMIN: { status: 409, means: 'A school needs an admin, and this is its last.' },
  ALREADY_MEMBER: { status: 409, means: 'The person belongs to the school already.' },
  CANNOT_JOIN: { status: 400, means: 'The account with this address may belong to no school.' },

  // API keys
  ADDRESS_NOT_ALLOWED: { status: 403, means: 'The key may not be used from `address`.' },
  KEY_ENDED: { status: 409, means: 'The key has been revoked, or its time is over.' },
  KEY_ROLLED: { status: 409, means: 'The key has been replaced by another already.' },
  TOO_MANY_KEYS: { status: 409, means: 'The school has `maximum` keys that work: revoke one first.' },
  UNKNOWN_SCOPE: { status: null, means: 'There is no such scope; `apiScopes` lists them.' },
  INVALID_ADDRESS: { status: null, means: 'This is no network address and no range of them.' },
  PAST: { status: null, means: 'The time must be still to come.' },
  TOO_FAR: { status: null, means: 'The time is too far ahead.' },

  // The roster
  IDENTIFIER_TAKEN: { status: 409, means: 'Somebody in use at the school has this identifier.' },
  COURSE_CODE_TAKEN: { status: 409, means: 'Another course in use has this code.' },
  COURSE_IN_USE: { status: 409, means: 'The course cannot go while classes in use take it; `extensions.classes` says how many.' },
  COURSE_REMOVED: { status: 409, means: 'The class cannot come back before its course, which was removed.' },
  CLASS_CODE_TAKEN: { status: 409, means: 'Another class in use has this code.' },
  ALREADY_ENROLLED: { status: 409, means: 'The person is in the class in this role.' },
  CLASS_FULL: { status: 409, means: 'A class has at most 500 places, and a person has places in at most 100 classes.' },
  NOT_A_STUDENT: { status: 409, means: 'Only a student of the school can be enrolled as one.' },
  NOT_A_TEACHER: { status: 409, means: 'Only staff of the school can teach or oversee a class.' },
  ENDS_BEFORE_START: { status: null, means: 'The end does not come after the start.' },
  OUTSIDE_YEAR: { status: null, means: 'The dates lie outside the school year.' },
  OVERLAPS: { status: null, means: 'The dates fall into another school year, or into each other.' },

  // Webhooks
  URL_INVALID: { status: 400, means: 'The text is not a URL.' },
  URL_NOT_HTTPS: { status: 400, means: 'Webhooks are sent over https only.' },
  URL_WITH_CREDENTIALS: { status: 400, means: 'The URL holds a name or a password.' },
  URL_PORT: { status: 400, means: 'Webhooks are sent to port 443 only.' },
  URL_PRIVATE: { status: 400, means: 'The URL leads to an address that is not on the public internet.' },
  URL_UNKNOWN_HOST: { status: 400, means: 'The host of the URL was not found.' },
  WEBHOOK_LIMIT: { status: 409, means: 'The school has as many webhook endpoints as it may have.' },
  WEBHOOK_DISABLED: { status: 409, means: 'The webhook endpoint is switched off: nothing is sent to it.' },

  // The operator
  LIFECYCLE_CONFLICT: { status: 409, means: 'The school\'s `lifecycle` does not allow this now.' },
  NOT_CONFIRMED: { status: 400, means: 'What was typed to confirm is not the name of the school.' },
  EXPORT_TOO_NEW: { status: 409, means: 'The export was made by a newer release.' },
  NOTHING_TO_DO: { status: 409, means: 'There is nothing left to do.' },
} as const satisfies Readonly<Record<string, Code>>

export type ErrorCode = keyof typeof errorCodes

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value)
}

/** The list as a page. */
export function errorsPage(): string {
  const rows = Object.entries<Code>(errorCodes).map(([code, { status, means }]) => `| \`${code}\` | ${status ?? 'field'} | ${means} |`)
  return `# Errors

Every error has \`message\`, a sentence for people that may change, and \`extensions\` for programs: \`code\`, one of those below, which keeps its meaning, and \`requestId\`, to quote when you ask us about it. An input that breaks a rule has \`extensions.fields\`: a list of \`{ path, code, message }\`, one for each field, where \`path\` leads from the argument to the field. Further facts stand beside the code, named below.

The status is that of the HTTP answer where the error leaves nothing else to answer; an error of one field among others comes with status 200. Clients should take a code they do not know like the status it came with.

| code | status | means |
|---|---|---|
${rows.join('\n')}
`
}
