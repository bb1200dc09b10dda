import type { Running } from '../compose.ts'
import type { Config } from '../config.ts'
import type { LoginUrls } from './logins.ts'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { graphqlClient } from '../../test/harness/client.ts'
import { openPooler } from '../../test/harness/pooler.ts'
import { openSchool } from '../../test/harness/sign-up.ts'
import { migrate, startApi, startWorker } from '../compose.ts'
import { loadConfig } from '../config.ts'
import { createLog } from '../shared/log.ts'
import { checkLogins, UnsafeLogins } from './check-logins.ts'
import { loginOf, makeLogins } from './logins.ts'
import { ensureDatabase } from './open-database.ts'
import { schemaName } from './schema-names.ts'

// Roles belong to the server, so what is made unsafe here has names of its own.
const name = `walls_${randomBytes(4).toString('hex')}`
const dataDir = mkdtempSync(join(tmpdir(), 'homeroom-walls-'))
const config: Config = loadConfig({ PORT: '0', DATA_DIR: dataDir, NODE_ENV: 'test', RATE_LIMITS: 'off', LOG_LEVEL: 'silent' })
const quiet = createLog('silent')
let admin: pg.Client
let urls: Required<LoginUrls>
/** Schemas, and roles, of two schools. */
let oak: string
let river: string

