import type { GraphQLSchema } from 'graphql'
import type { Permission } from '../access/authorize.ts'
import type { RequestContext } from '../access/request-context.ts'
import { createPubSub } from '@graphql-yoga/subscription'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { buildSchema, getMetadataStorage } from 'type-graphql'
import { authorize } from '../access/authorize.ts'

/** Builds the schema from the resolvers of all rooms; inputs are validated by the rooms, with zod. */
export async function graphqlSchema(resolvers: readonly object[]): Promise<GraphQLSchema> {
  const instances = new Map(resolvers.map(resolver => [resolver.constructor, resolver]))
  const schema = await buildSchema({
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
  refuseUnguarded(new Set(instances.keys()))
  return schema
}

/** Every operation says who may call it: `@Authorized(…)` with a permission, or `@Public()`, and not both. */
function refuseUnguarded(resolvers: ReadonlySet<unknown>): void {
  const { queries, mutations, subscriptions } = getMetadataStorage()
  const unguarded = [...queries, ...mutations, ...subscriptions]
    .filter(({ target }) => resolvers.has(target))
    .filter(({ roles = [], extensions }) => (roles.length > 0) === (extensions?.access === 'public'))
    .map(({ schemaName }) => schemaName)
  if (unguarded.length > 0)
    throw new Error(`Say who may call it, with @Authorized(…) or @Public(): ${unguarded.join(', ')}`)
}

/** The published contract: sorted, so that it changes only where the API does. */
export function printContract(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}
