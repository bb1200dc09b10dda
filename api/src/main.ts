import type { Config } from './config.ts'
import type { LoginUrls } from './database/logins.ts'
import type { Log } from './shared/log.ts'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import closeWithGrace from 'close-with-grace'
import { migrate, startApi, startWorker } from './compose.ts'
import { environment, loadConfig } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { createLog } from './shared/log.ts'
import { explainStart } from './start-error.ts'

/** Reads the configuration, opens the database, starts what PROCESS says, and takes everything down in reverse. */
async function main(): Promise<void> {
  const config = loadConfig(environment())
  const log = createLog(config.logLevel)
  const stops: (() => Promise<void>)[] = []
  let stopping: Promise<void> | undefined
  const stop = () => stopping ??= (async () => {
    // One part that cannot end well must not keep the others, the database last of all, from ending.
    for (const end of stops.reverse())
      await end().catch((error: unknown) => log.error({ err: error }, 'a part did not stop as it should'))
  })()
  closeWithGrace({ delay: 20_000, logger: false }, async ({ err }) => {
    if (err)
      log.fatal({ err }, 'stopping after an error nobody caught')
    await stop()
  })

  try {
    await start(config, log, stops)
    if (process.argv.includes('--migrate-only'))
      await stop()
  }
  catch (error) {
    // A Ctrl-C during the start closes what the next part was to stand on: that is no mistake.
    const wanted = stopping !== undefined
    await stop()
    if (!wanted)
      throw error
  }
}

/** Opens one part after the other, noting for each how it ends. */
async function start(config: Config, log: Log, stops: (() => Promise<void>)[]): Promise<void> {
  const database = await openDatabase(config, log)
  stops.push(database.stop)
  const { urls } = database
  // Schools that stayed behind answer TENANT_MAINTENANCE; the others are served.
  const behind = urls.owner ? await migrate(urls as Required<LoginUrls>, log) : []
  if (process.argv.includes('--migrate-only')) {
    if (behind.length > 0)
      throw new Error(`${behind.length} schools could not be migrated; the log says why: ${behind.join(', ')}`)
    return
  }
  if (!config.rateLimits)
    log.warn('RATE_LIMITS is off: for benches and load tests only')
  if (config.process !== 'api') {
    const worker = await startWorker(config, urls as Required<LoginUrls>, log)
    stops.push(worker.stop)
  }
  if (config.process !== 'worker') {
    const api = await startApi(config, urls, log, webRoot())
    stops.push(api.stop)
    process.stdout.write(`Homeroom is at ${config.baseUrl ?? api.url}\n`)
  }
  else {
    process.stdout.write('Homeroom\'s worker is waiting for schools to prepare\n')
  }
}

/** The built web client, beside this workspace whether it runs from source or from dist. */
function webRoot(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url))
  return ['../../web/dist', '../../../web/dist'].map(path => join(here, path)).find(path => existsSync(join(path, 'index.html')))
}

main().catch((error: unknown) => {
  process.stderr.write(`${explainStart(error)}\n`)
  process.exit(1)
})
