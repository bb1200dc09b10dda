import type { GraphQLRequestContextDidResolveOperation, GraphQLRequestContextWillSendResponse } from '@apollo/server'
import type { GraphQLFormattedError, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { RequestContext } from '../access/request-context.ts'
import { createHash } from 'node:crypto'
import { GraphQLError, Kind } from 'graphql'
import { idOf } from '../access/principal.ts'
import { Invalid, Unauthenticated } from '../shared/errors.ts'
import { expected, publicError } from './public-error.ts'

const keyForm = /^[\x21-\x7E]{16,255}$/
const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** A mutation with an Idempotency-Key is made once: its change and its answer commit together, and a repeat gets that answer. */
export function claimOnce({ schema, operation, source, request, contextValue }: GraphQLRequestContextDidResolveOperation<RequestContext>): void {
  const [key, ...others] = contextValue.idempotencyKeys
  if (key === undefined || operation?.operation !== 'mutation')
    return
  if (others.length > 0 || !keyForm.test(key))
    throw new Invalid('Idempotency-Key must be one text of 16 to 255 characters, letters, digits and signs of ASCII.')
  refuseOthers(schema, operation)
  const { principal } = contextValue
  if (principal.kind === 'visitor')
    throw new Unauthenticated()
  contextValue.school.makeOnce({
    principalId: idOf(principal),
    keyHash: sha256(key),
    inputHash: sha256(JSON.stringify([source, request.operationName ?? null, request.variables ?? {}])),
  })
}

/** What is made once is one change of a school: of several, or of something else, it could not be promised. */
function refuseOthers(schema: GraphQLSchema, { selectionSet: { selections } }: OperationDefinitionNode): void {
  const [first, ...others] = selections
  const field = first?.kind === Kind.FIELD && others.length === 0 ? schema.getMutationType()?.getFields()[first.name.value] : undefined
  if (!field)
    throw new Invalid('With an Idempotency-Key an operation makes one change: send one field, and no fragment in its place.')
  if (field.extensions.writesRoster !== true)
    throw new Invalid(`${field.name} takes no Idempotency-Key: it is for changes of a school's records.`)
}

/** Commits what was made with its answer, or puts the first answer in the place of this one. Whatever went wrong has left nothing. */
export async function settle({ response, contextValue }: GraphQLRequestContextWillSendResponse<RequestContext>): Promise<void> {
  const { school } = contextValue
  if (response.body.kind !== 'single')
    return
  if (school.answeredBefore !== undefined) {
    response.body.singleResult = JSON.parse(school.answeredBefore) as { data: Record<string, unknown> }
    response.http.status = undefined
    response.http.headers.set('idempotency-replayed', 'true')
    return
  }
  const { singleResult } = response.body
  try {
    const undone = singleResult.errors !== undefined && await school.settle(undefined)
    if (undone)
      singleResult.data = null
    else
      await school.settle(() => JSON.stringify({ data: singleResult.data }))
  }
  catch (error) {
    if (!expected(error))
      contextValue.log.error({ err: error }, 'a change could not be committed with its answer')
    response.http.status = expected(error)?.status ?? 500
    response.body.singleResult = { data: null, errors: [asError(error)] }
  }
}

function asError(error: unknown): GraphQLFormattedError {
  const cause = error instanceof Error ? error : new Error(String(error))
  return publicError(new GraphQLError(cause.message, { originalError: cause }).toJSON(), error)
}
