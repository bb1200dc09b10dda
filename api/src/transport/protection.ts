import type { ApolloServerPlugin } from '@apollo/server'
import type { DocumentNode, GraphQLError, GraphQLSchema, ValidationRule } from 'graphql'
import type { RequestContext } from '../access/request-context.ts'
import { ApolloArmor } from '@escape.tech/graphql-armor'
import { NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from 'graphql'

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

/** Rules a document must keep beside GraphQL's own, the same for requests and sockets. */
export const documentRules: ValidationRule[] = armor.validationRules ?? []
export const documentPlugins: ApolloServerPlugin<RequestContext>[] = (armor.plugins ?? []) as ApolloServerPlugin<RequestContext>[]

/** Parses and checks a document that does not come through Apollo; no introspection here. */
export function checkDocument(schema: GraphQLSchema, query: string): { document: DocumentNode, errors: readonly GraphQLError[] } {
  const document = parse(query, { maxTokens })
  return { document, errors: validate(schema, document, [...specifiedRules, NoSchemaIntrospectionCustomRule, ...documentRules], { maxErrors: 5 }) }
}
