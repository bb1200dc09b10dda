import type { Db } from 'pg-boss'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { NewSchool, Restoration, SeedSql, SeedStep } from '../../shared/seed.ts'
import { dropSchool } from '../../database/drop-school.ts'
import { quoteIdentifier, schemaName } from '../../database/schema-names.ts'
import { SeedRefused } from '../../shared/seed.ts'
import { schoolScript } from './school-script.ts'

/** One named part of making a school; watchers see its name while it runs. */
export interface Step {
  readonly name: string
  readonly run: (tx: Db, school: NewSchool) => Promise<void>
}

interface SchoolPlan {
  readonly requestLogin: string
  /** `server_version_num`; from 16 on a membership says itself what it is good for. */
  readonly serverVersion: number
  readonly migrations: readonly SchoolMigration[]
}

/** What every school is made of: role, schema, tables, then each seed. */
export function preparationSteps(parts: SchoolPlan & { readonly seeds: readonly SeedStep[] }): readonly Step[] {
  const script = schoolScript(parts.migrations)
  return [
    ...roleAndSchema(parts),
    {
      name: 'create-tables',
      run: (tx, { tenantId }) => send(tx, script(schemaName(tenantId))),
    },
    ...parts.seeds.map(seed => ({
      name: seed.name,
      run: (tx: Db, school: NewSchool) => seed.run(sqlOf(tx), school),
    })),
  ]
}

/** The same for a test school, which may be there already: it is made anew, and filled with people. */
export function testSchoolSteps(parts: SchoolPlan & { readonly seeds: readonly SeedStep[] }): readonly Step[] {
  const [first, ...rest] = preparationSteps(parts)
  return [
    {
      name: first!.name,
      async run(tx, school) {
        await dropTestSchool(tx, school)
        await first!.run(tx, school)
      },
    },
    ...rest,
  ]
}

/** Never a school that is not marked as one: the row is asked, whatever the caller believes. */
async function dropTestSchool(tx: Db, { tenantId }: NewSchool): Promise<void> {
  const { rows } = await tx.executeSql('select 1 from platform.tenant where id = $1 and test', [tenantId])
  if (rows.length > 0)
    await dropSchool((text, values) => tx.executeSql(text, values), tenantId)
}

/** The same for a school that is restored: the tables as they were when it was exported, its rows, and what has come to the tables since. */
export function restorationSteps(parts: SchoolPlan & { readonly restoration: Restoration }): readonly Step[] {
  const { migrations, restoration } = parts
  const versionOf = (tx: Db, { restoredFrom }: NewSchool) => restoration.version(sqlOf(tx), restoredFrom!)
  return [
    ...roleAndSchema(parts),
    {
      name: 'create-tables',
      async run(tx, school) {
        const version = await versionOf(tx, school)
        if (!migrations.some(migration => migration.version === version))
          throw new SeedRefused('EXPORT_TOO_NEW', `The export is of version ${version}, which this release does not know.`)
        await send(tx, schoolScript(migrations.filter(migration => migration.version <= version))(schemaName(school.tenantId)))
      },
    },
    {
      name: 'load-export',
      run: (tx, school) => restoration.load(sqlOf(tx), school, school.restoredFrom!),
    },
    {
      name: 'migrate-tables',
      async run(tx, school) {
        const version = await versionOf(tx, school)
        const missing = migrations.filter(migration => migration.version > version)
        if (missing.length > 0)
          await send(tx, schoolScript(missing)(schemaName(school.tenantId)))
      },
    },
  ]
}

function roleAndSchema({ requestLogin, serverVersion }: SchoolPlan): readonly Step[] {
  const request = quoteIdentifier(requestLogin)
  const membership = serverVersion >= 160_000 ? ' with inherit false, set true' : ''
  return [
    {
      name: 'create-role',
      run: (tx, { tenantId }) => {
        const role = quoteIdentifier(schemaName(tenantId))
        return send(tx, `create role ${role} nologin noinherit; grant ${role} to ${request}${membership}`)
      },
    },
    {
      // Bare "create": leftovers of something else are an error, never adopted.
      name: 'create-schema',
      run: (tx, { tenantId }) => {
        const name = quoteIdentifier(schemaName(tenantId))
        return send(tx, `create schema ${name}; grant usage on schema ${name} to ${name}; set local search_path = ${name}`)
      },
    },
  ]
}

function sqlOf(tx: Db): SeedSql {
  return { query: (text, values) => tx.executeSql(text, values) }
}

async function send(tx: Db, script: string): Promise<void> {
  await tx.executeSql(script)
}
