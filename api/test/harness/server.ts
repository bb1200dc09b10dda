import type { TestProject } from 'vitest/node'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from '../../src/compose.ts'
import { startEmbeddedServer } from '../../src/database/embedded/server.ts'
import { makeLogins } from '../../src/database/logins.ts'
import { ensureDatabase } from '../../src/database/open-database.ts'
import { createLog } from '../../src/shared/log.ts'
import { loginUrls } from './login-urls.ts'
import { memoryFolder } from './memory-folder.ts'

declare module 'vitest' {
  export interface ProvidedContext { adminUrl: string }
}

/** One PostgreSQL for the whole run, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(memoryFolder(), 'homeroom-test-'))
  // Started by root the server runs as another account, which must get in there.
  await chmod(folder, 0o755)
  const server = await startEmbeddedServer({
    dataDir: join(folder, 'postgres'),
    log: () => {},
    // Nobody misses a test's data after a crash of the machine.
    settings: { fsync: 'off', full_page_writes: 'off', max_connections: '300' },
  })
  const template = await ensureDatabase(server.url, 'homeroom_template')
  const urls = loginUrls(template)
  await makeLogins(template, urls)
  await migrate(urls, createLog('silent'))
  project.provide('adminUrl', server.url)
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
