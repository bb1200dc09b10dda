import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { answers, expectDown, guardsIn, launchOwner, openFolder, query, resume, serversIn, startOwner, until } from '../../../test/harness/embedded-owners.ts'
import { serverAccount } from './account.ts'
import { openHome } from './home.ts'
import { firstLease } from './lease.ts'
import { readPostmaster } from './postmaster.ts'
import { ownedName } from './processes.ts'

const school = 'create table school as select \'Oakfield\' as name'
const theSchool = 'select name from school'
const oakfield = [{ name: 'Oakfield' }]

const postmasterOf = async (dataDir: string): Promise<number> => Number((await readPostmaster(join(dataDir, 'data')))?.pid)

/** Resolves as soon as something whose name begins so appears in a folder. */
async function appears(folder: string, beginning: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, (_, name) => {
      if (name?.startsWith(beginning)) {
        watcher.close()
        resolve()
      }
    })
  })
}

test('kill -9 of the server, with a statement running, is no obstacle', async () => {
  const dataDir = await openFolder()
  const before = await startOwner({ dataDir, settings: {} })
  await query(before.url, school)
  const client = new pg.Client({ connectionString: before.url })
  const lost = new Promise(resolve => client.on('error', resolve))
  await client.connect()
  // A backend that computes does not see its server die, and holds the shared memory until it ends.
  const { rows: [{ pid }] } = await client.query('select pg_backend_pid() as pid')
  process.kill(pid, 'SIGSTOP')
  onTestFinished(() => resume(pid))
  process.kill(await postmasterOf(dataDir), 'SIGKILL')
  await expectGone(before.url)
  const after = launchOwner({ dataDir })
  await after.said(/^PostgreSQL cannot start yet: .*is still in use/)
  process.kill(pid, 'SIGCONT')
  await lost
  const { url, stop } = await after.ready
  expect(await query(url, theSchool)).toEqual(oakfield)
  await before.stop()
  expect(await query(url, theSchool)).toEqual(oakfield)
  await stop()
})

async function expectGone(url: string): Promise<void> {
  await until('the port to close', async () => !await answers(url))
}

test('kill -9 of everything at once is no obstacle', async () => {
  const dataDir = await openFolder()
  const before = await startOwner({ dataDir, settings: {} })
  await query(before.url, school)
  for (const pid of [...await guardsIn(dataDir), await postmasterOf(dataDir)]) process.kill(pid, 'SIGKILL')
  await before.kill()
  expect(await readdir(join(dataDir, 'data'))).toContain('postmaster.pid')
  const after = await startOwner({ dataDir })
  expect(await query(after.url, theSchool)).toEqual(oakfield)
  await after.stop()
  expect(await readdir(join(dataDir, 'users'))).toEqual([])
})

test('a server left behind, its process and guard both killed, is joined and then stopped', async () => {
  const dataDir = await openFolder()
  const before = await startOwner({ dataDir })
  for (const pid of await guardsIn(dataDir)) process.kill(pid, 'SIGKILL')
  await before.kill()
  expect(await answers(before.url)).toBe(true)
  const after = await startOwner({ dataDir })
  expect(after.url).toBe(before.url)
  await after.stop()
  expect(await answers(after.url)).toBe(false)
})

test('a server that was given up by a guard killed in that moment is stopped and started anew', async () => {
  const dataDir = await openFolder()
  const before = await startOwner({ dataDir })
  for (const pid of await guardsIn(dataDir)) process.kill(pid, 'SIGKILL')
  await before.kill()
  const given = await postmasterOf(dataDir)
  await rm(join(dataDir, 'users', String(given)), { recursive: true })
  const after = await startOwner({ dataDir })
  expect(await postmasterOf(dataDir)).not.toBe(given)
  expect(await query(after.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await after.stop()
})

test('a postmaster.pid from before a reboot, its number in use again, is no obstacle', async () => {
  const dataDir = await openFolder()
  const before = await startOwner({ dataDir, settings: {} })
  await query(before.url, school)
  const file = join(dataDir, 'data', 'postmaster.pid')
  const text = await readFile(file, 'utf8')
  await before.stop()
  // PostgreSQL takes any process of its own account for a server.
  const { ids } = await serverAccount(dataDir)
  const somebody = spawn('/bin/sleep', ['600'], { ...ids, cwd: '/' })
  onTestFinished(() => void somebody.kill('SIGKILL'))
  await once(somebody, 'spawn')
  await writeFile(file, text.replace(/^\d+/, String(somebody.pid)))
  const after = await startOwner({ dataDir })
  expect(await query(after.url, theSchool)).toEqual(oakfield)
  expect([somebody.exitCode, somebody.signalCode]).toEqual([null, null])
  await after.stop()
})

test('an empty postmaster.pid, as a crash of the machine may leave it, is no obstacle', async () => {
  const dataDir = await openFolder()
  await (await startOwner({ dataDir })).stop()
  await writeFile(join(dataDir, 'data', 'postmaster.pid'), '')
  const after = await startOwner({ dataDir })
  expect(await query(after.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await after.stop()
})

test('a guard never stops a process that has the pid of a dead server', async () => {
  const somebody = spawn('/bin/sleep', ['600'])
  onTestFinished(() => void somebody.kill('SIGKILL'))
  await once(somebody, 'spawn')
  const lease = await firstLease(await openHome(await openFolder(), () => {}), Number(somebody.pid))
  await lease.end()
  expect([somebody.exitCode, somebody.signalCode]).toEqual([null, null])
  expect(somebody.kill(0)).toBe(true)
})

test('a process killed while it makes the database leaves nothing that hinders or stays', async () => {
  const dataDir = await openFolder()
  const half = appears(dataDir, 'new-')
  const first = launchOwner({ dataDir })
  await half
  first.process.kill('SIGKILL')
  const second = await startOwner({ dataDir })
  expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await second.stop()
  const third = await startOwner({ dataDir })
  expect((await readdir(dataDir)).filter(name => name.startsWith('new-'))).toEqual([])
  await third.stop()
})

test('half-made folders of the dead are swept away, those of the living are not', async () => {
  const dataDir = await openFolder()
  const living = join(dataDir, `new-${await ownedName()}`)
  const dead = join(dataDir, 'new-4194999.1.abcdef00')
  const reused = join(dataDir, `new-${process.pid}.1.abcdef00`)
  for (const folder of [living, dead, reused]) await mkdir(join(folder, 'data'), { recursive: true })
  const owner = await startOwner({ dataDir })
  expect((await readdir(dataDir)).filter(name => name.startsWith('new-'))).toEqual([living.slice(dataDir.length + 1)])
  await owner.stop()
})

test('a process killed at the very moment it starts the server leaves no server behind', async () => {
  const dataDir = await openFolder()
  await (await startOwner({ dataDir })).stop()
  for (let round = 0; round < 5; round++) {
    const marked = appears(join(dataDir, 'users'), '')
    const starter = launchOwner({ dataDir })
    await marked
    starter.process.kill('SIGKILL')
    await until('no server', async () => (await serversIn(dataDir)).length === 0)
  }
}, 180_000)

test('only kill -9 ends a guard before its owner ends', async () => {
  const owner = await startOwner({ dataDir: await openFolder() })
  const guards = await guardsIn(owner.dataDir)
  // A terminal or a service manager may send it anything.
  for (const pid of guards) {
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.kill(pid, signal)
  }
  expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(await guardsIn(owner.dataDir)).toEqual(guards)
  await promisify(execFile)('kill', ['-9', String(owner.process.pid)])
  await expectDown(owner)
})
