import { findBinaries } from './binaries.ts'
import { ensureCluster, superuser } from './cluster.ts'
import { openHome } from './home.ts'
import { forgetDeadServers } from './lease.ts'
import { useServer } from './use-server.ts'

export interface EmbeddedServer {
  /** The superuser's, on the database postgres. */
  readonly url: string
  readonly port: number
  /** Where the data really is: as root it may have had to go elsewhere. */
  readonly dataDir: string
  /** Ends our use; the last one out stops the server and waits for that. */
  stop: () => Promise<void>
}

export interface EmbeddedServerOptions {
  dataDir: string
  log: (message: string) => void
  /** More server settings. A server that runs already keeps those it was started with. */
  settings?: Record<string, string>
  /** A folder with bin, lib and share of another PostgreSQL than the one from npm. */
  binaries?: string
}

/** Several processes may use one data folder at a time. The server runs as long as one of them lives. */
export async function startEmbeddedServer({ dataDir, log, settings = {}, binaries }: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const home = await openHome(dataDir, log)
  const programs = await findBinaries(home, log, binaries)
  const password = await ensureCluster(home, programs, settings, log)
  await forgetDeadServers(home)
  const { port, lease } = await useServer(home, programs, settings, log)
  return {
    url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    port,
    dataDir: home.root,
    stop: () => lease.end(),
  }
}