beforeAll(async () => {
  const database = await ensureDatabase(inject('adminUrl'), name)
  admin = new pg.Client({ connectionString: database })
  await admin.connect()
  const as = (purpose: string) => Object.assign(new URL(database), { username: `${name}_${purpose}`, password: 'test' }).href
  urls = { owner: as('owner'), request: as('request'), listener: as('listener') }
  await makeLogins(database, urls)
  await migrate(urls, quiet)
  const worker = await startWorker(config, urls, quiet)
  const api = await startApi(config, urls, quiet)
  const visitor = graphqlClient(api.url)
  oak = schemaName((await openSchool(visitor, 'oakfield')).tenantId)
  river = schemaName((await openSchool(visitor, 'riverside')).tenantId)
  await api.stop()
  await worker.stop()
})
afterAll(async () => {
  await admin.end()
  const server = new pg.Client({ connectionString: inject('adminUrl') })
  await server.connect()
  await server.query(`drop database ${name} with (force)`)
  for (const role of [oak, river, ...Object.values(urls).map(url => loginOf(url).name)])
    await server.query(`drop role ${role}`)
  await server.end()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Statements with `request`, `oak` and so on in angle brackets, as superuser. */
async function run(script: string): Promise<void> {
  const names: Record<string, string> = { ...Object.fromEntries(Object.entries(urls).map(([purpose, url]) => [purpose, loginOf(url).name])), oak, river, database: name }
  await admin.query(script.replaceAll(/<(\w+)>/g, (_, word: string) => names[word]!))
}

/** The error that a start is refused with; a part that did start is stopped. */
async function refusal(start: Promise<Running>): Promise<UnsafeLogins> {
  try {
    await (await start).stop()
  }
  catch (error) {
    if (error instanceof UnsafeLogins)
      return error
    throw error
  }
  throw new Error('Nothing was refused.')
}

const expectSafe = () => checkLogins({ urls, uses: ['request', 'listener', 'owner'], log: quiet })

/** What is done to the logins, and how the one hole is told. Its own SQL must mend it. */
const holes: readonly (readonly [string, RegExp])[] = [
  ['alter role <request> createrole createdb', /request login \w+ has CREATEROLE, CREATEDB/],
  ['alter role <listener> replication bypassrls', /listener login \w+ has REPLICATION, BYPASSRLS/],
  ['alter role <request> inherit', /request login \w+ inherits/],
  ['alter role <listener> inherit', /listener login \w+ inherits/],
  ['grant pg_read_all_data to <request>', /request login \w+ is a member of pg_read_all_data/],
  ['grant <owner> to <request>', /request login \w+ is a member of \w+_owner/],
  ['grant <oak> to <listener>', /listener login \w+ is a member of t_/],
  ['grant <oak> to <request> with inherit true granted by <owner>', /request login \w+ may do what t_\w+ may without/],
  ['grant <oak>, <river> to <request> with inherit true', /request login \w+ may do what t_\w+ and 1 more may without/],
  ['grant <oak> to <request> with admin true granted by <owner>', /request login \w+ may make others a member of t_\w+\./],
  ['grant <river> to <oak>', /school's role t_\w+ is a member of t_/],
  ['grant pg_read_all_data to <oak>', /school's role t_\w+ is a member of pg_read_all_data/],
  ['alter role <oak> login', /school's role t_\w+ has LOGIN/],
  ['alter role <oak> inherit; alter role <river> inherit', /school's role t_\w+ and 1 more has INHERIT/],
  ['create table platform.mine (); alter table platform.mine owner to <request>', /request login \w+ owns table platform\.mine\./],
  ['create schema mine authorization <listener>', /listener login \w+ owns schema mine\./],
  ['grant usage on schema <oak> to <request>', /_request has rights on t_\w+ without/],
  ['grant usage on schema <oak>, <river> to public', /PUBLIC has rights on t_\w+ and 1 more without/],
  ['grant create on schema <oak> to <river>', /t_\w+ has rights on t_\w+ without/],
  ['grant usage on schema platform to public', /PUBLIC has USAGE on schema platform/],
  ['grant create on schema pgboss to public', /PUBLIC has CREATE on schema pgboss/],
  ['grant usage on schema public to public', /PUBLIC has USAGE on schema public/],
  ['grant create on schema platform to <request>', /_request has CREATE on schema platform/],
  ['grant usage on schema platform to <oak>', /t_\w+ has USAGE on schema platform/],
  ['grant temporary on database <database> to public', /PUBLIC has TEMPORARY on the database/],
  ['grant temporary, create on database <database> to <request>', /_request has CREATE, TEMPORARY on the database/],
  ['alter role <request> in database <database> reset statement_timeout', /request login \w+ has no statement_timeout/],
  ['alter role <request> in database <database> set lock_timeout = 0', /request login \w+ has no lock_timeout/],
  ['alter role <request> in database <database> set idle_in_transaction_session_timeout = 0', /request login \w+ has no idle_in_transaction_session_timeout/],
]

for (const [script, words] of holes) {
  test(`the API does not start after: ${script}`, async () => {
    await expectSafe()
    await run(script)
    const { holes, message } = await refusal(startApi(config, urls, quiet))
    expect(message.split('\n')).toEqual([expect.stringMatching(/not safe to run with/), ...holes.map(({ sql }) => expect.stringContaining(sql!) as unknown)])
    expect(holes).toEqual(holes.map(() => ({ problem: expect.stringMatching(words) as unknown, sql: expect.any(String) as unknown })))
    // It names one of several at a time: whoever does as they are told comes to an end.
    for (let told = holes; told.length > 0; told = await expectSafe().then(() => [], (error: UnsafeLogins) => error.holes)) {
      for (const { sql } of told)
        await admin.query(sql!)
    }
    await run('drop table if exists platform.mine; drop schema if exists mine')
  })
}

test('a superuser is used for nothing but making the logins, and only a login that is used counts', async () => {
  onTestFinished(() => run('alter role <request> nosuperuser; alter role <owner> nosuperuser'))
  await run('alter role <owner> superuser')
  expect((await refusal(startWorker(config, urls, quiet))).message).toMatch(/owner login \w+ is a superuser.*give OWNER_DATABASE_URL/)
  await expect(migrate(urls, quiet)).rejects.toThrow(/owner login \w+ is a superuser/)
  await (await startApi(config, urls, quiet)).stop()
  await run('alter role <owner> nosuperuser; alter role <request> superuser')
  expect((await refusal(startApi(config, urls, quiet))).message).toMatch(/request login \w+ is a superuser.*give REQUEST_DATABASE_URL/)
})

test('each purpose has a login of its own', async () => {
  expect((await refusal(startApi(config, { ...urls, request: urls.owner }, quiet))).message).toMatch(/owner and request are one login, "\w+_owner"/)
  expect((await refusal(startWorker(config, { ...urls, listener: urls.owner }, quiet))).message).toMatch(/owner and listener are one login/)
  expect((await refusal(startApi(config, { request: urls.request, listener: urls.request }, quiet))).message).toMatch(/request and listener are one login/)
})

test('all that is wrong is told at once', async () => {
  onTestFinished(() => run('alter role <request> noinherit; revoke usage on schema public from public; alter role <oak> nologin'))
  await run('alter role <request> inherit; grant usage on schema public to public; alter role <oak> login')
  const { holes } = await refusal(startApi(config, urls, quiet))
  expect(holes.map(({ sql }) => sql)).toEqual([`alter role ${name}_request noinherit`, `alter role ${oak} nologin`, 'revoke usage on schema public from PUBLIC'])
})

test('what a managed server may keep to itself, or only a crash would show, is a warning', async () => {
  onTestFinished(() => run('revoke execute on function pg_catalog.set_config(text, text, boolean) from public'))
  await run('grant execute on function pg_catalog.set_config(text, text, boolean) to public')
  const lines: string[] = []
  const log = createLog('warn', new Writable({ write: (line, _, done) => done(void lines.push(String(line))) }))
  await (await startApi(config, urls, log)).stop()
  expect(lines).toEqual([
    expect.stringMatching(/Every role may call set_config.*revoke execute.*grant execute.*_owner, \w+_request/),
    // The tests' own server is in a hurry.
    expect.stringContaining('fsync is off'),
  ])
})

for (const pool of [{ size: 1 }, { size: 3 }, { size: 2, inTurn: true }, { size: 3, inTurn: true }]) {
  test(`a pooler in transaction mode is refused, with ${pool.size} connections ${pool.inTurn ? 'in turn' : 'as they come'}`, async () => {
    const behind = async (purpose: keyof LoginUrls) => {
      const pooler = await openPooler(urls[purpose], pool)
      onTestFinished(() => pooler.close())
      return { ...urls, [purpose]: pooler.url }
    }
    expect((await refusal(startApi(config, await behind('request'), quiet))).message).toMatch(/request login's connections go through a pooler .* let REQUEST_DATABASE_URL name PostgreSQL itself/)
    expect((await refusal(startApi(config, await behind('listener'), quiet))).message).toMatch(/listener login's connections go through a pooler .* let LISTENER_DATABASE_URL/)
    expect((await refusal(startWorker(config, await behind('owner'), quiet))).message).toMatch(/owner login's connections go through a pooler .* let OWNER_DATABASE_URL/)
  })
}
