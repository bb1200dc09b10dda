import type { Homeroom } from './homeroom.ts'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { loginOf } from '../../src/database/logins.ts'
import { preparationSteps } from '../../src/platform/preparation/room.ts'
import { rosterRoom } from '../../src/school/roster/room.ts'

/** The floor under every preparation: the same statements in one transaction of one `pg` client as owner, and nothing else. */
export interface BareClient {
  /** Makes a school and answers its id. */
  prepare: () => Promise<string>
  readonly pg: pg.Client
  close: () => Promise<void>
}

export async function openBareClient({ urls }: Pick<Homeroom, 'urls'>): Promise<BareClient> {
  const client = new pg.Client({ connectionString: urls.owner, application_name: 'homeroom bench floor' })
  await client.connect()
  const { rows: [server] } = await client.query<{ version: number }>(`select current_setting('server_version_num')::int as version`)
  const steps = preparationSteps({ requestLogin: loginOf(urls.request).name, serverVersion: server!.version, migrations: schoolMigrations, seeds: rosterRoom().seeds })
  const tx = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }
  return {
    pg: client,
    async prepare() {
      const tenantId = randomUUID()
      await client.query('begin')
      for (const step of steps)
        await step.run(tx, { tenantId, name: 'School of the bare client', timeZone: 'Europe/Zurich', locale: 'en', now: new Date(), restoredFrom: null, cycle: 1 })
      await client.query('commit')
      return tenantId
    },
    close: () => client.end(),
  }
}
