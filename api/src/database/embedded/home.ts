import type { Account } from './account.ts'
import { randomBytes } from 'node:crypto'
import { lstat, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { canEnter, give, serverAccount } from './account.ts'
import { exists, makeFolder, sweep, textOf, writeOnce } from './files.ts'

/** Where things are. Only `data` and `log` belong to the server's account. */
export interface Home {
  readonly root: string
  readonly data: string
  readonly log: string
  /** users/<pid of the server>/: one file for each start that uses this server. */
  readonly users: string
  readonly password: string
  readonly settings: string
  readonly account: Account
}

export async function openHome(dataDir: string, log: (message: string) => void): Promise<Home> {
  const wanted = resolve(dataDir)
  await makeFolder(wanted, openFolderMode())
  const { root, account } = await place(await realpath(wanted), log)
  const home: Home = {
    root,
    account,
    data: join(root, 'data'),
    log: join(root, 'log'),
    users: join(root, 'users'),
    password: join(root, 'password'),
    settings: join(root, 'server.conf'),
  }
  await makeFolder(home.users, 0o700)
  await makeFolder(home.log, 0o700)
  await give(account, home.log)
  await sweep(root)
  return home
}

async function place(wanted: string, log: (message: string) => void): Promise<{ root: string, account: Account }> {
  const pointer = join(wanted, 'location')
  let root = (await textOf(pointer))?.trim() ?? wanted
  const account = await serverAccount(root)
  if (root === wanted && !await canEnter(account, wanted)) {
    // An empty database elsewhere would look like a lost one.
    if (await exists(join(wanted, 'data')))
      throw new Error(`${wanted} holds a database, but the account that runs it (${account.name}) can no longer get there: a parent folder is closed to it. Open it (chmod a+x), start as the folder's owner, or set DATABASE_URL.`)
    root = await writeOnce(pointer, join(await sharedFolder(), `data-${randomBytes(8).toString('hex')}`))
  }
  if (root !== wanted) {
    await makeFolder(root, openFolderMode())
    log(`PostgreSQL runs as "${account.name}", which cannot get to ${wanted}: the data is in ${root}`)
  }
  return { root, account }
}

/** As root the server's account must be able to pass through. */
const openFolderMode = (): number => process.getuid?.() === 0 ? 0o711 : 0o700

/** A folder of ours that every account can get to. */
export async function sharedFolder(candidates = ['/var/lib/homeroom', '/var/tmp/homeroom']): Promise<string> {
  for (const folder of candidates) {
    try {
      await makeFolder(folder, 0o755)
      const found = await lstat(folder)
      // /var/tmp is open to all: never use what somebody else left there.
      if (found.isDirectory() && found.uid === process.getuid?.() && !(found.mode & 0o022))
        return folder
    }
    catch {}
  }
  throw new Error(`PostgreSQL does not run as root, and no folder can be made for it (${candidates.join(', ')}). Put DATA_DIR where every account can get to, or set DATABASE_URL.`)
}
