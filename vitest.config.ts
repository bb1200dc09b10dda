import { defineConfig } from 'vitest/config'

// One copy of graphql: without the alias vitest loads two and type checks fail with "another module or realm".
const alias = [{ find: /^graphql$/, replacement: 'graphql/index.js' }]

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'api',
          root: './api',
          include: ['{src,migrations,test}/**/*.test.ts'],
          globalSetup: ['test/harness/server.ts'],
          testTimeout: 60_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: { name: 'web', root: './web', include: ['src/**/*.test.ts'] },
      },
    ],
  },
})
