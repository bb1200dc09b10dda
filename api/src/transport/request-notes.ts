import type { GraphQLRequestContextWillSendResponse } from '@apollo/server'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { RequestContext } from '../access/request-context.ts'
import type { KeyRefusal, ServedRequest } from '../access/served-request.ts'
import type { ExpectedError } from '../shared/errors.ts'
import { print } from 'graphql'
import { pointsOf } from '../access/charge.ts'
import { deprecatedUses } from './deprecated-uses.ts'
import { noOperation, rootFieldOf } from './operation-name.ts'

/** Takes down what a key asked for; never waits, never throws. */
export type NoteRequest = (request: ServedRequest) => void

interface Outcome {
  readonly operation: OperationDefinitionNode | undefined
  readonly document: DocumentNode | undefined
  readonly variables: Readonly<Record<string, unknown>> | undefined
  readonly status: number
  readonly code: string | null
  readonly startedAt: number
}

/** What is noted of a request; undefined where no key asked. */
export function noteOf(schema: GraphQLSchema, { principal, requestId, client, price, charged }: RequestContext, { operation, document, variables, status, code, startedAt }: Outcome): ServedRequest | undefined {
  if (principal.kind !== 'integrator')
    return undefined
  const durationMs = Math.round(performance.now() - startedAt)
  return {
    tenantId: principal.tenantId,
    keyId: principal.keyId,
    at: new Date(Date.now() - durationMs),
    kind: operation?.operation ?? 'none',
    operation: rootFieldOf(operation, document),
    operationName: operation?.name?.value ?? null,
    status,
    code,
    cost: charged?.requested ?? (price > 0 ? pointsOf(price) : 0),
    durationMs,
    requestId,
    variables: typesOf(operation, variables),
    address: client.address,
    times: 1,
    refusal: null,
    deprecated: operation && document ? deprecatedUses(schema, { document, operation, variables }) : [],
    fromExplorer: principal.explorer !== undefined,
  }
}

/** What is noted of a request that was turned away before anything of it was read. */
export function refusedNote(key: { readonly keyId: string, readonly tenantId: string }, why: KeyRefusal | null, { status, code }: ExpectedError, { requestId, address }: { readonly requestId: string, readonly address: string }): ServedRequest {
  return { tenantId: key.tenantId, keyId: key.keyId, at: new Date(), kind: 'none', operation: noOperation, operationName: null, status, code, cost: 0, durationMs: 0, requestId, variables: {}, address, times: 1, refusal: why, deprecated: [], fromExplorer: false }
}

/** The variables that were given, with the types the document declares. What they held is nobody's business here. */
function typesOf(operation: OperationDefinitionNode | undefined, given: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  return operation && given ? Object.fromEntries(declaredBy(operation).filter(([name]) => Object.hasOwn(given, name))) : {}
}

/** By operation: what is asked often is printed once. */
const declared = new WeakMap<OperationDefinitionNode, readonly (readonly [string, string])[]>()

function declaredBy(operation: OperationDefinitionNode): readonly (readonly [string, string])[] {
  const known = declared.get(operation) ?? (operation.variableDefinitions ?? []).map(({ variable, type }) => [variable.name.value, print(type)] as const)
  declared.set(operation, known)
  return known
}

/** Notes an HTTP request of a key, one that was refused as well; what is turned away before that, `openContext` notes. */
export function noteAnswer(note: NoteRequest, { schema, operation, document, request, response, contextValue }: GraphQLRequestContextWillSendResponse<RequestContext>, startedAt: number): void {
  const [error] = response.body.kind === 'single' ? response.body.singleResult.errors ?? [] : []
  const noted = noteOf(schema, contextValue, { operation, document, variables: request.variables, status: response.http.status ?? 200, code: error ? String(error.extensions?.code) : null, startedAt })
  if (noted)
    note(noted)
}
