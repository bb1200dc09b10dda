import type { GraphQLObjectType, GraphQLSchema } from 'graphql'
import type { Permission } from '../access/authorize.ts'
import type { KeyFacts } from '../access/for-keys.ts'
import type { RequestContext } from '../access/request-context.ts'
import { createPubSub } from '@graphql-yoga/subscription'
import { getNamedType, isInterfaceType, isLeafType, isObjectType, lexicographicSortSchema, printSchema } from 'graphql'
import { buildSchema, getMetadataStorage } from 'type-graphql'
import { authorize } from '../access/authorize.ts'
import { callDirectly } from './direct-resolvers.ts'
import { refuseKey, scopesOf } from './key-scopes.ts'

/** Builds the schema from the resolvers of all rooms; inputs are validated by the rooms, with zod. */
export async function graphqlSchema(resolvers: readonly object[]): Promise<GraphQLSchema> {
  const instances = new Map(resolvers.map(resolver => [resolver.constructor, resolver]))
  const schema = await buildSchema({
    resolvers: [...instances.keys()] as [() => unknown],
    container: { get: type => instances.get(type) },
    authChecker: ({ context, info }, permissions) => {
      const { principal } = context as RequestContext
      authorize(principal, permissions as Permission[])
      // The whole document has been looked at before; this holds also where a way in forgets to.
      if (principal.kind === 'integrator')
        refuseKey(principal, info.parentType, info.fieldName, info.parentType === info.schema.getRootType(info.operation.operation))
      return true
    },
    validate: false,
    // Asked for by type-graphql; every subscription here brings its own source.
    pubSub: createPubSub(),
  })
  markRosterWrites(schema)
  refuseUnguarded(new Set(instances.keys()))
  refuseUnscoped(schema, new Set(instances.keys()))
  callDirectly(schema, instances)
  sayScopes(schema)
  return schema
}

/** Changes of a school's records are marked as such: they can be made once under an Idempotency-Key. */
function markRosterWrites(schema: GraphQLSchema): void {
  const fields = schema.getMutationType()?.getFields() ?? {}
  for (const { schemaName, roles } of getMetadataStorage().mutations) {
    const field = fields[schemaName]
    if (field && roles?.includes('roster:write'))
      field.extensions = { ...field.extensions, writesRoster: true }
  }
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

/**
 * Every field that an API key can reach says what it takes of one. Of the school's root fields each says it, those that
 * are closed too; below them types name their resource, and what is computed of other rows its own scope.
 */
function refuseUnscoped(schema: GraphQLSchema, resolvers: ReadonlySet<unknown>): void {
  const { queries, mutations, subscriptions, fieldResolvers } = getMetadataStorage()
  const unsaid = new Set([...queries, ...mutations, ...subscriptions]
    .filter(({ target, roles, extensions }) => resolvers.has(target) && roles?.some(role => (role as string).startsWith('roster:')) && (extensions as KeyFacts)?.keys === undefined)
    .map(({ schemaName }) => schemaName))
  const computed = new Set(fieldResolvers.filter(({ kind, target }) => kind === 'external' && resolvers.has(target)).map(({ schemaName, methodName }) => schemaName ?? methodName))
  const seen = new Set<GraphQLObjectType>()
  const follow = (type: GraphQLObjectType, atRoot: boolean) => {
    if (seen.has(type))
      return
    seen.add(type)
    for (const field of Object.values(type.getFields())) {
      const { keys } = field.extensions as KeyFacts
      if (keys === 'never' || (atRoot && keys === undefined))
        continue
      const below = getNamedType(field.type)
      const counted = isLeafType(below) && !atRoot && computed.has(field.name) && !('pageInfo' in type.getFields()) && (type.extensions as KeyFacts).resource !== null
      if (scopesOf(type, field.name, atRoot) === 'never' || (counted && keys === undefined))
        unsaid.add(`${type.name}.${field.name}`)
      if (isObjectType(below))
        follow(below, false)
      // Whichever it is.
      else if (isInterfaceType(below))
        schema.getPossibleTypes(below).forEach(type => follow(type, false))
    }
  }
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
    root && follow(root, true)
  if (unsaid.size > 0)
    throw new Error(`Say what it takes of an API key, with @ForKeys(…) or @NotForKeys(), or of which resource its type is, with @OfResource(…): ${[...unsaid].join(', ')}`)
}

/** Puts what a field takes of an API key beside its description, where whoever writes a program looks for it. */
function sayScopes(schema: GraphQLSchema): void {
  const roots = new Set<unknown>([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const atRoot = roots.has(type)
    for (const field of Object.values(type.getFields())) {
      const { keys } = field.extensions as KeyFacts
      if (!keys || keys === 'never')
        continue
      const needed = new Set<string>(atRoot ? scopesOf(type, field.name, true) : keys)
      // Writing includes reading.
      const scopes = [...needed].filter(scope => !needed.has(scope.replace(/:read$/, ':write')) || scope.endsWith(':write'))
      field.description = `${field.description} ${scopes.length > 0 ? `API keys: ${scopes.map(scope => `\`${scope}\``).join(' and ')}.` : 'API keys: all.'}`
    }
  }
}

/** The published contract: sorted, so that it changes only where the API does. */
export function printContract(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`
}
