import { execFile } from 'node:child_process'
import { chown, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { plainEnvironment } from './processes.ts'

const run = promisify(execFile)

/** Whom the server runs as: PostgreSQL refuses root. Without ids: ourselves. */
export interface Account {
  readonly name: string
  readonly ids?: { readonly uid: number, readonly gid: number }
}

export async function serverAccount(root: string): Promise<Account> {
  if (process.getuid?.() !== 0)
    return { name: 'this account' }
  // A database made by an ordinary user stays that user's when root starts it.
  const data = await stat(join(root, 'data')).catch(() => undefined)
  if (data && data.uid !== 0)
    return { name: await nameOf(data.uid), ids: { uid: data.uid, gid: data.gid } }
  for (const name of ['postgres', 'nobody']) {
    const ids = await idsOf(name)
    if (ids)
      return { name, ids }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has no account "postgres" or "nobody". Add one, start as an ordinary user, or set DATABASE_URL.')
}

async function idsOf(name: string): Promise<Account['ids']> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async what => Number((await run('id', [what, name], { env: plainEnvironment })).stdout)))
    return uid && gid !== undefined ? { uid, gid } : undefined
  }
  catch {
    return undefined
  }
}

async function nameOf(uid: number): Promise<string> {
  return run('id', ['-un', String(uid)], { env: plainEnvironment }).then(({ stdout }) => stdout.trim(), () => `user ${uid}`)
}

export async function give(account: Account, path: string): Promise<void> {
  if (account.ids)
    await chown(path, account.ids.uid, account.ids.gid)
}

/** Asked of the system itself, since modes of every parent, ACLs and mounts all have a say. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  return run('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...account.ids, cwd: '/', env: plainEnvironment }).then(() => true, () => false)
}
