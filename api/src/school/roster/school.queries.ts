import type { SchoolDb } from '../../database/school-db.ts'
import type { RosterTables } from './roster.tables.ts'

/** The school itself: the org that has the tenant's id as its sourced_id. */
export async function readSchool(db: SchoolDb) {
  const school = await ofTenant(db).executeTakeFirstOrThrow()
  return { ...school, timeZone: school.timeZone ?? 'UTC' }
}

function ofTenant(db: SchoolDb) {
  return db.rows<RosterTables>()
    .selectFrom('org')
    .select(['id', 'sourced_id as sourcedId', 'status', 'version', 'date_last_modified as dateLastModified', 'name', 'type', 'identifier', 'time_zone as timeZone'])
    .where('sourced_id', '=', db.tenantId)
}
