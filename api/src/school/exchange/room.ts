import type { SchoolDb } from '../../database/school-db.ts'
import type { ArchivedSchool, SchoolArchive, StoredArchive } from '../../shared/school-archive.ts'
import type { NewSchool, SeedSql } from '../../shared/seed.ts'
import { exportSchool } from './export-school.ts'
import { loadSchool } from './load-school.ts'

/** A school as files: what it takes away, and what a new one is filled from. */
export function exchangeRoom() {
  return {
    /** The school that is open, as one zip. */
    write: (db: SchoolDb, school: ArchivedSchool): Promise<SchoolArchive> => exportSchool(db, school),
    /** Fills a new school's empty tables. */
    load: (sql: SeedSql, archive: StoredArchive, school: Pick<NewSchool, 'tenantId'>): Promise<void> => loadSchool(sql, archive, school),
  }
}
