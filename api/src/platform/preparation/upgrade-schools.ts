import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Log } from '../../shared/log.ts'
import { quoteIdentifier, schemaName } from '../../database/schema-names.ts'
import { withClient } from '../../database/with-client.ts'
import { schoolScript, schoolVersion } from './school-script.ts'

/**
 * Brings every ready school to the newest version, one after the other, each in a transaction of its own. A school that
 * fails stays as it was and the others go on. Answers the ids of those that failed.
 */
export async function upgradeSchools(parts: { ownerUrl: string, migrations: readonly SchoolMigration[], log: Log }): Promise<string[]> {
  const { migrations, log } = parts
  const newest = schoolVersion(migrations)
  return withClient({ connectionString: parts.ownerUrl, application_name: 'homeroom school migrations' }, async (client) => {
    // Several processes may start at once: one migrates, the others find it done.
    await client.query('set lock_timeout = 0; select pg_advisory_lock(hashtext(\'homeroom schools\')); reset lock_timeout')
    const { rows } = await client.query<{ id: string, schema_version: number }>(
      'select id, schema_version from platform.tenant where preparation_status = \'READY\' and schema_version < $1 order by created_at, id',
      [newest],
    )
    const failed: string[] = []
    for (const { id, schema_version: version } of rows) {
      const schema = schemaName(id)
      try {
        await client.query([
          'begin',
          `set local search_path = ${quoteIdentifier(schema)}`,
          schoolScript(migrations.filter(migration => migration.version > version))(schema),
          `update platform.tenant set schema_version = ${newest} where id = '${id}'`,
          'commit',
        ].join(';\n'))
      }
      catch (error) {
        await client.query('rollback')
        failed.push(id)
        log.error({ err: error, tenantId: id, version, newest }, 'a school could not be migrated')
      }
    }
    if (rows.length > failed.length)
      log.info({ schools: rows.length - failed.length, version: newest }, 'schools migrated')
    return failed
  })
}
