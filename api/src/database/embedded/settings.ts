import type { Home } from './home.ts'
import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from './files.ts'

const quoted = (text: string): string => `'${text.replaceAll('\'', '\'\'')}'`

/**
 * Our defaults stand in a file and not on the command line, so that ALTER SYSTEM can change them,
 * and not in the cluster's own file, so that a new release can.
 */
export async function writeSettings(home: Home): Promise<void> {
  const draft = await temporaryFolder(home.root)
  await writeFile(join(draft, 'server.conf'), `# Written by Homeroom at each start. To change a setting use ALTER SYSTEM.
include ${quoted(join(home.data, 'postgresql.conf'))}
max_connections = 200
shared_buffers = '128MB'
# A transaction over many schools' schemas takes a lock for each table.
max_locks_per_transaction = 256
# Short queries: compiling them costs more than it saves.
jit = off
# The log stays small and keeps people's data out.
logging_collector = on
log_destination = 'stderr'
log_directory = ${quoted(home.log)}
log_filename = 'postgresql-%Y%m%d-%H%M%S.log'
log_rotation_age = '1d'
log_rotation_size = '10MB'
log_checkpoints = off
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
`)
  await chmod(join(draft, 'server.conf'), 0o644)
  // By rename, since another start may be reading it.
  await rename(join(draft, 'server.conf'), home.settings)
  await rm(draft, { recursive: true, force: true })
}

export function serverArguments(home: Home, port: number, extra: Record<string, string>): string[] {
  const settings = { ...extra, listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', config_file: home.settings }
  return ['-D', home.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
