import type { CodegenConfig } from '@graphql-codegen/cli'

// schema.graphql + the documents beside each room of the web client -> typed documents.
const config: CodegenConfig = {
  schema: 'schema.graphql',
  // What the explorer offers to run is text, not code.
  documents: ['web/src/**/*.graphql', '!web/src/rooms/explorer/operator/questions/**'],
  generates: {
    'web/src/apollo/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        skipTypename: true,
        importExtension: '.ts',
        scalars: { DateTime: 'string', DateTimeISO: 'string', LocalDate: 'string', SafeInt: 'number', JSONObject: 'Record<string, unknown>' },
      },
    },
  },
}

export default config
