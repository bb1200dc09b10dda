import { availableParallelism, cpus, loadavg, release, type } from 'node:os'
import process from 'node:process'
import pg from 'pg'

/** What the figures were measured on, in one line. */
export async function machine(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const { rows: [settings] } = await client.query<Record<'version' | 'fsync' | 'commits', string>>(
    `select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits`,
  )
  await client.end()
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `${availableParallelism()} cores (${model}), ${type()} ${release()}, Node ${process.versions.node}, PostgreSQL ${settings!.version} (fsync ${settings!.fsync}, synchronous_commit ${settings!.commits}), load ${loadavg()[0]!.toFixed(1)} at start`
}
