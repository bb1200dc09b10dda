import type { DocumentNode, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from 'graphql'
import type { KeyFacts } from '../access/for-keys.ts'
import type { Integrator, Principal } from '../access/principal.ts'
import type { Scope } from '../access/scopes.ts'
import { getNamedType, isInterfaceType, isObjectType, isUnionType, Kind } from 'graphql'
import { closedToKeys, lacking } from '../access/for-keys.ts'

/** What a document takes of an API key: scopes, each with the field that takes it, and a field that no key may ask for. */
interface Needs { readonly scopes: readonly { readonly scope: Scope, readonly field: string }[], readonly closed: string | undefined }

type Composite = GraphQLObjectType | GraphQLInterfaceType

const known = new WeakMap<OperationDefinitionNode, Needs>()

/**
 * Refuses an API key whatever its scopes do not cover, nested fields included, before anything runs: a document is valid
 * here, so what it selects is all it can ever be answered with. Everybody else passes.
 */
export function refuseUnscoped(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, principal: Principal): void {
  if (principal.kind !== 'integrator')
    return
  const needs = known.get(operation) ?? needsOf(schema, document, operation)
  known.set(operation, needs)
  if (needs.closed)
    throw closedToKeys(needs.closed)
  const refusal = lacking(principal, needs.scopes)
  if (refusal)
    throw refusal
}

function needsOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Needs {
  const fragments = new Map(document.definitions.flatMap(definition => definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : []))
  const scopes: Needs['scopes'][number][] = []
  let closed: string | undefined
  const root = schema.getRootType(operation.operation)!
  const typeNamed = (name: string) => schema.getType(name) as Composite

  const collect = (type: Composite, { selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.typeCondition ? typeNamed(selection.typeCondition.name.value) : type, selection.selectionSet)
        continue
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value)
        fragments.delete(selection.name.value) // its type is its own: once is enough, however often it is spread
        if (fragment)
          collect(typeNamed(fragment.typeCondition.name.value), fragment.selectionSet)
        continue
      }
      const name = selection.name.value
      if (name === '__typename')
        continue
      const field = `${type.name}.${name}`
      // What neither its type nor itself says anything of is closed.
      const found = isUnionType(type) ? undefined : type.getFields()[name]
      const needed = found && scopesOf(type, name, type === root)
      if (!found || needed === 'never') {
        closed ??= field
        continue
      }
      scopes.push(...needed!.map(scope => ({ scope, field })))
      const below = getNamedType(found.type)
      if (selection.selectionSet)
        collect(below as Composite, selection.selectionSet)
    }
  }
  collect(root, operation.selectionSet)
  return { scopes, closed }
}

/** Refuses one field of a document, as `refuseUnscoped` does all of them. */
export function refuseKey(principal: Integrator, type: GraphQLObjectType, name: string, atRoot: boolean): void {
  const needed = scopesOf(type, name, atRoot)
  const field = `${type.name}.${name}`
  const refusal = needed === 'never' ? closedToKeys(field) : lacking(principal, needed.map(scope => ({ scope, field })))
  if (refusal)
    throw refusal
}

/** What one field takes: what it says itself, and to read its own type's resource and the one it leads to. What could be one of several types is closed, but for an interface that says what it shows. */
export function scopesOf(type: Composite, name: string, atRoot: boolean): readonly Scope[] | 'never' {
  const field = type.getFields()[name]!
  const { keys } = field.extensions as KeyFacts
  if (keys === 'never' || (atRoot && keys === undefined))
    return 'never'
  const below = getNamedType(field.type)
  const types = [...atRoot ? [] : [type], ...isObjectType(below) || isInterfaceType(below) ? [below] : []]
  const resources = types.map(resourceOf)
  if (resources.includes(undefined) || isUnionType(below))
    return 'never'
  return [...keys ?? [], ...resources.filter(resource => resource !== null).map((resource): Scope => `${resource!}:read`)]
}

/** The resource a type shows; a page and an edge show that of their rows. Undefined where it says nothing of it. */
export function resourceOf(type: Composite): KeyFacts['resource'] {
  const fields = type.getFields()
  const row = 'pageInfo' in fields ? fields.nodes : 'cursor' in fields ? fields.node : undefined
  const of = row ? getNamedType(row.type) as GraphQLObjectType : type
  return (of.extensions as KeyFacts).resource
}
