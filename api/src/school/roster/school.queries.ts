import type { SchoolDb } from '../../database/school-db.ts'
import type { RosterTables } from './roster.tables.ts'

/** The school itself: the org that has the tenant's id as its sourced_id. */
export async function readSchool(db: SchoolDb) {
  const school = await ofTenant(db).executeTakeFirstOrThrow()
  return { ...school, timeZone: school.timeZone ?? 'UTC' }
}

/**
 * The school, held until the transaction ends: what is unique by more than an index
 * (a derived username, a course made for its title) is decided by one writer at a time. Readers do not wait.
 */
export async function lockSchool(db: SchoolDb) {
  return ofTenant(db).forNoKeyUpdate().executeTakeFirstOrThrow()
}

function ofTenant(db: SchoolDb) {
  return db.rows<RosterTables>()
    .selectFrom('org')
    .select(['id', 'sourced_id as sourcedId', 'name', 'type', 'identifier', 'time_zone as timeZone'])
    .where('sourced_id', '=', db.tenantId)
}
