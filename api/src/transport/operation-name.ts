import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import { Kind } from 'graphql'

/** What requests are called that never came to an operation: refused, or not to be read. */
export const noOperation = 'none'

/** Documents are kept by who reads them: what is asked often is looked at once. */
const known = new WeakMap<OperationDefinitionNode, string>()

/**
 * What a valid operation is called wherever it is counted: its root field, as the schema names it; `several` where there
 * are more; `introspection`. Never what a client calls it: of those names there is no end.
 */
export function rootFieldOf(operation: OperationDefinitionNode | undefined, document: DocumentNode | undefined): string {
  if (!operation || !document)
    return noOperation
  const name = known.get(operation) ?? nameOf(operation, document)
  known.set(operation, name)
  return name
}

function nameOf(operation: OperationDefinitionNode, document: DocumentNode): string {
  const names = new Set<string>()
  const unread = new Map<string, SelectionSetNode>(document.definitions.flatMap(definition => definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : []))
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        names.add(selection.name.value.startsWith('__') ? 'introspection' : selection.name.value)
        continue
      }
      const spread = selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : unread.get(selection.name.value)
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        unread.delete(selection.name.value) // once is enough, however often it is spread
      if (spread)
        collect(spread)
    }
  }
  collect(operation.selectionSet)
  return names.size === 1 ? [...names][0]! : 'several'
}
