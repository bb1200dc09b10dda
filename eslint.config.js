import antfu from '@antfu/eslint-config'
import graphql from '@graphql-eslint/eslint-plugin'

const code = ['**/*.ts', '**/*.js', '**/*.mjs', '**/*.cjs', '**/*.vue']
const generated = ['web/src/apollo/generated/**', 'package-lock.json']

const syntax = [
  { selector: 'TSEnumDeclaration[const=true]', message: 'A const enum cannot be compiled file by file: use a plain object or a union.' },
  { selector: 'TSExportAssignment', message: 'Use `export`.' },
  { selector: 'AssignmentExpression[left.property.name=/^(inner|outer)HTML$/], CallExpression[callee.property.name="insertAdjacentHTML"]', message: 'Set text, not HTML: names typed by people end up here.' },
]
const environment = { selector: 'MemberExpression[object.name="process"][property.name="env"], VariableDeclarator[init.name="process"], ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name="env"]', message: 'Only api/src/config.ts reads the environment: add a field to Config and pass it down.' }
const accessors = { selector: 'ObjectExpression > Property[kind=/^[gs]et$/]', message: 'What such an object\'s functions close over stays in memory until a full collection: use a class, or a function.' }

export default antfu(
  {
    type: 'app',
    typescript: true,
    vue: { a11y: true },
    ignores: generated,
  },
  {
    name: 'homeroom/code',
    files: code,
    rules: {
      'max-lines': ['error', { max: 350 }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'no-restricted-syntax': ['error', ...syntax, environment],
      'eslint-comments/no-use': 'error',
      'no-console': ['error', {}],
      'node/prefer-global/buffer': 'off',
      // Imported for what it does, so before everything that may need it done.
      'perfectionist/sort-imports': ['error', {
        groups: ['side-effect', 'type-import', ['type-parent', 'type-sibling', 'type-index', 'type-internal'], 'value-builtin', 'value-external', 'value-internal', ['value-parent', 'value-sibling', 'value-index'], 'ts-equals-import', 'unknown'],
        newlinesBetween: 'ignore',
        newlinesInside: 'ignore',
        order: 'asc',
        type: 'natural',
      }],
      // Short lists and ternaries stay on one line.
      'antfu/reasonable-newline': 'off',
      'style/max-statements-per-line': ['error', { max: 2 }],
      // Resolvers and services are read top down: what matters first, the small parts below.
      'ts/no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
    },
  },
  {
    name: 'homeroom/types',
    files: ['**/*.ts', '**/*.vue'],
    rules: {
      'ts/no-explicit-any': 'error',
      'ts/ban-ts-comment': ['error', { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true, 'ts-check': true }],
    },
  },
  {
    name: 'homeroom/api-objects',
    files: ['api/src/**/*.ts'],
    ignores: ['api/src/config.ts', '**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax, environment, accessors] },
  },
  {
    name: 'homeroom/api-types',
    files: ['api/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'ts/no-floating-promises': 'error',
      'ts/no-misused-promises': 'error',
      'ts/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    name: 'homeroom/entities',
    files: ['**/*.entity.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: '@mikro-orm/core', allowImportNames: ['defineEntity', 'p', 'InferEntity'], message: 'An entity is data: queries and writes belong in the service.' }] }],
    },
  },
  {
    name: 'homeroom/environment',
    files: ['api/src/config.ts', 'scripts/**', 'api/bench/**', 'api/test/**', '**/*.test.ts', 'vitest.config.ts', 'web/vite.config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax] },
  },
  {
    name: 'homeroom/commands',
    files: ['scripts/**', 'api/bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'homeroom/entries',
    files: ['api/src/*.ts', 'scripts/**', 'api/bench/**'],
    rules: { 'antfu/no-top-level-await': 'off' },
  },
  {
    name: 'homeroom/vue',
    files: ['**/*.vue'],
    rules: {
      'vue/no-v-html': 'error',
      'vue/no-v-text-v-html-on-component': 'error',
      // On a component of ours `role` is the role in a class.
      'vue-a11y/aria-role': ['error', { ignoreNonDOM: true }],
      // One way to tie a label to its control is enough.
      'vue-a11y/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
    },
  },
  {
    name: 'homeroom/vue-parts',
    files: ['web/src/ui/**/*.vue'],
    // A part cannot see the label around it; axe checks the whole form in the browser tests.
    rules: { 'vue-a11y/form-control-has-label': 'off' },
  },
  {
    name: 'homeroom/tests',
    files: ['**/*.test.ts'],
    rules: {
      'test/consistent-test-it': ['error', { fn: 'test', withinDescribe: 'test' }],
      // A title may begin with a state or an error code.
      'test/prefer-lowercase-title': 'off',
      'no-restricted-properties': ['error', ...['mock', 'doMock', 'resetModules'].map(property => ({
        object: 'vi',
        property,
        message: 'Test files share a worker, in which the module may be loaded already: watch or replace a function of an object (vi.spyOn).',
      }))],
    },
  },
  {
    name: 'homeroom/mutants',
    files: ['api/test/mutants/**'],
    // Pieces of code in quotes.
    rules: { 'no-template-curly-in-string': 'off' },
  },
  {
    name: 'homeroom/json',
    files: ['**/*.json'],
    rules: { 'jsonc/sort-keys': 'off' },
  },
  {
    name: 'homeroom/graphql',
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema.graphql', documents: 'web/src/**/*.graphql' } },
    },
  },
  {
    // Programs of other people, who have no config.ts and print what they find.
    name: 'homeroom/examples',
    files: ['examples/**/*.ts', 'docs/developers/*.md/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...syntax],
      'no-console': 'off',
      'antfu/no-top-level-await': 'off',
      'node/prefer-global/process': 'off',
    },
  },
  {
    name: 'homeroom/contract',
    files: ['schema.graphql'],
    rules: {
      // The schema is the manual integrators read: every type and every field says what it means.
      '@graphql-eslint/require-description': ['error', {
        types: true,
        rootField: true,
        FieldDefinition: true,
        InputValueDefinition: true,
        ignoredSelectors: ['FieldDefinition > InputValueDefinition', 'ObjectTypeDefinition[name.value=/^(Query|Mutation|Subscription)$/]'],
      }],
      '@graphql-eslint/require-deprecation-reason': 'error',
    },
  },
  {
    name: 'homeroom/documents',
    files: ['web/src/**/*.graphql'],
    rules: {
      '@graphql-eslint/no-anonymous-operations': 'error',
      '@graphql-eslint/unique-operation-name': 'error',
      '@graphql-eslint/unique-fragment-name': 'error',
      '@graphql-eslint/fields-on-correct-type': 'error',
      '@graphql-eslint/no-deprecated': 'error',
      '@graphql-eslint/no-unused-variables': 'error',
      '@graphql-eslint/no-unused-fragments': 'error',
    },
  },
)
