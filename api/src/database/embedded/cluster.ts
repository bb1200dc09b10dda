import type { Binaries } from './binaries.ts'
import type { Home } from './home.ts'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { give } from './account.ts'
import { failedWith, temporaryFolder, textOf, writeOnce } from './files.ts'
import { plainEnvironment } from './processes.ts'

const run = promisify(execFile)

export const superuser = 'homeroom'

/** Makes the database cluster where there is none. Returns the superuser's password. */
export async function ensureCluster(home: Home, binaries: Binaries, settings: Record<string, string>, log: (message: string) => void): Promise<string> {
  if (!await dataVersion(home))
    await makeCluster(home, binaries, settings, log)
  const version = await dataVersion(home)
  if (version !== String(binaries.major))
    throw new Error(`The data in ${home.data} was written by PostgreSQL ${version ?? 'of an unknown version'}, and this is PostgreSQL ${binaries.major}. Start the release that made it, dump the data and load it here, or name another DATA_DIR.`)
  const password = await textOf(home.password)
  if (!password)
    throw new Error(`The data in ${home.data} is there, but the file with its password, ${home.password}, is not. Bring it back from a copy.`)
  return password
}

async function dataVersion(home: Home): Promise<string | undefined> {
  try {
    return (await textOf(join(home.data, 'PG_VERSION')))?.trim()
  }
  catch (error) {
    if (failedWith(error, 'EACCES'))
      throw new Error(`The database in ${home.data} belongs to another account. Start as that one, or name another DATA_DIR.`, { cause: error })
    throw error
  }
}

/** In a folder beside, then renamed: a cluster is there as a whole or not at all. */
async function makeCluster(home: Home, binaries: Binaries, settings: Record<string, string>, log: (message: string) => void): Promise<void> {
  const draft = await temporaryFolder(home.root)
  try {
    // Before the data, so that no data is ever without its password.
    const password = await writeOnce(home.password, randomBytes(24).toString('hex'))
    const passwordFile = join(draft, 'password')
    await writeFile(passwordFile, password, { mode: 0o600 })
    await give(home.account, passwordFile)
    await give(home.account, draft)
    await run(binaries.initdb, [
      ...['-D', join(draft, 'data'), '-U', superuser, '--pwfile', passwordFile, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--data-checksums', '--no-instructions'],
      ...(binaries.major >= 17 ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C.UTF-8']),
      // Who does without fsync later can do without it here.
      ...(settings.fsync === 'off' ? ['--no-sync'] : []),
    ], { ...home.account.ids, cwd: '/', env: plainEnvironment })
    await rename(join(draft, 'data'), home.data)
    log(`Made a new database in ${home.data}`)
  }
  catch (error) {
    // Another start was faster: its cluster has the same password, since that was written once.
    if (!failedWith(error, 'ENOTEMPTY', 'EEXIST'))
      throw new Error(`A new database could not be made in ${home.root}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  finally {
    await rm(draft, { recursive: true, force: true })
  }
}
