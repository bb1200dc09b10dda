import type { GraphQLArgument, GraphQLEnumValue, GraphQLField, GraphQLInputField, GraphQLNamedType, GraphQLSchema, GraphQLType } from 'graphql'
import { astFromValue, getNamedType, isEnumType, isInputObjectType, isInterfaceType, isIntrospectionType, isObjectType, isScalarType, isSpecifiedScalarType, isUnionType, print } from 'graphql'
import { slugOf } from './markdown.ts'
import { reference } from './pages.ts'

type Page = keyof typeof reference
type Described = GraphQLArgument | GraphQLEnumValue | GraphQLField<unknown, unknown> | GraphQLInputField

const order = 'Those that an API key can use come first, with the scopes they take; the others are for people who sign in.'

/** The reference as pages of Markdown: every root field, type, field, argument and value that the schema has. */
export function referencePages(schema: GraphQLSchema): Record<Page, string> {
  const roots = new Set<GraphQLNamedType | null | undefined>([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
  const types = Object.values(schema.getTypeMap())
    .filter(type => !roots.has(type) && !isIntrospectionType(type))
    .sort((a, b) => a.name.localeCompare(b.name))
  const fieldsOf = (root: { getFields: () => Record<string, GraphQLField<unknown, unknown>> } | null | undefined) =>
    Object.values(root?.getFields() ?? {}).sort((a, b) => Number(forKeys(b)) - Number(forKeys(a)) || a.name.localeCompare(b.name)).map(operation)
  const ofKind = (is: (type: GraphQLNamedType) => boolean, write: (type: never) => string) => types.filter(is).map(type => write(type as never))
  const pages: Record<Page, string[]> = {
    queries: [order, ...fieldsOf(schema.getQueryType())],
    mutations: [order, ...fieldsOf(schema.getMutationType())],
    subscriptions: [order, ...fieldsOf(schema.getSubscriptionType())],
    objects: types.filter(isComposite).map(type => section(type, isUnionType(type)
      ? `One of ${type.getTypes().map(link).join(', ')}.`
      : fields(Object.values(type.getFields()), isInterfaceType(type) ? `Had by ${schema.getPossibleTypes(type).map(link).join(', ')}.` : ''))),
    inputs: ofKind(isInputObjectType, (type: { getFields: () => Record<string, GraphQLInputField> } & GraphQLNamedType) => section(type, table(['field', 'type', 'means'], Object.values(type.getFields()).map(argument)))),
    enums: ofKind(isEnumType, (type: { getValues: () => readonly GraphQLEnumValue[] } & GraphQLNamedType) => section(type, table(['value', 'means'], type.getValues().map(value => [`\`${value.name}\``, words(value)])))),
    scalars: ofKind(isScalarType, (type: GraphQLNamedType) => section(type, '')),
  }
  return Object.fromEntries(Object.entries(pages).map(([page, sections]) => [page, `# ${reference[page as Page]}\n\n${sections.join('\n\n')}\n`])) as Record<Page, string>
}

/** Whether an API key can ask for it: the contract says so beside the description. */
function forKeys({ description }: GraphQLField<unknown, unknown>): boolean {
  return /API keys: /.test(description ?? '')
}

function isComposite(type: GraphQLNamedType) {
  return isObjectType(type) || isInterfaceType(type) || isUnionType(type)
}

function operation(field: GraphQLField<unknown, unknown>): string {
  const given = field.args.length > 0 ? `\n\n${table(['argument', 'type', 'means'], field.args.map(argument))}` : ''
  return `## ${field.name}\n\n${words(field)}\n\nAnswers ${typed(field.type)}.${given}`
}

function section(type: GraphQLNamedType, body: string): string {
  return `## ${type.name}\n\n${type.description ?? ''}\n\n${body}`
}

function fields(all: readonly GraphQLField<unknown, unknown>[], note: string): string {
  const rows = all.map(field => [`\`${field.name}\``, typed(field.type), [words(field), ...field.args.map(arg => `\`${arg.name}\` (${typed(arg.type)}): ${words(arg)}`)].join(' ')])
  return `${note}\n\n${table(['field', 'type', 'means'], rows)}`
}

function argument(arg: GraphQLArgument | GraphQLInputField): string[] {
  const value = arg.defaultValue === undefined ? null : astFromValue(arg.defaultValue, arg.type)
  return [`\`${arg.name}\``, typed(arg.type), `${words(arg)}${value ? ` Unless given: \`${print(value)}\`.` : ''}`]
}

function words({ description, deprecationReason }: Described): string {
  return `${deprecationReason ? `**Deprecated.** ${deprecationReason} ` : ''}${description ?? ''}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The type as GraphQL writes it, its name leading to where it is described. */
function typed(type: GraphQLType): string {
  const { name } = getNamedType(type)
  const [before, after] = String(type).split(name)
  return `${before?.replaceAll('[', '\\[')}${link(getNamedType(type))}${after?.replaceAll(']', '\\]')}`
}

function link(type: GraphQLNamedType): string {
  const page: Page = isInputObjectType(type) ? 'inputs' : isEnumType(type) ? 'enums' : isScalarType(type) ? 'scalars' : 'objects'
  return isScalarType(type) && isSpecifiedScalarType(type) ? `[${type.name}](https://spec.graphql.org/October2021/#sec-${type.name})` : `[${type.name}](/docs/reference/${page}/#${slugOf(type.name)})`
}
