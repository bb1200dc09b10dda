import type { Rollout, RunningApi } from './compose.ts'
import type { Config } from './config.ts'
import type { LoginUrls } from './database/logins.ts'
import type { Log } from './shared/log.ts'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import closeWithGrace from 'close-with-grace'
import { migrate, migrateSchools, startApi, startWorker } from './compose.ts'
import { environment, loadConfig } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { createLog } from './shared/log.ts'
import { createMetrics } from './shared/metrics.ts'
import { startTracing } from './shared/trace-export.ts'
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
  const parts: { api?: RunningApi } = {}
  closeWithGrace({ delay: 20_000, logger: false }, async ({ err, signal }) => {
    if (err)
      log.fatal({ err }, 'stopping after an error nobody caught')
    // Beside a worker of its own it is alone: there is nobody to hand over to, and Ctrl-C is somebody who waits.
    if (signal === 'SIGTERM' && config.process === 'api')
      await parts.api?.handOver()
    await stop()
  })

  try {
    await start(config, log, stops, parts)
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
async function start(config: Config, log: Log, stops: (() => Promise<void>)[], parts: { api?: RunningApi }): Promise<void> {
  if (config.otlpEndpoint)
    stops.push(startTracing(config.otlpEndpoint, config.process).stop)
  const database = await openDatabase(config, log)
  stops.push(database.stop)
  const { urls } = database
  // Schools follow, by a worker: nobody waits for them to start.
  if (urls.owner)
    await migrate(urls as Required<LoginUrls>, log)
  if (process.argv.includes('--migrate-only'))
    return migrateAll(config, urls as Required<LoginUrls>, log)
  if (!config.rateLimits)
    log.warn('RATE_LIMITS is off: for benches and load tests only')
  // One process counts in one place, whatever parts it has.
  const metrics = createMetrics(config.process)
  if (config.process !== 'api') {
    const worker = await startWorker(config, urls as Required<LoginUrls>, log, undefined, metrics)
    stops.push(worker.stop)
  }
  if (config.process !== 'worker') {
    const api = await startApi(config, urls, log, webRoot(), metrics)
    stops.push(api.stop)
    parts.api = api
    process.stdout.write(`Homeroom is at ${config.baseUrl ?? api.url}\n`)
  }
  else {
    process.stdout.write('Homeroom\'s worker is waiting for schools to prepare\n')
  }
}

/** Migrates every school in the foreground, telling how far it is, and names those that stayed behind. */
async function migrateAll(config: Config, urls: Required<LoginUrls>, log: Log): Promise<void> {
  const { rollout, behind } = await migrateSchools(config, urls, log, progressLine())
  if (rollout)
    process.stdout.write(`${process.stdout.isTTY ? '\n' : ''}`)
  if (behind.length > 0) {
    const why = rollout?.state === 'DONE' ? '' : ` The roll-out is ${rollout?.state}${rollout?.stoppedReason ? ` (${rollout.stoppedReason})` : ''}.`
    const named = behind.filter(({ code }) => code).map(({ slug, code, cause }) => `  ${slug}: ${code} ${cause?.replaceAll('\n', ' / ') ?? ''}`)
    throw new Error([`${behind.length} of the schools could not be brought to the newest version.${why}`, ...named].join('\n'))
  }
  process.stdout.write('Every school is at the newest version.\n')
}

/** On a terminal one line that changes, elsewhere a line for each change. */
function progressLine(): (rollout: Rollout) => void {
  let last = ''
  return ({ done, total, failed }) => {
    const line = `schools: ${done} of ${total} migrated, ${failed} failed`
    if (line !== last)
      process.stdout.write(process.stdout.isTTY ? `\r${line}` : `${line}\n`)
    last = line
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
