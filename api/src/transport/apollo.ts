import type { ApolloServerOptionsWithGateway, ApolloServerPlugin, GraphQLRequestContextDidEncounterErrors, GraphQLRequestContextDidResolveOperation, GraphQLRequestContextResponseForOperation, GraphQLRequestContextWillSendResponse, GraphQLResponse } from '@apollo/server'
import type { ExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { RequestContext } from '../access/request-context.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { NoteRequest } from './request-notes.ts'
import { ApolloServer, HeaderMap } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { GraphQLError, Kind } from 'graphql'
import { TookTooLong } from '../shared/errors.ts'
import { tellCharge } from './charges.ts'
import { openExecutor } from './compiled.ts'
import { claimOnce, settle } from './once.ts'
import { rootFieldOf } from './operation-name.ts'
import { admitOperation, documentPlugins, documentRules, maxTokens } from './protection.ts'
import { expected, isOfDocument, publicError } from './public-error.ts'
import { noteAnswer } from './request-notes.ts'
import { nameTrace } from './trace-requests.ts'

type Resolved = GraphQLRequestContextDidResolveOperation<RequestContext>
type Executing = GraphQLRequestContextResponseForOperation<RequestContext>
type Failed = GraphQLRequestContextDidEncounterErrors<RequestContext>
type Answering = GraphQLRequestContextWillSendResponse<RequestContext>

/** What is done for each request, in this order. One plugin: Apollo makes promises for each hook of each, which is dear for a small answer. */
function eachRequest(schema: GraphQLSchema, answer: Execution['answer'], metrics: Metrics, note: NoteRequest): ApolloServerPlugin<RequestContext> {
  const count = counter(schema, metrics)
  return {
    async requestDidStart() {
      const startedAt = performance.now()
      return {
        async didResolveOperation(resolved) {
          resolved.contextValue.nameOperation(operationName(resolved.operation))
          await admitOperation(resolved)
          claimOnce(resolved)
          refuseSubscription(resolved)
        },
        responseForOperation: answer,
        didEncounterErrors: async failed => tellErrors(failed),
        async willSendResponse(answering) {
          count(answering, startedAt)
          noteAnswer(note, answering, startedAt)
          await finish(answering)
        },
      }
    },
  }
}

/** Also called where no operation could be chosen. */
function refuseSubscription({ operation }: Resolved): void {
  if (operation?.operation === 'subscription')
    throw new GraphQLError('Subscriptions run over a socket: graphql-transport-ws on this path.', { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } })
}

/** Gives errors their status, and logs what nobody expected. */
function tellErrors({ errors, contextValue, operationName }: Failed): void {
  if (contextValue.school.abandoned)
    return // whoever asked has hung up: nobody is told, and it is no fault of ours
  for (const error of errors) {
    const known = expected(error)
    // A database that is away was thrown by the driver: it gets the status of the error it stands for.
    if (known)
      error.extensions.http = known.extensions.http
    // Apollo's own answer is 200, to be asked again with the document: here it would be refused again.
    if (error.extensions.code === 'PERSISTED_QUERY_NOT_SUPPORTED')
      error.extensions.http = { status: 400 }
    if (known instanceof TookTooLong)
      contextValue.log.warn({ err: known.cause, operationName, path: error.path }, 'an operation took too long')
    // A refusal of the document or of its variables is the client's to hear.
    else if (!known && (error.path || !isOfDocument(error.extensions.code)))
      contextValue.log.error({ err: error.originalError ?? error, operationName, path: error.path }, 'an operation failed')
  }
}

/** Commits what is made once, gives the school's connection back, and names the request in every error. */
async function finish(answering: Answering): Promise<void> {
  const { contextValue, response } = answering
  await settle(answering)
  await contextValue.school.end()
  if (contextValue.charged)
    tellCharge(contextValue.charged, response)
  if (response.body.kind !== 'single')
    return
  for (const error of response.body.singleResult.errors ?? []) {
    const extensions = error.extensions as Record<string, unknown>
    extensions.requestId = contextValue.requestId
    if (typeof extensions.retryAfter === 'number')
      response.http.headers.set('retry-after', String(extensions.retryAfter))
  }
}

/** What the client calls it, else its first field. */
function operationName(operation: OperationDefinitionNode | undefined): string {
  const [first] = operation?.selectionSet.selections ?? []
  return operation?.name?.value ?? (first?.kind === Kind.FIELD ? first.name.value : 'anonymous')
}

/** Counts requests by their root field and how they ended, and takes their time. */
function counter(schema: GraphQLSchema, { graphqlRequests, graphqlSeconds }: Metrics) {
  // The first error of a kind would not be an increase, had there been nothing before it.
  for (const type of [schema.getQueryType(), schema.getMutationType()])
    Object.keys(type?.getFields() ?? {}).forEach(operation => graphqlRequests.inc({ operation, outcome: 'INTERNAL_SERVER_ERROR' }, 0))
  return ({ operation, document, response, contextValue }: Answering, startedAt: number) => {
    const { body } = response
    const repeated = contextValue.school.answeredBefore !== undefined
    const [error] = body.kind === 'single' && !repeated ? body.singleResult.errors ?? [] : []
    const label = { operation: rootFieldOf(operation, document) }
    graphqlRequests.inc({ ...label, outcome: error ? String(error.extensions?.code) : 'ok' })
    graphqlSeconds.observe(label, (performance.now() - startedAt) / 1_000)
    nameTrace(operation?.operation, label.operation)
  }
}

type Gateway = ApolloServerOptionsWithGateway<RequestContext>['gateway']
type GatewayExecutor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>

/** Executes in Apollo's place. */
interface Execution {
  /** Runs the operation: its answer, where that is without errors. */
  readonly answer: (executing: Executing) => Promise<GraphQLResponse | null>
  readonly gateway: Gateway
}

/**
 * Has `compiled.ts` execute. Errors are Apollo's to tell, to format and to give a status: it finds what was answered with
 * some where it would ask a gateway. All answers could go that way, but what Apollo makes for a gateway keeps everything
 * of a request in memory until the next full collection.
 */
function executedByUs(schema: GraphQLSchema): Execution {
  const { execute } = openExecutor(schema)
  // By context, of which Apollo makes one for each operation.
  const failed = new WeakMap<object, Promise<ExecutionResult>>()
  return {
    async answer({ document, request: { operationName, variables }, contextValue: context }) {
      const executed = execute({ document, operationName, variables, context })
      const singleResult = await executed.catch(() => undefined)
      if (singleResult && !singleResult.errors)
        return { http: { status: undefined, headers: new HeaderMap() }, body: { kind: 'single', singleResult } }
      failed.set(context, executed)
      return null
    },
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: schema, coreSupergraphSdl: '' })
        return () => {}
      },
      load: async () => ({ executor: ({ context }) => failed.get(context) as ReturnType<GatewayExecutor> }),
      stop: async () => {},
    },
  }
}

export function apolloServer(schema: GraphQLSchema, metrics: Metrics, note: NoteRequest): ApolloServer<RequestContext> {
  const { answer, gateway } = executedByUs(schema)
  return new ApolloServer<RequestContext>({
    gateway,
    // Cache hints nobody gives here would cost every field of every answer a call: 40 % of a long list.
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginCacheControlDisabled(), ...documentPlugins, eachRequest(schema, answer, metrics, note)],
    validationRules: documentRules,
    parseOptions: { maxTokens },
    validationOptions: { maxErrors: 5 },
    formatError: publicError,
    introspection: true, // decided for each operation: see protection.ts
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    // Every mistake of a client is in its answer; ours are logged above.
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
}
