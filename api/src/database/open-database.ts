import type { Config } from '../config.ts'
import type { Log } from '../shared/log.ts'
import type { LoginUrls } from './logins.ts'
import { join } from 'node:path'
import { startEmbeddedServer } from './embedded/server.ts'
import { ensureLogins, makeLogins } from './logins.ts'
import { quoteIdentifier } from './schema-names.ts'
import { withClient } from './with-client.ts'

export interface Database {
  readonly urls: LoginUrls
  /** Stops the embedded server, if this process is the last to use it. */
  stop: () => Promise<void>
}

/** Finds the database and its logins: the ones given, those of DATABASE_URL, or an embedded server in DATA_DIR. */
export async function openDatabase(config: Config, log: Log): Promise<Database> {
  const { owner, request, listener } = config.logins
  if (request && listener) {
    // The logins have names and passwords of their own: whoever has the administrator's URL makes them so.
    if (config.databaseUrl && owner)
      await makeLogins(config.databaseUrl, { owner, request, listener })
    return { urls: { owner, request, listener }, stop: async () => {} }
  }
  if (config.databaseUrl)
    return { urls: await ensureLogins(config.databaseUrl, config.dataDir), stop: async () => {} }
  const server = await startEmbeddedServer({ dataDir: join(config.dataDir, 'postgres'), log: message => log.debug(message) })
  try {
    const urls = await ensureLogins(await ensureDatabase(server.url, 'homeroom'), config.dataDir)
    return { urls, stop: () => server.stop() }
  }
  catch (error) {
    await server.stop()
    throw error
  }
}

/** The URL of a database on the same server, created if it is not there. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<string> {
  await withClient(adminUrl, async (admin) => {
    const known = await admin.query('select 1 from pg_database where datname = $1', [name])
    if (known.rowCount === 0)
      await admin.query(`create database ${quoteIdentifier(name)}`)
  }).catch((error: { code?: string }) => {
    // Two processes that start at once: the other one made it.
    if (!['42P04', '23505'].includes(error.code ?? ''))
      throw error
  })
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}
