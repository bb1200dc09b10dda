import type { Home } from './home.ts'
import { link, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { failedWith, temporaryFolder, textOf } from './files.ts'

export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly state: string
}

/** What the server says about itself; its lines are those of PostgreSQL's pidfile.h. */
export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = (await textOf(join(data, 'postmaster.pid')))?.split('\n') ?? []
  const pid = Number(lines[0])
  return pid > 0 ? { pid, port: Number(lines[3]), state: lines[7]?.trim() ?? 'starting' } : undefined
}

/** PostgreSQL does not start while the pid of a dead server is in use again by some other process, or the file is empty. */
export async function setAside(home: Home, pid: number | undefined): Promise<void> {
  const path = join(home.data, 'postmaster.pid')
  const draft = await temporaryFolder(home.root)
  const stale = join(draft, 'postmaster.pid')
  try {
    await rename(path, stale)
    // Meanwhile another start may have put a good one there.
    if ((Number.parseInt(await readFile(stale, 'utf8')) || undefined) !== pid)
      await link(stale, path)
  }
  catch (error) {
    if (!failedWith(error, 'ENOENT', 'EEXIST'))
      throw error
  }
  finally {
    await rm(draft, { recursive: true, force: true })
  }
}
