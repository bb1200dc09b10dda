import type { GraphQLSchema } from 'graphql'
import type { Permission } from '../access/authorize.ts'
import type { RequestContext } from '../access/request-context.ts'
import { createPubSub } from '@graphql-yoga/subscription'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { buildSchema } from 'type-graphql'
import { authorize } from '../access/authorize.ts'

/** Builds the schema from the resolvers of all rooms; inputs are validated by the rooms, with zod. */
export async function graphqlSchema(resolvers: readonly object[]): Promise<GraphQLSchema> {
  const instances = new Map(resolvers.map(resolver => [resolver.constructor, resolver]))
  return buildSchema({
    resolvers: [...instances.keys()] as [() => unknown],
    container: { get: type => instances.get(type) },
    authChecker: ({ context }, permissions) => {
      authorize((context as RequestContext).principal, permissions as Permission[])
      return true
    },
    validate: false,
    // Asked for by type-graphql; every subscription here brings its own source.
    pubSub: createPubSub(),
  })
}

/** The published contract: sorted, so that it changes only where the API does. */
export function printContract(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}
