import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const packageFolder = dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))))

export interface Binary {
  executablePath: string
  env: Record<string, string>
}

/** The Chromium that came through npm, unpacked once; null where there is none for this platform. */
export async function bundledChromium(): Promise<Binary | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return null
  const folder = await unpackedFolder()
  const executablePath = join(folder, 'chromium')
  const env: Record<string, string> = {
    ...inherited(),
    HOME: folder,
    XDG_CACHE_HOME: folder,
    // The same fonts everywhere, also where the system has none.
    FONTCONFIG_FILE: join(folder, 'fonts.conf'),
  }
  if (await lacksLibraries(executablePath))
    env.LD_LIBRARY_PATH = join(folder, 'al2023', 'lib')
  return { executablePath, env }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** What `ldd` does, without needing ldd: the loader lists what it finds instead of starting the program. */
async function lacksLibraries(executablePath: string): Promise<boolean> {
  const listed = await run(executablePath, [], { env: { ...process.env, LD_TRACE_LOADED_OBJECTS: '1' } }).catch(() => null)
  return listed === null || listed.stdout.includes('not found')
}

async function unpackedFolder(): Promise<string> {
  const parent = await cacheFolder()
  const folder = join(parent, 'unpacked')
  if (existsSync(folder))
    return folder
  // Several test files may get here at once: each unpacks beside the target, the first rename wins.
  const staging = await mkdtemp(join(parent, 'unpacking-'))
  try {
    await unpack(staging)
    await writeFile(join(staging, 'fonts.conf'), fontConfig(folder))
    await rename(staging, folder)
  }
  catch (error) {
    if (!existsSync(folder))
      throw error
  }
  finally {
    await rm(staging, { recursive: true, force: true })
  }
  return folder
}

async function unpack(target: string): Promise<void> {
  // The package always unpacks into the temporary folder, so a child process gets the target as its own.
  const script = `
    import { inflate } from '@sparticuz/chromium'
    const names = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br']
    await Promise.all(names.map(name => inflate(process.argv[1] + '/' + name)))`
  await run(process.execPath, ['--input-type=module', '--eval', script, join(packageFolder, 'bin')], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { ...process.env, TMPDIR: target, NODE_OPTIONS: '' },
  })
}

/** Below node_modules, so that `npm ci` clears it; a folder of this user's own where that is read-only. */
async function cacheFolder(): Promise<string> {
  const beside = join(packageFolder, '..', '..', '.cache', 'homeroom-chromium')
  try {
    await mkdir(beside, { recursive: true })
    const probe = await mkdtemp(join(beside, 'unpacking-'))
    await rm(probe, { recursive: true })
    return beside
  }
  catch {
    const own = join(tmpdir(), `homeroom-chromium-${process.getuid?.()}`)
    await mkdir(own, { recursive: true, mode: 0o700 })
    const found = await lstat(own)
    // Anyone can make a folder in /tmp: never run a program out of somebody else's.
    if (!found.isDirectory() || found.uid !== process.getuid?.())
      throw new Error(`${own} belongs to another user: remove it, or make node_modules writable`)
    return own
  }
}

function fontConfig(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/font-cache</cachedir>
</fontconfig>
`
}
