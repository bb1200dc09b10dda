import type { GraphQLFormattedError, GraphQLSchema } from 'graphql'
import type { Server } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { RequestContext } from '../access/request-context.ts'
import type { ExpectedError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Arrival, Reception } from './context.ts'
import type { LiveSockets } from './live-sockets.ts'
import type { Sender } from './proxies.ts'
import { randomUUID } from 'node:crypto'
import { getOperationAST, GraphQLError, subscribe } from 'graphql'
import { makeServer } from 'graphql-ws'
import { Invalid, RateLimited, Unavailable } from '../shared/errors.ts'
import { openContext } from './context.ts'
import { refuseUnscoped } from './key-scopes.ts'
import { rootFieldOf } from './operation-name.ts'
import { refuseDear } from './price.ts'
import { checkDocument, refuseOddText } from './protection.ts'
import { expected, publicError } from './public-error.ts'
import { noteOf } from './request-notes.ts'

/** One opened socket: whose it is, and the name its upgrade got. */
export interface Connection {
  readonly socket: WebSocket
  readonly sender: Sender
  readonly requestId: string
}

/** Operations one socket may run at a time. */
const operationsPerSocket = 20

/** What one of a connection's parameters may hold: a token, a reason. */
const longestParameter = 8 * 1024

/** The id a client gives an operation; it comes back in answers and in a close's reason, which holds 123 bytes. */
const longestId = 64
const serversWords = new Set(['connection_ack', 'next', 'error'])

/** RFC 6455's registry: what failed may do a little later. */
const tryAgainLater = 1013

/** What is said over sockets: the graphql-transport-ws protocol, for subscriptions only. */
export function subscriptionServer(options: { schema: GraphQLSchema, reception: Reception, live: LiveSockets, log: Log }): {
  readonly protocol: Server<Connection>
  /** How many subscriptions run. */
  readonly running: () => number
  /** The same, by root field. */
  readonly runningByName: () => ReadonlyMap<string, number>
} {
  const { schema, reception, live, log } = options
  /** By the message that asked for it: a client may use an id again. */
  const operations = new Map<object, { readonly context: RequestContext, readonly rootField: string }>()

  const protocol = makeServer<Record<string, unknown>, Connection>({
    schema,
    // What a resolver answers in place of a source of events is thrown past GraphQL's own errors, and would end the socket.
    subscribe: async args => subscribe(args).catch((error: Error) => ({ errors: [new GraphQLError(error.message, { originalError: error })] })),
    connectionInitWaitTimeout: 3_000,
    jsonMessageReviver: refuseMisused,
    async onConnect({ extra, connectionParams }) {
      try {
        const { news } = live
        const { principal } = await openContext(reception, arrival(extra.sender, connectionParams, extra.requestId))
        if (principal.kind === 'visitor' || live.signIn(extra.socket, principal, news))
          return true
        live.dismiss(extra.socket, 'Too many sockets of this account or key')
      }
      catch (error) {
        const known = expected(error)
        if (!known)
          log.error({ err: error, requestId: extra.requestId }, 'a socket could not be opened')
        if (!known || known instanceof Unavailable)
          extra.socket.close(tryAgainLater, 'Try again later')
      }
      return false // 4403, in the protocol's words, unless it has been closed above
    },
    async onSubscribe({ extra, subscriptions, connectionParams }, _, payload) {
      const { query, variables, operationName } = payload
      const requestId = randomUUID()
      const startedAt = performance.now()
      try {
        if (Object.keys(subscriptions).length > operationsPerSocket)
          throw new RateLimited(1)
        const checked = checkDocument(schema, query)
        if ('errors' in checked)
          return checked.errors.map(error => named(error, requestId))
        const { document } = checked
        const operation = getOperationAST(document, operationName)
        if (operation?.operation !== 'subscription')
          return [named(new GraphQLError('Only subscriptions run over a socket.', { extensions: { code: 'BAD_REQUEST' } }), requestId)]
        refuseOddText(variables)
        const price = refuseDear(schema, { document, name: operation.name?.value, variables: variables ?? undefined })
        const contextValue = await openContext(reception, arrival(extra.sender, connectionParams, requestId))
        const note = (refusal?: ExpectedError) => {
          const noted = noteOf(schema, contextValue, { operation, document, variables: variables ?? undefined, status: refusal?.status ?? 200, code: refusal?.code ?? null, startedAt })
          if (noted)
            reception.noteRequest(noted)
        }
        try {
          refuseUnscoped(schema, document, operation, contextValue.principal)
          await contextValue.pay(price)
          note()
        }
        catch (error) {
          note(expected(error))
          throw error
        }
        contextValue.nameOperation(operation.name?.value ?? 'subscription')
        operations.set(payload, { context: contextValue, rootField: rootFieldOf(operation, document) })
        return { schema, document, operationName, variableValues: variables, contextValue }
      }
      catch (error) {
        if (!expected(error) && !(error instanceof GraphQLError))
          log.error({ err: error, requestId }, 'a subscription could not be opened')
        return [named(error, requestId)]
      }
    },
    // A subscription lives long, and most of the time nothing happens: it keeps no connection to its school meanwhile.
    onOperation: (_, __, payload) => operations.get(payload)?.context.school.pause(),
    onError: (_, __, payload, errors) => errors.map(error => publicSocketError(error, log, operations.get(payload)?.context)),
    async onNext({ extra }, _, payload, __, result) {
      live.refuseUnread(extra.socket)
      const context = operations.get(payload)?.context
      await context?.school.pause()
      return result.errors && { ...result, errors: result.errors.map(error => publicSocketError(error, log, context)) }
    },
    async onComplete(_, __, payload) {
      const context = operations.get(payload)?.context
      operations.delete(payload)
      await context?.school.end()
    },
  })
  return {
    protocol,
    running: () => operations.size,
    runningByName() {
      const counts = new Map(Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).map(name => [name, 0]))
      for (const { rootField } of operations.values())
        counts.set(rootField, (counts.get(rootField) ?? 0) + 1)
      return counts
    },
  }
}

