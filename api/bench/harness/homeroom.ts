import type { LoginUrls } from '../../src/database/logins.ts'
import type { Child } from './children.ts'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config.ts'
import { openDatabase } from '../../src/database/open-database.ts'
import { createLog } from '../../src/shared/log.ts'
import { startChild } from './children.ts'

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))

/** How many schools a worker prepares at a time, and so how many connections the bare client gets. */
export const parallelism = 2

/** A Homeroom as it runs in production: built code, an API and a worker in a process each, on an embedded server. */
export interface Homeroom {
  readonly url: string
  readonly urls: Required<LoginUrls>
  readonly dataDir: string
  /** Ends the worker's process; what is queued waits. */
  stopWorker: () => Promise<void>
  startWorker: () => Promise<void>
  stop: () => Promise<void>
}

export async function openHomeroom({ rateLimits = false }: { rateLimits?: boolean } = {}): Promise<Homeroom> {
  const dataDir = await mkdtemp(join(tmpdir(), 'homeroom-bench-'))
  // Started by root the server runs as another account, which must get in there.
  await chmod(dataDir, 0o755)
  const database = await openDatabase(loadConfig({ DATA_DIR: dataDir }), createLog('warn'))
  const env = { NODE_ENV: 'production', DATA_DIR: dataDir, PORT: '0', RATE_LIMITS: rateLimits ? 'on' : 'off', LOG_LEVEL: 'error', WORKER_CONCURRENCY: String(parallelism) }
  const api = await startChild([main], { ...env, PROCESS: 'api' }, 'Homeroom is at ')
  let worker: Child | undefined
  const homeroom: Homeroom = {
    url: api.word,
    urls: database.urls as Required<LoginUrls>,
    dataDir,
    async startWorker() {
      worker ??= await startChild([main], { ...env, PROCESS: 'worker' }, 'Homeroom\'s worker is waiting')
    },
    async stopWorker() {
      await worker?.stop()
      worker = undefined
    },
    async stop() {
      await Promise.all([worker?.stop(), api.stop()])
      await database.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  await homeroom.startWorker()
  return homeroom
}
