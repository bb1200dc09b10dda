import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors'

export interface FieldProblem { path: string, code: string, message: string }
export interface NamedSchool { id: string, name: string, slug: string }

/** What went wrong, read from whatever was thrown: a GraphQL error, an HTTP answer, a missing network. */
export interface Problem {
  code: string
  message: string
  requestId?: string
  retryAfter?: number
  status?: string
  /** Why: the operator's words about a closed school, or which of the reasons that one code covers. */
  reason?: string
  fields: FieldProblem[]
  /** Of a record, now: somebody else has changed it. */
  version?: number
  /** How many classes stand in the way. */
  classes?: number
  /** The schools to choose from, where the answer is that one must be chosen. */
  schools?: NamedSchool[]
}

interface ErrorShape { message?: unknown, extensions?: Record<string, unknown> }

const count = (value: unknown) => (typeof value === 'number' ? value : undefined)
const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

function readFields(value: unknown): FieldProblem[] {
  if (!Array.isArray(value))
    return []
  return value.flatMap((field: { path?: unknown, code?: unknown, message?: unknown }) =>
    Array.isArray(field?.path)
      ? [{ path: field.path.join('.'), code: text(field.code) ?? 'INVALID', message: text(field.message) ?? '' }]
      : [])
}

function readSchools(value: unknown): NamedSchool[] | undefined {
  if (!Array.isArray(value))
    return undefined
  const schools = value.flatMap((school: { id?: unknown, name?: unknown, slug?: unknown }) => {
    const id = text(school?.id)
    const name = text(school?.name)
    return id && name ? [{ id, name, slug: text(school.slug) ?? '' }] : []
  })
  return schools.length > 0 ? schools : undefined
}

function fromGraphQL({ message, extensions = {} }: ErrorShape): Problem {
  return {
    code: text(extensions.code) ?? 'UNKNOWN',
    message: text(message) ?? '',
    requestId: text(extensions.requestId),
    retryAfter: count(extensions.retryAfter),
    version: count(extensions.version),
    classes: count(extensions.classes),
    status: text(extensions.status),
    reason: text(extensions.reason),
    fields: readFields(extensions.fields),
    schools: readSchools(extensions.tenants),
  }
}

/** An HTTP error may still carry GraphQL errors, or only its number. */
function fromHttp(error: ServerError): Problem {
  try {
    const body = JSON.parse(error.bodyText) as { errors?: ErrorShape[] }
    if (body.errors?.[0])
      return fromGraphQL(body.errors[0])
  }
  catch {}
  const retryAfter = Number(error.response.headers.get('retry-after')) || undefined
  const code = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 429: 'RATE_LIMITED' }[error.statusCode]
    ?? (error.statusCode >= 502 ? 'NETWORK' : 'INTERNAL_SERVER_ERROR')
  return { code, message: error.message, retryAfter, fields: [] }
}

export function readProblem(error: unknown): Problem {
  if (CombinedGraphQLErrors.is(error))
    return fromGraphQL(error.errors[0] ?? {})
  if (ServerError.is(error))
    return fromHttp(error)
  // fetch rejects with a TypeError when nothing answered; a socket ends with a close event.
  const offline = error instanceof TypeError || (typeof error === 'object' && error !== null && 'wasClean' in error)
  return { code: offline ? 'NETWORK' : 'UNKNOWN', message: error instanceof Error ? error.message : '', fields: [] }
}
