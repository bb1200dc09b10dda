import { GraphQLBoolean, GraphQLEnumType, GraphQLError, GraphQLID, GraphQLInputObjectType, GraphQLInt, GraphQLInterfaceType, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLScalarType, GraphQLSchema, GraphQLString, GraphQLUnionType } from 'graphql'
import { Invalid } from '../../src/shared/errors.ts'

// A schema in which everything can go well and wrong, at once and later.
const Day = new GraphQLScalarType<string, string>({
  name: 'Day',
  serialize: value => value === 'never' ? fail('No day') : String(value),
  parseValue: value => typeof value === 'string' && value.length === 10 ? value : fail('A day has ten letters.'),
})
const Colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: 'r' }, BLUE: { value: 'b' } } })
const Inner = new GraphQLInputObjectType({ name: 'Inner', fields: { width: { type: new GraphQLNonNull(GraphQLInt) }, height: { type: GraphQLInt, defaultValue: 8 }, colours: { type: new GraphQLList(Colour) } } })
const Size = new GraphQLInputObjectType({ name: 'Size', fields: () => ({
  width: { type: new GraphQLNonNull(GraphQLInt) },
  height: { type: GraphQLInt, defaultValue: 7 },
  colours: { type: new GraphQLList(new GraphQLNonNull(Colour)) },
  inner: { type: Inner },
}) })
const Tree: GraphQLInputObjectType = new GraphQLInputObjectType({ name: 'Tree', fields: () => ({ branches: { type: new GraphQLList(Tree) } }) })
const Either = new GraphQLInputObjectType({ name: 'Either', isOneOf: true, fields: { id: { type: GraphQLID }, n: { type: GraphQLInt } } })
const manyArguments = { args: { either: { type: Either }, size: { type: Size }, colour: { type: Colour, defaultValue: 'b' }, day: { type: Day }, id: { type: GraphQLID }, ids: { type: new GraphQLList(GraphQLID) }, yes: { type: GraphQLBoolean }, tree: { type: Tree }, colours: { type: new GraphQLList(new GraphQLNonNull(Colour)) }, n: { type: GraphQLInt, defaultValue: 5 } } }
const Named: GraphQLInterfaceType = new GraphQLInterfaceType({ name: 'Named', fields: () => ({ title: { type: GraphQLString } }), resolveType: () => 'Thing' })
const Any: GraphQLUnionType = new GraphQLUnionType({ name: 'Any', types: () => [Thing], resolveType: () => 'Thing' })
const Thing: GraphQLObjectType = new GraphQLObjectType({ name: 'Thing', interfaces: () => [Named], fields: () => ({
  id: { type: new GraphQLNonNull(GraphQLID) },
  title: { type: GraphQLString },
  colour: { type: Colour },
  day: { type: Day },
  must: { type: new GraphQLNonNull(GraphQLString) },
  tags: { type: new GraphQLList(new GraphQLNonNull(GraphQLString)) },
  later: { type: GraphQLString, resolve: async ({ title }: { title: string }) => `later ${title}` },
  wrong: { type: GraphQLString, resolve: () => fail('wrong at once') },
  wrongLater: { type: GraphQLString, resolve: async () => fail('wrong later') },
  refused: { type: new GraphQLNonNull(GraphQLString), resolve: async () => { throw new Invalid('Not so.', { code: 'CONFLICT', facts: { why: 'because' } }) } },
  refusedAtOnce: { type: new GraphQLNonNull(GraphQLString), resolve: () => { throw new GraphQLError('Nor so.', { extensions: { code: 'NOR_SO' } }) } },
  returned: { type: GraphQLString, resolve: () => new Error('an error as a value') },
  nothing: { type: new GraphQLNonNull(Thing), resolve: async () => null },
  one: { type: Thing, resolve: () => thing('inner') },
  sure: { type: new GraphQLNonNull(Thing), resolve: async () => thing('sure') },
  many: { type: new GraphQLList(Thing), args: { first: { type: GraphQLInt, defaultValue: 2 } }, resolve: (_, { first }: { first: number }) => Array.from({ length: first }, (_, place) => thing(`t${place}`)) },
  some: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Thing))), resolve: async () => [thing('a'), null, thing('c')] },
  lacking: { type: new GraphQLList(new GraphQLNonNull(Thing)), resolve: async () => [thing('a'), thing('c')] },
  promised: { type: new GraphQLList(Thing), resolve: () => [Promise.resolve(thing('p')), thing('q')] },
  told: { type: GraphQLString, ...manyArguments, resolve: (_, args, context: { asked: string[] }) => {
    const given = told(args)
    context.asked.push(given)
    return given
  } },
  refusedInList: { type: new GraphQLList(Thing), resolve: () => [thing('q'), Promise.reject(new Invalid('Not this one.', { code: 'CONFLICT' })), thing('r')] },
  thrownAway: { type: GraphQLString, resolve: () => rejected<string>(undefined) },
  grid: { type: new GraphQLList(new GraphQLList(Thing)), resolve: () => [[thing('g')], null, [thing('h'), null]] },
  sureLater: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Thing))), resolve: () => [Promise.resolve(thing('a')), Promise.resolve(thing('c'))] },
  called: { type: GraphQLString },
  awaited: { type: GraphQLString },
  noList: { type: new GraphQLList(Thing), resolve: () => 'thing' },
  any: { type: Any, resolve: () => thing('any') },
  named: { type: Named, resolve: () => thing('named') },
  needs: { type: GraphQLString, args: { n: { type: new GraphQLNonNull(GraphQLInt) } }, resolve: (_, { n }: { n: number }) => String(n) },
}) })
export const awkwardSchema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { thing: { type: Thing, resolve: () => thing('root') }, sure: { type: new GraphQLNonNull(Thing), resolve: async () => thing('sure') }, gone: { type: Thing, resolve: () => null } } }),
  mutation: new GraphQLObjectType({ name: 'Mutation', fields: { say: {
    type: new GraphQLNonNull(GraphQLString),
    args: { word: { type: GraphQLString }, fails: { type: GraphQLBoolean } },
    resolve: async (_, { word, fails }: { word: string, fails?: boolean }, { asked }: { asked: string[] }) => {
      await Promise.resolve()
      asked.push(word)
      return fails ? fail(`no ${word}`) : `${asked.join()}`
    },
  } } }),
})

const rejected = <T>(reason: unknown) => new Promise<T>((_, reject: (reason: unknown) => void) => reject(reason))

/** Which argument comes first is nobody's business. */
const told = (args: unknown) => JSON.stringify(args, (_, value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value)
const thing = (title: string) => ({ id: title, title, colour: 'r', day: title === 'root' ? '2026-08-01' : 'never', must: title === 'c' ? null : 'there', tags: ['x', 'y'], called: () => `${title} was called`, awaited: Promise.resolve(`${title} was awaited`) })
function fail(words: string): never {
  throw new Error(words)
}
