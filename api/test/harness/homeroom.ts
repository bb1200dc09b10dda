import type { DestinationStream } from 'pino'
import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { Running, RunningApi, RunningWorker } from '../../src/compose.ts'
import type { Config } from '../../src/config.ts'
import type { GraphqlClient } from './client.ts'
import type { TestDatabase } from './database.ts'
import type { Mailbox } from './mailbox.ts'
import type { SignedUp } from './sign-up.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { startApi, startWorker } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/shared/log.ts'
import { graphqlClient } from './client.ts'
import { openTestDatabase } from './database.ts'
import { openMailbox } from './mailbox.ts'
import { openSchool, signUp } from './sign-up.ts'

export type { SignedUp } from './sign-up.ts'
export { password } from './sign-up.ts'

export interface TestHomeroom {
  readonly database: TestDatabase
  readonly config: Config
  readonly api: RunningApi
  /** Somebody who has not signed in. */
  readonly visitor: GraphqlClient
  /** Where everybody's mail arrives, once a worker has sent it. */
  readonly mailbox: Mailbox
  startWorker: (migrations?: readonly SchoolMigration[]) => Promise<RunningWorker>
  startApi: (config?: Partial<Config>) => Promise<RunningApi>
  /** Signs a school up as a person would; its preparation has been queued. */
  signUp: (slug: string, more?: { timeZone?: string, name?: string }) => Promise<SignedUp>
  /** Signs a school up and follows it until it is READY. */
  openSchool: (slug: string, more?: { timeZone?: string, name?: string }) => Promise<SignedUp>
  stop: () => Promise<void>
}

/** A whole Homeroom on a database of its own, in this process, reached through real HTTP and sockets. */
export async function openHomeroom(options: { worker?: boolean, patient?: boolean, config?: Partial<Config>, webRoot?: string, logTo?: DestinationStream } = {}): Promise<TestHomeroom> {
  const database = await openTestDatabase(options)
  const dataDir = mkdtempSync(join(tmpdir(), 'homeroom-data-'))
  const config: Config = { ...loadConfig({ PORT: '0', DATA_DIR: dataDir, NODE_ENV: 'test', RATE_LIMITS: 'off', LOG_LEVEL: process.env.TEST_LOG ?? 'silent' }), ...options.config }
  const log = createLog(config.logLevel, options.logTo)
  const running: Running[] = []
  // A test may stop a part itself; then the end has nothing left to do for it.
  const keep = <R extends Running>(part: R): R => {
    let stopped: Promise<void> | undefined
    const kept = { ...part, stop: () => stopped ??= part.stop() }
    running.push(kept)
    return kept
  }
  const homeroom = {
    startWorker: async (migrations?: readonly SchoolMigration[]) => keep(await startWorker(config, database.urls, log, migrations)),
    startApi: async (more: Partial<Config> = {}) => keep(await startApi({ ...config, ...more }, database.urls, log, options.webRoot)),
  }
  const api = await homeroom.startApi()
  if (options.worker !== false)
    await homeroom.startWorker()
  const visitor = graphqlClient(api.url)
  const mailbox = openMailbox(config.dataDir)

  return {
    ...homeroom,
    database,
    config,
    api,
    visitor,
    mailbox,
    signUp: (slug, more) => signUp(visitor, slug, more),
    openSchool: (slug, more) => openSchool(visitor, slug, more),
    async stop() {
      for (const part of running.reverse())
        await part.stop()
      mailbox.close()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
