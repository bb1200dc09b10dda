import type { AnyJob } from '../jobs/define-job.ts'
import type { Log } from '../shared/log.ts'
import type { LoginUrls } from './logins.ts'
import { Migrator } from '@mikro-orm/migrations'
import { MikroORM } from '@mikro-orm/postgresql'
import { platformMigrations } from '../../migrations/platform/index.ts'
import { installQueues } from '../jobs/queue.ts'
import { loginOf } from './logins.ts'
import { grantRequestRights } from './rights.ts'
import { withClient } from './with-client.ts'

/** Brings the control plane up to date: its schema, the job queues, and what the request login may use of both. Safe to run anywhere, any time. */
export async function migratePlatform(urls: Required<LoginUrls>, jobs: readonly AnyJob[], log: Log): Promise<void> {
  await withClient({ connectionString: urls.owner, application_name: 'homeroom migrate' }, async (owner) => {
    // Several processes may start at once: one migrates, the others find it done.
    await owner.query('set lock_timeout = 0; select pg_advisory_lock(hashtext(\'homeroom platform\'))')
    await owner.query('create schema if not exists platform')
    const changed = await runMigrations(urls.owner)
    if (changed.length > 0)
      log.info({ migrations: changed }, 'platform migrated')
    await installQueues(urls.owner, jobs, log)
    await grantRequestRights(owner, loginOf(urls.request).name)
  })
}

async function runMigrations(clientUrl: string): Promise<string[]> {
  const orm = await MikroORM.init({
    clientUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: 2 },
    extensions: [Migrator],
    migrations: { migrationsList: platformMigrations, silent: true, schema: 'platform', tableName: 'platform_migration', snapshot: false, allOrNothing: true },
  })
  try {
    return (await orm.migrator.up()).map(({ name }) => name)
  }
  finally {
    await orm.close(true)
  }
}
