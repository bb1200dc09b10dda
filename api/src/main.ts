import type { LoginUrls } from './database/logins.ts'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import closeWithGrace from 'close-with-grace'
import { migrate, startApi, startWorker } from './compose.ts'
import { ConfigError, environment, loadConfig } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { createLog } from './shared/log.ts'

/** Reads the configuration, opens the database, starts what PROCESS says, and takes everything down in reverse. */
async function main(): Promise<void> {
  const config = loadConfig(environment())
  const log = createLog(config.logLevel)
  const stops: (() => Promise<void>)[] = []
  let stopping: Promise<void> | undefined
  const stop = () => stopping ??= (async () => {
    for (const end of stops.reverse())
      await end()
  })()
  closeWithGrace({ delay: 20_000, logger: false }, async ({ err }) => {
    if (err)
      log.fatal({ err }, 'stopping after an error nobody caught')
    await stop()
  })

  const database = await openDatabase(config, log)
  stops.push(database.stop)
  const { urls } = database
  if (urls.owner)
    await migrate(urls as Required<LoginUrls>, log)
  if (process.argv.includes('--migrate-only')) {
    await stop()
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
  process.stderr.write(`${error instanceof ConfigError ? error.message : error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exitCode = 1
  // What was opened before the mistake must not keep the process.
  process.kill(process.pid, 'SIGTERM')
})