/** What the protocol's library would fall over is no message to us either: 4400. Called for every part of a message, at last for the whole. */
function refuseMisused(part: string, value: { id?: string, type?: string } | null): unknown {
  if (part === '' && (serversWords.has(value?.type ?? '') || (value?.id?.length ?? 0) > longestId))
    throw new Error('No message of a client.')
  return value
}

/** A connection's parameters are headers by another name: texts, or left out. */
function arrival({ address, host }: Sender, params: Readonly<Record<string, unknown>> | undefined, requestId: string): Arrival {
  const text = (name: string): string[] => {
    const value = params?.[name]
    if (value === undefined)
      return []
    if (typeof value !== 'string' || value.length > longestParameter)
      throw new Invalid(`connectionParams.${name} must be a text of at most ${longestParameter} characters.`)
    return [value]
  }
  return {
    requestId,
    client: { address, userAgent: undefined, refreshToken: undefined, keepRefreshToken: () => {} },
    authorization: text('authorization'),
    tenantIds: text('tenantId'),
    accessReasons: text('accessReason'),
    accessModes: text('accessMode'),
    idempotencyKeys: [],
    host,
  }
}

/** Carries the request id on to where the error is made public. */
function named(error: unknown, requestId: string): GraphQLError {
  const cause = error instanceof Error ? error : new Error(String(error))
  const known = expected(error)
  const extensions = error instanceof GraphQLError ? error.extensions : known?.extensions
  return new GraphQLError(cause.message, { originalError: known ?? cause, extensions: { ...extensions, requestId } })
}

function publicSocketError(error: GraphQLError, log: Log, context: RequestContext | undefined): GraphQLFormattedError {
  const requestId = context?.requestId ?? error.extensions.requestId
  // No resolver has run, and nothing of ours threw: the variables do not fit.
  const misfit = !error.path && (!error.originalError || error.originalError instanceof GraphQLError)
  const shown = publicError({ ...error.toJSON(), extensions: { ...(misfit && { code: 'BAD_USER_INPUT' }), ...error.extensions } }, error)
  if (shown.extensions?.code === 'INTERNAL_SERVER_ERROR')
    log.error({ err: error.originalError ?? error, requestId }, 'a subscription failed')
  return { ...shown, extensions: { ...shown.extensions, requestId } }
}
