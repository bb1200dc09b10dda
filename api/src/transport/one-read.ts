import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { getNamedType, isAbstractType, TypeInfo, visit, visitWithTypeInfo } from 'graphql'

/** Documents are kept by who reads them: what is asked often is looked at once. */
const known = new WeakMap<OperationDefinitionNode, boolean>()

/** Whether one resolver answers the whole of a valid operation: a row and its own columns. */
export function asksOnce(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): boolean {
  let once = known.get(operation)
  if (once === undefined)
    known.set(operation, once = countResolvers(schema, document) === 1)
  return once
}

function countResolvers(schema: GraphQLSchema, document: DocumentNode): number {
  const types = new TypeInfo(schema)
  let count = 0
  visit(document, visitWithTypeInfo(types, {
    Field() {
      // Of several types it is any, and each may look up what it likes.
      if (types.getFieldDef()?.resolve || isAbstractType(getNamedType(types.getType())))
        count += isAbstractType(getNamedType(types.getType())) ? 2 : 1
    },
  }))
  return count
}
