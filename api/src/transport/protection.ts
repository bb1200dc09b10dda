import type { ApolloServerPlugin, GraphQLRequestContextDidResolveOperation } from '@apollo/server'
import type { DocumentNode, GraphQLSchema, ValidationRule } from 'graphql'
import type { Principal } from '../access/principal.ts'
import type { RequestContext } from '../access/request-context.ts'
import { ApolloArmor } from '@escape.tech/graphql-armor'
import { BREAK, GraphQLError, parse, specifiedRules, validate, visit } from 'graphql'
import { refuseUnscoped } from './key-scopes.ts'
import { asksOnce } from './one-read.ts'
import { refuseDear } from './price.ts'

type Resolved = GraphQLRequestContextDidResolveOperation<RequestContext>

/** Tokens a document may have; counted while parsing, before anything else looks at it. */
export const maxTokens = 1000

/** Letters a name in a document may have. Names come back in answers and errors. */
const longestName = 64

const armor = new ApolloArmor({
  maxDepth: { n: 10 },
  maxAliases: { n: 10 },
  maxDirectives: { n: 10 },
  maxTokens: { enabled: false }, // graphql's own parser counts them
  costLimit: { enabled: false }, // price.ts
  blockFieldSuggestion: { enabled: true },
}).protect()

const textRefused = () => new GraphQLError('No text may hold the character U+0000 or half of a surrogate pair.', { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } })

/** PostgreSQL's text holds no NUL, and in a statement it would end the message: no resolver gets to see one. */
const noNul: ValidationRule = context => ({
  StringValue: node => node.value.includes('\0') ? context.reportError(textRefused()) : undefined,
})

const shortNames: ValidationRule = context => ({
  Name: node => node.value.length > longestName ? context.reportError(new GraphQLError(`Names have at most ${longestName} characters.`, { nodes: node })) : undefined,
})

/** The same for variables, which are no part of the document. Without recursion: they may be nested as deep as a body is long. */
export function refuseOddText(variables: unknown): void {
  const waiting = [variables]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed()))
      throw textRefused()
    if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value))
        waiting.push(part)
    }
  }
}

const describing = new WeakMap<DocumentNode, boolean>()

/** Whether a document asks for the schema itself, in a fragment or outside one. `__typename` is no such question. */
function asksForSchema(document: DocumentNode): boolean {
  const seen = describing.get(document)
  if (seen !== undefined)
    return seen
  let found = false
  visit(document, {
    Field({ name }) {
      found ||= name.value === '__schema' || name.value === '__type'
      return found ? BREAK : undefined
    },
  })
  describing.set(document, found)
  return found
}

const introspectionRefused = () => new GraphQLError('Introspection is for superadmins; read the published schema.graphql.', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } } })

/** Decided for each request: Apollo validates a document once, whoever sends it again. */
function refuseIntrospection(document: DocumentNode, principal: Principal): void {
  const mayAsk = principal.kind === 'superadmin' && principal.secondFactor
  if (!mayAsk && asksForSchema(document))
    throw introspectionRefused()
}

/** What an operation must keep that depends on who asks, and with which variables; takes what it costs. */
export async function admitOperation({ schema, document, operation, operationName, request, contextValue }: Resolved): Promise<void> {
  // Also called where no operation could be chosen: execution says so.
  if (!operation)
    return
  refuseIntrospection(document, contextValue.principal)
  refuseUnscoped(schema, document, operation, contextValue.principal)
  refuseOddText(request.variables)
  await contextValue.pay(refuseDear(schema, { document, name: operationName ?? undefined, variables: request.variables }))
  if (asksOnce(schema, document, operation))
    contextValue.school.expectOne()
}

/** Rules a document must keep beside GraphQL's own, the same for requests and sockets. */
export const documentRules: ValidationRule[] = [...armor.validationRules ?? [], noNul, shortNames]
export const documentPlugins = (armor.plugins ?? []) as ApolloServerPlugin<RequestContext>[]

/** Parses and checks a document that does not come through Apollo, and refuses it with the same codes. Here nobody introspects. */
export function checkDocument(schema: GraphQLSchema, query: string): { document: DocumentNode } | { errors: readonly GraphQLError[] } {
  let document
  try {
    document = parse(query, { maxTokens })
  }
  catch (error) {
    return { errors: [coded(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')] }
  }
  if (asksForSchema(document))
    return { errors: [introspectionRefused()] }
  const errors = validate(schema, document, [...specifiedRules, ...documentRules], { maxErrors: 5 })
  return errors.length > 0 ? { errors: errors.map(error => coded(error, 'GRAPHQL_VALIDATION_FAILED')) } : { document }
}

function coded({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } })
}
