import type { ApolloServerPlugin } from '@apollo/server'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import type { RequestContext } from '../access/request-context.ts'
import type { ServedRequest } from '../access/served-request.ts'
import { print } from 'graphql'
import { pointsOf } from '../access/charge.ts'
import { rootFieldOf } from './operation-name.ts'

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
export function noteOf({ principal, requestId, client, price, charged }: RequestContext, { operation, document, variables, status, code, startedAt }: Outcome): ServedRequest | undefined {
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
  }
}

/** The variables that were given, with the types the document declares. What they held is nobody's business here. */
function typesOf(operation: OperationDefinitionNode | undefined, given: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  return Object.fromEntries((operation?.variableDefinitions ?? [])
    .filter(({ variable }) => given && Object.hasOwn(given, variable.name.value))
    .map(({ variable, type }) => [variable.name.value, print(type)]))
}

/** Notes every HTTP request of a key, those that were refused included. */
export function noting(note: NoteRequest): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const startedAt = performance.now()
      return {
        async willSendResponse({ operation, document, request, response, contextValue }) {
          const [error] = response.body.kind === 'single' ? response.body.singleResult.errors ?? [] : []
          const noted = noteOf(contextValue, { operation, document, variables: request.variables, status: response.http.status ?? 200, code: error ? String(error.extensions?.code) : null, startedAt })
          if (noted)
            note(noted)
        },
      }
    },
  }
}
