// Imports go down only:
//   main -> compose -> transport, rooms -> access -> jobs, events, mail, database -> config, shared
const src = '^api/src/'
const room = `${src}(?:platform|school)/`
const shared = `${src}(?:config\\.ts|shared/)`
const plumbing = `${src}(?:jobs|events|mail|database)/`
const access = `${src}access/`
const transport = `${src}transport/`
const tops = `${src}(?!config\\.ts)[^/]+\\.ts$`
const inTest = '\\.test\\.ts$'
const npm = names => `(?:^|/)node_modules/(?:${names})/`
const graphqlPackages = npm('@?type-graphql|graphql|graphql-[^/]+|@apollo/[^/]+|@graphql-(?!yoga)[^/]+/[^/]+')
const ormPackages = npm('@mikro-orm/[^/]+|kysely|pg|pg-[^/]+')

/** A layer may import itself and what `to` does not list. */
const down = (name, from, to, comment) => ({ name, severity: 'error', comment, from: { path: from, pathNot: inTest }, to: { path: to } })

export default {
  forbidden: [
    // Layers
    down('shared-imports-nothing-above', shared, [plumbing, access, transport, room, tops], 'shared/ and config.ts know nobody: move what they need into shared/, or take it as an argument.'),
    down('plumbing-imports-only-shared', plumbing, [access, transport, room, tops], 'jobs/, events/, mail/ and database/ serve the layers above: take what you need as an argument from compose.ts.'),
    down('access-imports-only-plumbing', access, [transport, room, tops], 'access/ knows principals and contexts, no room: let compose.ts pass it a function.'),
    down('transport-knows-no-room', transport, [room, tops], 'transport/ gets resolvers and handlers from compose.ts; it never names a room.'),
    down('rooms-know-no-transport', room, [transport, tops], 'A room has no HTTP, socket or composition in it: what it needs of a request is in access/.'),
    {
      name: 'only-compose-knows-the-rooms',
      severity: 'error',
      comment: 'compose.ts is the only file that knows everybody: build it there and start what it answers.',
      from: { path: `${src}main\\.ts$` },
      to: { path: [room, transport] },
    },

    // Rooms
    {
      name: 'planes-never-meet',
      severity: 'error',
      comment: 'platform/ and school/ are two planes: compose.ts hands a part of one to the other as a function.',
      from: { path: `${src}(platform|school)/` },
      to: { path: room, pathNot: `${src}$1/` },
    },
    {
      name: 'histories-never-meet',
      severity: 'error',
      comment: 'Platform and school tables have a history each. Only preparation, which makes schools, and fleet, which migrates them, read the schools\' from the platform\'s side.',
      from: { path: '^api/(?:src|migrations)/(platform|school)/', pathNot: `${src}platform/(?:preparation|fleet)/` },
      to: { path: '^api/migrations/(?:platform|school)/', pathNot: '^api/migrations/$1/' },
    },
    {
      name: 'a-room-is-entered-through-room-ts',
      severity: 'error',
      comment: 'Import the other room\'s room.ts, and export there what the house may use.',
      from: { path: `${room}([^/]+)/` },
      to: { path: `${room}[^/]+/`, pathNot: `${room}(?:$1/|[^/]+/room\\.ts$)` },
    },
    {
      name: 'the-house-enters-a-room-through-room-ts',
      severity: 'error',
      comment: 'Import the room\'s room.ts, and export there what the house may use.',
      from: { pathNot: room },
      to: { path: `${room}[^/]+/`, pathNot: `${room}[^/]+/room\\.ts$` },
    },
    {
      name: 'services-know-no-graphql',
      severity: 'error',
      comment: 'Services, entities, queries, jobs and plain rules work without GraphQL: take plain values, and let the resolver translate.',
      from: { path: room, pathNot: `(?:/room|\\.(?:resolver|type|input|test))\\.ts$` },
      to: { path: [graphqlPackages, '\\.(?:resolver|type)\\.ts$'] },
    },
    {
      name: 'resolvers-know-no-orm',
      severity: 'error',
      comment: 'Resolvers allow, scope and delegate; queries and writes belong in the service.',
      from: { path: [`${room}.*\\.(?:resolver|type|input)\\.ts$`, transport], pathNot: inTest },
      to: { path: ormPackages },
    },
    {
      name: 'entities-only-define',
      severity: 'error',
      comment: 'An entity is defineEntity from @mikro-orm/core and nothing else: no driver, no service, no job.',
      from: { path: '\\.entity\\.ts$' },
      to: { path: ['(?:^|/)node_modules/', '\\.(?:service|queries|job|resolver)\\.ts$'], pathNot: npm('@mikro-orm/core') },
    },
    {
      name: 'connections-are-opened-in-the-plumbing',
      severity: 'error',
      comment: 'Rooms get a PlatformDb or a SchoolDb. Only database/, events/, jobs/ and mail/ open connections, and preparation, which works as the owner.',
      from: { path: [room, access, transport, shared], pathNot: `${inTest}|${src}platform/preparation/` },
      to: { path: npm('pg|pg-[^/]+|@mikro-orm/(?:postgresql|migrations)'), dependencyTypesNot: ['type-only'] },
    },

    // Web
    {
      name: 'web-and-api-are-strangers',
      severity: 'error',
      comment: 'The client knows the API by schema.graphql and its generated documents only, and the API knows no client.',
      from: { path: '^(api|web)/' },
      to: { path: '^(?:api|web)/', pathNot: '^$1/' },
    },
    {
      name: 'ui-knows-no-data-and-no-route',
      severity: 'error',
      comment: 'A part in ui/ gets values as props and says what happened as events; the room fetches and navigates.',
      from: { path: '^web/src/ui/' },
      to: { path: [npm('@apollo/[^/]+|graphql|graphql-[^/]+|vue-router'), '^web/src/(?:apollo|rooms|router|shared)'] },
    },
    {
      name: 'web-apollo-knows-no-room',
      severity: 'error',
      comment: 'apollo/ serves every room: pass what it needs as an argument.',
      from: { path: '^web/src/apollo/' },
      to: { path: '^web/src/(?:rooms|shared|ui)/' },
    },
    {
      name: 'web-shared-knows-no-room',
      severity: 'error',
      comment: 'shared/ serves every room: pass what it needs as a prop or an argument.',
      from: { path: '^web/src/shared/' },
      to: { path: '^web/src/rooms/' },
    },

    // Everywhere
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or share a third.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nobody imports this file and it imports nobody: wire it up or delete it.',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', inTest, '^api/migrations/', '^scripts/', '\\.config\\.[jt]s$'] },
      to: {},
    },
    {
      name: 'product-imports-no-test-and-no-bench',
      severity: 'error',
      comment: 'What ships does not need the tests: move the shared part into src.',
      from: { path: '^(?:api|web)/(?:src|migrations)/', pathNot: inTest },
      to: { path: ['^api/(?:test|bench)/', inTest] },
    },
    {
      name: 'product-imports-no-dev-dependency',
      severity: 'error',
      comment: 'Move the package to `dependencies`: production installs leave the others out.',
      from: { path: '^api/(?:src|migrations)/', pathNot: inTest },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'imports-resolve',
      severity: 'error',
      comment: 'This import leads nowhere: mend the path or add the package.',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(?:virtual:|#build/|\\.\\./api/dist/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(?:api|web)/dist/|^web/src/apollo/generated/' },
    // Type imports count: they are how layers start to know each other.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
}
