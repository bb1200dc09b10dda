import type { ApolloServerPlugin } from '@apollo/server'
import type { DocumentNode, GraphQLSchema, ValidationRule } from 'graphql'
import type { RequestContext } from '../access/request-context.ts'
import { ApolloArmor } from '@escape.tech/graphql-armor'
import { GraphQLError, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from 'graphql'

/** Tokens a document may have; counted while parsing, before anything else looks at it. */
export const maxTokens = 1000

const armor = new ApolloArmor({
  maxDepth: { n: 10 },
  maxAliases: { n: 10 },
  maxDirectives: { n: 10 },
  maxTokens: { enabled: false }, // graphql's own parser counts them
  costLimit: { enabled: false },
  blockFieldSuggestion: { enabled: true },
}).protect()

const nulRefused = () => new GraphQLError('No text may hold the character U+0000.', { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } })

/** PostgreSQL's text holds no NUL, and in a statement it would end the message: no resolver gets to see one. */
const noNul: ValidationRule = context => ({
  StringValue: node => node.value.includes('\0') ? context.reportError(nulRefused()) : undefined,
})

/** The same for variables, which are no part of the document. */
export function refuseNul(variables: unknown): void {
  JSON.stringify(variables, (_, value: unknown) => {
    if (typeof value === 'string' && value.includes('\0'))
      throw nulRefused()
    return value
  })
}

const variablesPlugin: ApolloServerPlugin<RequestContext> = {
  requestDidStart: async () => ({ didResolveOperation: async ({ request }) => refuseNul(request.variables) }),
}

/** Rules a document must keep beside GraphQL's own, the same for requests and sockets. */
export const documentRules: ValidationRule[] = [...armor.validationRules ?? [], noNul]
export const documentPlugins: ApolloServerPlugin<RequestContext>[] = [...(armor.plugins ?? []) as ApolloServerPlugin<RequestContext>[], variablesPlugin]

/** Parses and checks a document that does not come through Apollo; no introspection here. */
export function checkDocument(schema: GraphQLSchema, query: string): { document: DocumentNode, errors: readonly GraphQLError[] } {
  const document = parse(query, { maxTokens })
  return { document, errors: validate(schema, document, [...specifiedRules, NoSchemaIntrospectionCustomRule, ...documentRules], { maxErrors: 5 }) }
}
