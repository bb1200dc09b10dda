import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { findBinaries } from '../../src/database/embedded/binaries.ts'
import { ensureCluster, superuser } from '../../src/database/embedded/cluster.ts'
import { freePort } from '../../src/database/embedded/free-port.ts'
import { openHome } from '../../src/database/embedded/home.ts'
import { readPostmaster } from '../../src/database/embedded/postmaster.ts'
import { plainEnvironment } from '../../src/database/embedded/processes.ts'
import { serverArguments, writeSettings } from '../../src/database/embedded/settings.ts'
import { ensureDatabase } from '../../src/database/open-database.ts'
import { until } from './embedded-owners.ts'
import { memoryFolder } from './memory-folder.ts'

/** A PostgreSQL as an operator has it: it is there before Homeroom, keeps its port, and may go down under it. */
export interface PostgresServer {
  /** A folder that everything of this test can live in. */
  readonly folder: string
  /** The superuser's URL of a database, made if it is not there. */
  database: (name: string) => Promise<string>
  start: () => Promise<void>
  /** As a crash: `pg_ctl stop -m immediate`. */
  stopAtOnce: () => Promise<void>
  /** Stops for good, and removes the folder. */
  close: () => Promise<void>
}

/** Starts a server of the PostgreSQL in `native` (a folder with bin), or else of the one from npm. */
export async function openPostgres(native?: string): Promise<PostgresServer> {
  const folder = await realpath(await mkdtemp(join(memoryFolder(), 'homeroom-server-')))
  await chmod(folder, 0o755)
  const settings = { fsync: 'off', full_page_writes: 'off' }
  const home = await openHome(join(folder, 'server'), () => {})
  const programs = await findBinaries(home, () => {}, native)
  const password = await ensureCluster(home, programs, settings, () => {})
  await writeSettings(home)
  let port = await freePort()
  const url = (database: string) => `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`
  let server: ChildProcess | undefined

  const killServer = () => server?.kill('SIGQUIT')
  process.once('exit', killServer)

  async function stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const going = server
    server = undefined
    if (going?.kill(signal))
      await once(going, 'exit')
  }
  async function start(): Promise<void> {
    const starting = server = spawn(programs.postgres, serverArguments(home, port, settings), { ...home.account.ids, cwd: '/', env: plainEnvironment, stdio: 'ignore' })
    await until('PostgreSQL to be ready', async () => {
      if (starting.exitCode !== null || starting.signalCode !== null)
        throw new Error(`PostgreSQL ended with ${starting.exitCode ?? starting.signalCode}`)
      const found = await readPostmaster(home.data)
      return found?.pid === starting.pid && found?.state === 'ready'
    })
  }
  // Somebody may have taken the port that was free.
  await start().catch(async (error: unknown) => {
    if (server?.exitCode === null) {
      await stop('SIGQUIT')
      throw error
    }
    port = await freePort()
    await start()
  })
  return {
    folder,
    database: name => ensureDatabase(url('postgres'), name),
    start,
    stopAtOnce: () => stop('SIGQUIT'),
    async close() {
      process.off('exit', killServer)
      await stop('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
