import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// One copy of graphql: without the alias vitest loads two and type checks fail with "another module or realm".
const alias = [{ find: /^graphql$/, replacement: 'graphql/index.js' }]

const patience = { testTimeout: 60_000, hookTimeout: 90_000 }

const api = {
  ...patience,
  root: './api',
  globalSetup: ['test/harness/server.ts'],
  setupFiles: ['test/harness/decorators.ts'],
  // A second, as it is by itself, is little for another process on a busy machine.
  expect: { poll: { timeout: 30_000 } },
}

/** They ask whether somebody is slowed down, or told in time: nothing else runs beside them. */
const alone = ['test/journey/{lifecycle,rolling-restart,sign-up-rush}.test.ts', 'test/isolation/hostile-load.test.ts']

export default defineConfig({
  test: {
    // Most tests wait: for processes, heartbeats and locks. By itself it would run one file at a time on two processors;
    // four keep these as busy as is good for tests that watch the clock.
    maxWorkers: Math.min(6, Math.max(4, availableParallelism() - 1)),
    projects: [
      {
        resolve: { alias },
        // Files share a worker and what it has loaded: half of the work of a small file was loading Homeroom and running it cold.
        test: { ...api, name: 'api', isolate: false, include: ['{src,migrations,test}/**/*.test.ts'], exclude: alone },
      },
      {
        resolve: { alias },
        test: { ...api, name: 'api alone', include: alone, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
      {
        test: { ...patience, name: 'web', root: './web', isolate: false, include: ['src/**/*.test.ts'] },
      },
    ],
  },
})
