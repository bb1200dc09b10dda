import type { GraphQLSchema } from 'graphql'
import { isObjectType } from 'graphql'
import { getMetadataStorage } from 'type-graphql'

/**
 * A field's resolver that only wants its row and the context is called with them, and nothing else: type-graphql prepares
 * each call for arguments and middleware, and a long list makes a thousand.
 */
export function callDirectly(schema: GraphQLSchema, instances: ReadonlyMap<unknown, object>): void {
  const { fieldResolvers, objectTypes } = getMetadataStorage()
  for (const { kind, target, methodName, schemaName, getObjectType, params = [], middlewares = [], roles } of fieldResolvers) {
    const resolver = instances.get(target) as Record<string, (...given: unknown[]) => unknown> | undefined
    const wanted = params.toSorted((a, b) => a.index - b.index).map(param => (param.kind === 'root' || param.kind === 'context') && !param.propertyName && !('getType' in param && param.getType) ? param.kind : 'more').join()
    if (!resolver || kind !== 'external' || middlewares.length > 0 || roles || (wanted !== 'root' && wanted !== 'root,context'))
      continue
    const type = schema.getType(objectTypes.find(({ target: of }) => of === getObjectType!())?.name ?? '')
    const field = isObjectType(type) ? type.getFields()[schemaName] : undefined
    if (field)
      field.resolve = (row: unknown, _: unknown, context: unknown) => resolver[methodName]!(row, context)
  }
}
