import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { superuser } from '../../src/database/embedded/cluster.ts'
import { readPostmaster } from '../../src/database/embedded/postmaster.ts'
import { graphqlClient } from '../harness/client.ts'
import { openFolder, serversIn, until } from '../harness/embedded-owners.ts'
import { holdLock, holds, sqlOf, waits } from '../harness/process-holds.ts'
import { startHomeroom } from '../harness/process.ts'
import { signUp } from '../harness/sign-up.ts'

/** The superuser's URL of the embedded database that runs in a DATA_DIR. */
async function embeddedUrl(dataDir: string): Promise<string> {
  const server = await readPostmaster(join(dataDir, 'postgres/data'))
  return `postgres://${superuser}:${await readFile(join(dataDir, 'postgres/password'), 'utf8')}@127.0.0.1:${server?.port}/homeroom`
}

test('an API and a worker that share a DATA_DIR work together, and either goes on when the other stops', async () => {
  const DATA_DIR = await openFolder()
  const api = await startHomeroom({ DATA_DIR, PROCESS: 'api' })
  const visitor = graphqlClient(api.url)
  const oakfield = await signUp(visitor, 'oakfield')
  const pending = Promise.withResolvers<void>()
  const watching = visitor.watch(oakfield.tenantId, ({ status }) => status === 'PENDING' && pending.resolve())
  await pending.promise

  const worker = await startHomeroom({ DATA_DIR, PROCESS: 'worker' })
  expect(worker.stdout).not.toContain('http://')
  const statuses = await watching
  expect(statuses[0]).toMatchObject({ status: 'PENDING', attempt: 0 })
  expect(statuses.at(-1)).toMatchObject({ status: 'READY', attempt: 1 })

  // The worker goes first: the API serves, and takes sign-ups that wait.
  expect(await worker.stop()).toEqual({ code: 0, signal: null })
  expect(await oakfield.client.ask('{ dashboard { studentCount } }')).toEqual({ dashboard: { studentCount: 0 } })
  const riverside = await signUp(visitor, 'riverside')
  expect(await visitor.ask('query ($id: ID) { tenantPreparationStatus(tenantId: $id) { status } }', { id: riverside.tenantId })).toEqual({ tenantPreparationStatus: { status: 'PENDING' } })

  // The API goes first: the worker finishes what it has.
  const url = await embeddedUrl(DATA_DIR)
  const sql = sqlOf(url)
  const release = await holdLock(url, holds.role)
  const other = await startHomeroom({ DATA_DIR, PROCESS: 'worker' })
  await waits(sql, { by: 'homeroom job worker', inStatement: 'create role' })
  expect(await api.stop()).toEqual({ code: 0, signal: null })
  await release()
  await until('riverside to be READY', async () => (await sql('select 1 from platform.tenant where slug = \'riverside\' and preparation_status = \'READY\'')).length === 1)
  expect(await other.stop()).toEqual({ code: 0, signal: null })
  expect(await serversIn(DATA_DIR)).toEqual([])
}, 120_000)
