import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { Bench } from '../bench.ts'
import type { Homeroom } from '../harness/homeroom.ts'
import type { Line } from '../harness/report.ts'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { migrateSchools, openSuperadmins } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import { quoteIdentifier, schemaName } from '../../src/database/schema-names.ts'
import { createLog } from '../../src/shared/log.ts'
import { graphqlClient } from '../../test/harness/client.ts'
import { makeFleet } from '../../test/harness/fleet.ts'
import { codeOf, signedIn } from '../../test/harness/sign-in.ts'
import { startChild } from '../harness/children.ts'
import { openHomeroom, parallelism } from '../harness/homeroom.ts'
import { median, summarise, takeTurns, timed } from '../harness/samples.ts'

const limits = { asked: 1_000, drift: 1_000, nothing: 2_000, migrated: 0.8 }
const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))

/** What operating many schools takes: asking how far they are, finding drift, migrating with nothing to do, and migrating. */
export async function fleet(bench: Bench): Promise<Line[]> {
  const count = bench.tenants
  const homeroom = await openHomeroom()
  try {
    await homeroom.stopWorker()
    await makeFleet(homeroom.urls, count)
    // What autovacuum does within a minute of so many new tables.
    await asOwner(homeroom, client => client.query('analyze platform.tenant'))
    const operator = await openOperator(homeroom)
    const env = { NODE_ENV: 'production', DATA_DIR: homeroom.dataDir, LOG_LEVEL: 'error' }
    const command = () => timed(async () => (await startChild([main, '--migrate-only'], env, 'Every school is at the newest version.')).stop())
    const sides = await takeTurns(bench.rounds(10), 1, {
      asked: () => timed(() => operator('{ fleet { behind versions { version tenants } setAside { version } rollout { state total } } }')),
      drift: () => timed(() => operator('{ fleetDrift { checked tenants { differences } } }')),
      nothing: command,
    })
    return [
      plain(`"is everyone migrated?" over ${count} tenants`, sides.asked, limits.asked, 'one GraphQL request over HTTP, as a superadmin'),
      plain(`drift of ${count} schools`, sides.drift, limits.drift, 'the catalogue of every school against its version\'s, one GraphQL request'),
      plain(`npm run migrate with nothing to do, ${count} schools`, sides.nothing, limits.nothing, 'the whole process, from its start to its end'),
      await migrating(bench, homeroom, count),
    ]
  }
  finally {
    await homeroom.stop()
  }
}

function plain(what: string, values: readonly number[], limitMs: number, note: string): Line {
  const { p50, p95, count } = summarise(values)
  return { what, floor: [], ours: [p50, p95], unit: 'ms', held: [p95], heldUnit: 'ms', target: `≤ ${limitMs} ms, p95`, met: p95 <= limitMs, notes: [`${note}; ${count} times`] }
}

/** A step of both kinds: a new table, and a column on one that is there. */
function step(version: number): SchoolMigration {
  const table = `extra_${version}`
  return { version, name: table, worksWith: 2, tables: [table], statements: [`create table ${table} (id uuid primary key default gen_random_uuid(), title text not null)`, `create index ${table}_title on ${table} (title)`, `alter table class add column ${table} text`] }
}

/** Each round adds a step to every school; the floor gives every school a step of the same kind by itself. */
async function migrating(bench: Bench, homeroom: Homeroom, count: number): Promise<Line> {
  const config = { ...loadConfig({ DATA_DIR: homeroom.dataDir }), rollout: { canaries: 1, parallel: parallelism, failureBudget: 0 } }
  const log = createLog('silent')
  const history = [...schoolMigrations]
  let bareVersion = 10_000
  const perSecond = (ms: number) => count / ms * 1000
  const { floor, ours } = await takeTurns(bench.rounds(5), 1, {
    floor: async () => perSecond(await timed(() => migrateBare(homeroom, step(++bareVersion)))),
    ours: async () => {
      history.push(step(history.length + 1))
      return perSecond(await timed(async () => {
        const { behind } = await migrateSchools(config, homeroom.urls, log, undefined, history)
        if (behind.length > 0)
          throw new Error(`${behind.length} schools were not migrated: ${behind[0]?.cause}`)
      }))
    },
  })
  const ratio = median(ours) / median(floor)
  return {
    what: `migrating ${count} schools`,
    floor: [median(floor)],
    ours: [median(ours)],
    unit: '/s',
    held: [ratio],
    heldUnit: '×',
    target: `≥ ${limits.migrated} ×`,
    met: ratio >= limits.migrated,
    notes: [`${ours.length} rounds; a table, an index and a column each. Floor: ${parallelism} bare \`pg\` clients as owner, a transaction a school with the same DDL and its version, and no record, audit or event, each commit on the disk before the next; ours: ${parallelism} at a time after 1 canary, the roll-out on the disk when it is done`],
  }
}

async function migrateBare(homeroom: Homeroom, migration: SchoolMigration): Promise<void> {
  const queue = await asOwner(homeroom, async client => (await client.query<{ id: string }>('select id from platform.tenant')).rows.map(({ id }) => id))
  await Promise.all(Array.from({ length: parallelism }, () => asOwner(homeroom, async (client) => {
    for (let id = queue.shift(); id; id = queue.shift()) {
      const schema = quoteIdentifier(schemaName(id))
      await client.query([
        'begin',
        `set local search_path = ${schema}`,
        ...migration.statements,
        `insert into schema_migration (version, name) values (${migration.version}, '${migration.name}')`,
        `grant select, insert, update, delete on ${migration.name} to ${schema}`,
        `update platform.tenant set schema_version = schema_version where id = '${id}'`,
        'commit',
      ].join(';\n'))
    }
  })))
}

async function asOwner<T>({ urls }: Homeroom, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urls.owner, application_name: 'homeroom bench floor' })
  await client.connect()
  try {
    return await fn(client)
  }
  finally {
    await client.end()
  }
}

/** Asks as a superadmin with a second factor; throws where the answer has errors. */
async function openOperator({ url, urls, dataDir }: Homeroom): Promise<(query: string) => Promise<unknown>> {
  const account = { email: 'bench@operator.example', name: 'Bea Bench', password: 'correct horse battery staple' }
  const { superadmins, stop } = await openSuperadmins(loadConfig({ DATA_DIR: dataDir }), urls, createLog('silent'))
  const factor = await superadmins.create(account, true).finally(stop)
  const { client } = await signedIn(graphqlClient(url), { email: account.email, password: account.password, totp: codeOf(factor!.secret) })
  return query => client.ask(query)
}
