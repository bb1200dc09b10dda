import { chmod, link, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ownedName, ownerLives } from './processes.ts'

const temporary = 'new-'

export const failedWith = (error: unknown, ...codes: string[]): boolean => error instanceof Error && 'code' in error && codes.includes(String(error.code))

/** The text of a file, undefined where there is none. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  }
  catch (error) {
    if (failedWith(error, 'ENOENT', 'ENOTDIR'))
      return undefined
    throw error
  }
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false)
}

/** The first of several writers decides; all of them get what the file then says. */
export async function writeOnce(path: string, text: string): Promise<string> {
  const draft = join(dirname(path), `${temporary}${await ownedName()}`)
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, path)
  }
  catch (error) {
    if (!failedWith(error, 'EEXIST'))
      throw error
  }
  finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

/** Folders that we make get the mode whatever the umask says; existing ones are left alone. */
export async function makeFolder(path: string, mode: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode })
  if (!first)
    return
  for (const folder of lineage(first, path)) await chmod(folder, mode)
}

function lineage(first: string, last: string): string[] {
  return last === first ? [first] : [...lineage(first, dirname(last)), last]
}

export async function temporaryFolder(parent: string): Promise<string> {
  const folder = join(parent, `${temporary}${await ownedName()}`)
  await mkdir(folder, { mode: 0o700 })
  return folder
}

/** Half-made things of starters that were killed; those of a live one are still in the making. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(temporary) && !await ownerLives(name.slice(temporary.length)))
      // An initdb that outlived its starter may still be writing there: then the next start has another go.
      await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => {})
  }
}
