import 'reflect-metadata' // first: type-graphql's decorators need it when the rooms are read
import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { LoginUrls } from '../../src/database/logins.ts'
import { randomUUID } from 'node:crypto'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { loginOf } from '../../src/database/logins.ts'
import { withClient } from '../../src/database/with-client.ts'
import { preparationSteps, schoolVersion, servesFrom } from '../../src/platform/preparation/room.ts'
import { rosterRoom } from '../../src/school/roster/room.ts'

const lanes = 4

export interface FleetSchool { readonly tenantId: string, readonly slug: string }

/** The schools' history with one step more, which adds this table. */
export function historyWith(table: string): SchoolMigration[] {
  const step = { version: schoolMigrations.length + 1, name: table, worksWith: schoolMigrations.length, tables: [table], statements: [`create table ${table} (id uuid primary key)`] }
  return [...schoolMigrations, step]
}

/** Many ready schools without anybody in them, made as a worker with this history makes them, several at a time. */
export async function makeFleet(urls: Required<LoginUrls>, count: number, migrations: readonly SchoolMigration[] = schoolMigrations): Promise<FleetSchool[]> {
  const schools = Array.from({ length: count }, (_, place) => ({ tenantId: randomUUID(), slug: `school-${String(place + 1).padStart(4, '0')}` }))
  const queue = [...schools.entries()]
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, () => withClient(urls.owner, async (client) => {
    const serverVersion = Number((await client.query('show server_version_num')).rows[0].server_version_num)
    const steps = preparationSteps({ requestLogin: loginOf(urls.request).name, serverVersion, migrations, seeds: rosterRoom().seeds })
    const tx = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [place, { tenantId, slug }] = next
      await client.query('begin')
      for (const step of steps)
        await step.run(tx, { tenantId, name: slug, timeZone: 'Europe/Zurich', locale: 'en', now: new Date(), restoredFrom: null, cycle: 1 })
      await client.query(`
        insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, schema_version, schema_serves_from, preparation_status, preparation_completed_at, created_at)
        values ($1, $2, $2, $2, 'Europe/Zurich', 'en', $3, $4, 'READY', now(), now() - $5 * interval '1 minute')`, [tenantId, slug, schoolVersion(migrations), servesFrom(migrations), count - place])
      await client.query('commit')
    }
  })))
  return schools
}
