import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { answers, openFolder, query, startOwner } from '../../../test/harness/embedded-owners.ts'
import { packageFolder } from './binaries.ts'
import { sharedFolder } from './home.ts'

const root = process.getuid?.() === 0

/** What only its owner can get to, like a home folder. */
async function closedFolder(): Promise<string> {
  const folder = join(await openFolder(), 'home')
  await mkdir(folder, { mode: 0o700 })
  return folder
}

/** The npm package's folder as it is before any install script has run. */
async function freshPackage(parent: string, version: string): Promise<string> {
  const native = join(parent, 'native')
  await cp(packageFolder(process.platform, process.arch), native, { recursive: true, verbatimSymlinks: true })
  await writeFile(join(parent, 'package.json'), JSON.stringify({ version }))
  for (const entry of await readdir(join(native, 'lib'), { withFileTypes: true })) {
    if (entry.isSymbolicLink())
      await rm(join(native, 'lib', entry.name))
  }
  return native
}

test('below a closed home folder the server gets a place it can reach, and keeps it', async () => {
  const home = await closedFolder()
  const dataDir = join(home, 'clone', '.data', 'postgres')
  const first = await startOwner({ dataDir, settings: {} })
  onTestFinished(async () => rm(first.dataDir, { recursive: true, force: true }))
  expect(first.dataDir).toMatch(root ? /^\/var\/(?:lib|tmp)\/homeroom\/data-[0-9a-f]{16}$/ : dataDir)
  expect(first.messages.some(message => message.includes(`the data is in ${first.dataDir}`))).toBe(root)
  await query(first.url, 'create table school as select \'Oakfield\' as name')
  await first.stop()

  // Even when the way is open again: the data is where it is.
  await chmod(home, 0o755)
  const second = await startOwner({ dataDir })
  expect(second.dataDir).toBe(first.dataDir)
  expect(await query(second.url, 'select name from school')).toEqual([{ name: 'Oakfield' }])
  await second.stop()
})

test('two processes that start at once below a closed folder agree on the place', async () => {
  const dataDir = join(await closedFolder(), 'postgres')
  const [one, two] = await Promise.all([startOwner({ dataDir }), startOwner({ dataDir })])
  onTestFinished(async () => rm(one.dataDir, { recursive: true, force: true }))
  expect(one.url).toBe(two.url)
  expect(one.dataDir).toBe(two.dataDir)
  await Promise.all([one.stop(), two.stop()])
})

test('a database that has become out of reach is never replaced by an empty one', async () => {
  const home = join(await openFolder(), 'home')
  const dataDir = join(home, 'postgres')
  const first = await startOwner({ dataDir, settings: {} })
  await query(first.url, 'create table school as select \'Oakfield\' as name')
  await first.stop()
  await chmod(home, 0o700)
  const second = startOwner({ dataDir })
  if (root) {
    await expect(second).rejects.toThrow(/holds a database, but the account that runs it/)
  }
  else {
    const { url, stop } = await second
    expect(await query(url, 'select name from school')).toEqual([{ name: 'Oakfield' }])
    await stop()
  }
})

test('a shared folder that is open to others, or a link, is not used', async () => {
  const parent = await openFolder()
  const [link, open, good] = ['link', 'open', 'good'].map(name => join(parent, name)) as [string, string, string]
  await mkdir(open)
  await chmod(open, 0o777)
  await symlink(open, link)
  await expect(sharedFolder([link, open])).rejects.toThrow(/DATABASE_URL/)
  expect(await sharedFolder([link, open, good])).toBe(good)
})

test('a database of an ordinary user stays theirs when root starts it', async () => {
  const dataDir = await openFolder()
  await (await startOwner({ dataDir })).stop()
  const uid = root ? 54_321 : process.getuid!()
  if (root) {
    for (const part of ['data', 'log']) await promisify(execFile)('chown', ['-R', `${uid}:${uid}`, join(dataDir, part)])
  }
  const owner = await startOwner({ dataDir })
  expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await owner.stop()
  expect((await stat(join(dataDir, 'data', 'global', 'pg_control'))).uid).toBe(uid)
})

test('programs without their links, as npm unpacks them, get them', async () => {
  const native = await freshPackage(await openFolder(), 'links')
  await chmod(join(native, 'bin', 'postgres'), 0o644)
  const owner = await startOwner({ dataDir: await openFolder(), binaries: native })
  expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(owner.messages).not.toContainEqual(expect.stringMatching(/^Copying/))
  await owner.stop()
})

test('programs that cannot run where they are, are copied, once', async () => {
  const version = `test-${process.pid}`
  const parent = await closedFolder()
  const native = await freshPackage(parent, version)
  // Root can write everywhere, and an ordinary user can run what is in their own home.
  if (!root)
    await chmod(join(native, 'lib'), 0o555)
  onTestFinished(async () => {
    await chmod(join(native, 'lib'), 0o755)
    for (const shared of ['/var/lib/homeroom', '/var/tmp/homeroom']) await rm(join(shared, `postgresql-${version}-${process.platform}-${process.arch}`), { recursive: true, force: true })
  })
  const dataDir = await openFolder()
  const first = await startOwner({ dataDir, binaries: native })
  expect(first.messages).toContainEqual(expect.stringMatching(/^Copying/))
  expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await first.stop()
  const second = await startOwner({ dataDir, binaries: native })
  expect(second.messages).not.toContainEqual(expect.stringMatching(/^Copying/))
  await second.stop()
})

test('a strict umask closes nothing that the server needs', async () => {
  const dataDir = join(await openFolder(), '.data', 'postgres')
  const owner = await startOwner({ dataDir, umask: 0o077 })
  expect(owner.dataDir).toBe(dataDir)
  await owner.stop()
  expect(await answers(owner.url)).toBe(false)
  expect((await stat(join(dataDir, 'data'))).mode & 0o077).toBe(0)
})
