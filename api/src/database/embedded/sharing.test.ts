import type { Owner } from '../../../test/harness/embedded-owners.ts'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { answers, expectDown, launchOwner, openFolder, query, resume, serversIn, startOwner, until } from '../../../test/harness/embedded-owners.ts'
import { readPostmaster } from './postmaster.ts'

const serverOf = async (owner: Owner): Promise<number> => Number((await readdir(join(owner.dataDir, 'users')))[0])

test('several processes that start at once on an empty folder share one server', async () => {
  const dataDir = await openFolder()
  const owners = await Promise.all([1, 2, 3].map(async () => startOwner({ dataDir })))
  expect(new Set(owners.map(owner => owner.url)).size).toBe(1)
  for (const { url } of owners) expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(await serversIn(dataDir)).toHaveLength(1)
  await Promise.all(owners.map(async owner => owner.stop()))
  await expectDown(owners[0]!)
})

test('starts and kills in any order never leave a live process without its server', async () => {
  const dataDir = await openFolder()
  let last = await startOwner({ dataDir })
  for (let round = 0; round < 8; round++) {
    // The server may be found running, given up, shutting down or gone.
    const [next, other] = [launchOwner({ dataDir }), launchOwner({ dataDir })]
    if (round % 2)
      await last.kill()
    else
      await last.stop()
    const [one, two] = await Promise.all([next.ready, other.ready])
    expect(one.url).toBe(two.url)
    await one.kill()
    expect(await query(two.url, 'select 1 as one')).toEqual([{ one: 1 }])
    last = two
  }
  await last.kill()
  await expectDown(last)
}, 180_000)

test('the second process joins the running server, and the last one out stops it', async () => {
  const dataDir = await openFolder()
  const api = await startOwner({ dataDir })
  const worker = await startOwner({ dataDir })
  expect(worker.url).toBe(api.url)
  expect(worker.messages).toEqual([expect.stringMatching(/^Joined/)])
  await api.stop()
  expect(await query(worker.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await worker.stop()
  expect(await answers(worker.url)).toBe(false)
})

test('kill -9 of the process that started the server leaves it to the other one, and then it stops', async () => {
  const dataDir = await openFolder()
  const api = await startOwner({ dataDir })
  const worker = await startOwner({ dataDir })
  const client = new pg.Client({ connectionString: worker.url })
  const terminated = new Promise(resolve => client.on('error', resolve))
  await client.connect()
  await api.kill()
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await worker.kill()
  await terminated
  await expectDown(worker)
})

test('two starts in one process are two users', async () => {
  const dataDir = await openFolder()
  const { startEmbeddedServer } = await import('./server.ts')
  const [one, two] = [await startEmbeddedServer({ dataDir, log: () => {} }), await startEmbeddedServer({ dataDir, log: () => {} })]
  await one.stop()
  expect(await query(two.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await two.stop()
  expect(await answers(two.url)).toBe(false)
})

test('Ctrl-C in the terminal reaches the process and not its database', async () => {
  const owner = await startOwner({ dataDir: await openFolder() })
  process.kill(-Number(owner.process.pid), 'SIGINT')
  await owner.said(/^interrupted$/)
  expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await owner.stop()
})

test('kill -9 of the whole process group ends in a proper shutdown too', async () => {
  const owner = await startOwner({ dataDir: await openFolder() })
  process.kill(-Number(owner.process.pid), 'SIGKILL')
  await expectDown(owner)
  // A killed server would have left it.
  expect(await readPostmaster(join(owner.dataDir, 'data'))).toBeUndefined()
})

test('a start that meets a server shutting down waits for it and starts it again', async () => {
  const dataDir = await openFolder()
  const before = await startOwner({ dataDir })
  await query(before.url, 'create table school as select \'Oakfield\' as name')
  // The checkpointer has the last word in a shutdown; held, it makes that last.
  const [checkpointer] = await query<{ pid: number }>(before.url, 'select pid from pg_stat_activity where backend_type = \'checkpointer\'')
  process.kill(checkpointer!.pid, 'SIGSTOP')
  onTestFinished(() => resume(checkpointer!.pid))
  await before.kill()
  await until('the shutdown to begin', async () => (await readPostmaster(join(dataDir, 'data')))?.state === 'stopping')
  const stopping = (await readPostmaster(join(dataDir, 'data')))?.pid
  const after = launchOwner({ dataDir })
  await after.said(/^Waiting for PostgreSQL .* stopping$/)
  process.kill(checkpointer!.pid, 'SIGCONT')
  const { url, stop } = await after.ready
  expect((await readPostmaster(join(dataDir, 'data')))?.pid).not.toBe(stopping)
  expect(await query(url, 'select name from school')).toEqual([{ name: 'Oakfield' }])
  await stop()
})

test('a start that meets a server still starting waits for it', async () => {
  const dataDir = await openFolder()
  await (await startOwner({ dataDir })).stop()
  // Recovery asks this command for the next log file, and goes on when it says no.
  const gate = join(dataDir, 'gate')
  await writeFile(join(dataDir, 'data', 'recovery.signal'), '')
  const first = launchOwner({ dataDir, settings: { hot_standby: 'off', restore_command: `until test -e ${gate}; do sleep 0.01; done; false` } })
  await until('recovery', async () => (await readPostmaster(join(dataDir, 'data')))?.state === 'starting')
  const second = launchOwner({ dataDir })
  await second.said(/^Waiting for PostgreSQL .* starting$/)
  await writeFile(gate, '')
  const owners = await Promise.all([first.ready, second.ready])
  for (const { url } of owners) expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(owners[0].url).toBe(owners[1].url)
  await Promise.all(owners.map(async owner => owner.stop()))
})

test('a marker whose process is gone does not keep the server, even where the pid is in use again', async () => {
  const owner = await startOwner({ dataDir: await openFolder() })
  const users = join(owner.dataDir, 'users', String(await serverOf(owner)))
  expect(await readdir(users)).toHaveLength(1)
  await writeFile(join(users, `${process.pid}.1.abcdef00`), '')
  await writeFile(join(users, '4194999.1.abcdef00'), '')
  await owner.kill()
  await expectDown(owner)
})

test('the marker of a live process that has no guard keeps the server', async () => {
  const dataDir = await openFolder()
  const { ownedName } = await import('./processes.ts')
  const owner = await startOwner({ dataDir })
  await writeFile(join(dataDir, 'users', String(await serverOf(owner)), await ownedName()), '')
  await owner.stop()
  expect(await query(owner.url, 'select 1 as one')).toEqual([{ one: 1 }])
  // As the only one left it goes when its marker goes.
  const next = await startOwner({ dataDir })
  expect(next.url).toBe(owner.url)
  const users = join(dataDir, 'users', String(await serverOf(next)))
  const { rm } = await import('node:fs/promises')
  for (const marker of await readdir(users)) {
    if (marker.startsWith(`${process.pid}.`))
      await rm(join(users, marker))
  }
  await next.stop()
  expect(await answers(owner.url)).toBe(false)
})
