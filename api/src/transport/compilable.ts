import type { DocumentNode, FragmentDefinitionNode, GraphQLNamedType, GraphQLSchema, GraphQLType, SelectionSetNode } from 'graphql'
import { BREAK, getNamedType, isAbstractType, isInputObjectType, isObjectType, Kind, OperationTypeNode, typeFromAST, TypeInfo, visit, visitWithTypeInfo } from 'graphql'

/** Fields of an answer's shape, each as often as its fragment is spread; the pages of our own clients have some sixty. Code is written for each of them. */
const mostFields = 500

/**
 * Whether code may be made of a document that anybody may have written. The compiler writes values that stand in it into
 * the code, and turns some texts into expressions; and it knows places in an answer by their names, joined by `_`. So
 * texts are given as variables, and answers' names are plain, or it is interpreted. So are inputs that hold themselves,
 * which the compiler would follow without end; what may be of several types, whose choice it does not guard; variables
 * inside of values, which it makes null where they are missing; conditions, which it keeps with a fragment's fields
 * wherever else the fragment is spread; changes, of which it makes the later ones after one has failed; and what would
 * become more code than anybody needs.
 */
export function isSafeToCompile(schema: GraphQLSchema, document: DocumentNode): boolean {
  let safe = true
  const refuse = () => {
    safe = false
    return BREAK
  }
  const types = new TypeInfo(schema)
  visit(document, visitWithTypeInfo(types, {
    StringValue: refuse,
    Directive: refuse,
    Variable: ({ name }, _, parent) => name.value.startsWith('__') || !parent || !('kind' in parent) || (parent.kind !== Kind.ARGUMENT && parent.kind !== Kind.VARIABLE_DEFINITION) ? refuse() : undefined,
    Field: ({ name, alias }) => ((alias ?? name).value.includes('_') && !(name.value === '__typename' && !alias)) || isAbstractType(getNamedType(types.getType())) ? refuse() : undefined,
    VariableDefinition: ({ type }) => isEndless(typeFromAST(schema, type)) ? refuse() : undefined,
    OperationDefinition: ({ operation }) => operation !== OperationTypeNode.QUERY ? refuse() : undefined,
  }))
  return safe && fieldsOf(document) <= mostFields
}

function isEndless(type: GraphQLType | undefined, within: readonly GraphQLNamedType[] = []): boolean {
  const named = getNamedType(type)
  if (!isInputObjectType(named))
    return false
  return within.includes(named) || Object.values(named.getFields()).some(field => isEndless(field.type, [...within, named]))
}

/** How many fields a valid document comes to; what a few nested fragments multiply is counted without being walked. */
function fieldsOf({ definitions }: DocumentNode): number {
  const fragments = new Map(definitions.flatMap(definition => definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : []))
  const counted = new Map<FragmentDefinitionNode, number>()
  const ofFragment = (fragment: FragmentDefinitionNode): number => {
    if (!counted.has(fragment))
      counted.set(fragment, count(fragment.selectionSet))
    return counted.get(fragment)!
  }
  const count = ({ selections }: SelectionSetNode): number => selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return sum + ofFragment(fragments.get(selection.name.value)!)
    return sum + (selection.kind === Kind.FIELD ? 1 : 0) + (selection.selectionSet ? count(selection.selectionSet) : 0)
  }, 0)
  return definitions.reduce((sum, definition) => sum + (definition.kind === Kind.OPERATION_DEFINITION ? count(definition.selectionSet) : 0), 0)
}

/** The compiler finds a field's resolver by the names of its type and itself, joined: two that read the same would be one. */
export function refuseJoinedNames(schema: GraphQLSchema): void {
  const seen = new Map<string, string>()
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const { name } of Object.values(type.getFields())) {
      const joined = type.name + name
      const field = `${type.name}.${name}`
      if (seen.has(joined))
        throw new Error(`The compiler of queries cannot tell ${field} from ${seen.get(joined)}: rename one.`)
      seen.set(joined, field)
    }
  }
}
