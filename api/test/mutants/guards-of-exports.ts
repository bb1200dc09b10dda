import type { Guard } from './guard.ts'

const make = 'src/platform/exports/make-export.ts'
const service = 'src/platform/exports/exports.service.ts'
const load = 'src/school/exchange/load-school.ts'
const exportsTest = ['src/platform/exports/exports.test.ts']
const restore = ['src/platform/exports/restore.test.ts']
const later = ['test/journey/restore-later.test.ts']
const archive = ['src/school/exchange/archive.test.ts']

/** What a school takes away, who may have it, and what a new one is made from. */
export const exportGuards: readonly Guard[] = [
  { name: 'exports: who asks, and why, is on record', file: service, guard: '      await record(db, tenant.id, { action: \'superadmin.access\', subject: { type: \'tenant\', id: tenant.id }, details: { reason, mode: \'read\', operation: \'exportTenant\' } }, trail)\n', without: '', tests: exportsTest },
  { name: 'exports: one of a school at a time', file: service, guard: 'on conflict (tenant_id) where state in (\'QUEUED\', \'RUNNING\') do nothing returning id', without: 'returning id', tests: exportsTest },
  { name: 'exports: not of a school that is to be deleted', file: service, guard: ' and lifecycle <> \'DELETING\'', without: '', tests: exportsTest },
  { name: 'exports: a download is a superadmin\'s', file: service, guard: '    authorize(principal, [\'platform\'])\n', without: '    void [authorize, principal]\n', tests: exportsTest },
  { name: 'exports: a download is on record', file: service, guard: '    await this.parts.platform.transaction(db => record(db, tenantId, { action: \'export.downloaded\', subject: { type: \'export\', id: exportId } }, trail))\n', without: '    void [tenantId, trail]\n', tests: exportsTest },
  { name: 'exports: what is not READY cannot be had', file: service, guard: '    if (state !== \'READY\')\n      throw new NotFound(\'The export\')\n', without: '    void state\n', tests: exportsTest },
  { name: 'exports: what has expired is gone', file: 'src/platform/exports/exports.queries.ts', guard: '`(expires_at is null or expires_at > now())`', without: '`true`', tests: exportsTest },
  { name: 'exports: not deleted while a school is made from it', file: service, guard: '\n          and not exists (select from platform.tenant t where t.restored_from = e.id and t.preparation_status in (\'PENDING\', \'PREPARING\'))', without: '', tests: later },
  { name: 'exports: not deleted under a restoration that has begun', file: service, guard: '      await lockExport(db, exportId)\n', without: '      void lockExport\n', tests: restore },
  { name: 'restoring: a worker that cannot restore makes nothing READY', file: 'migrations/platform/0003-operations.ts', guard: 'preparation_status <> \'READY\' or schema_serves_from is not null)', without: 'preparation_status <> \'\')', tests: restore },
  { name: 'exports: not tidied away while a school is made from it', file: 'src/platform/housekeeping/tidy.ts', guard: '\n      and not exists (select from platform.tenant t where t.restored_from = platform.school_export.id and t.preparation_status in (\'PENDING\', \'PREPARING\'))', without: '', tests: ['src/platform/housekeeping/tidy.test.ts'] },
  { name: 'exports: nobody migrates or deletes the school meanwhile', file: make, guard: '  await tx.executeSql(\'select pg_advisory_xact_lock($1::bigint)\', [tenantLock(tenantId)])\n', without: '  void tenantLock\n', tests: exportsTest },
  { name: 'exports: a version that this release does not read is given up', file: make, guard: 'if (!serves(served, school))', without: 'if (!serves(served, school) && tenantId === \'\')', tests: exportsTest },
  { name: 'exports: all of it is of one moment', file: 'src/database/school-db.ts', guard: 'const isolationLevel = snapshot ? \'repeatable read\' : \'read committed\'', without: 'const isolationLevel = snapshot ? \'read committed\' : \'read committed\'', tests: exportsTest },
  { name: 'exports: every table there is', file: 'src/school/exchange/school-tables.ts', guard: 'and c.relname <> \'${notRows}\'', without: 'and c.relname <> \'${notRows}\' and c.relname <> \'setup_task\'', tests: archive },
  { name: 'exports: no cell is a formula', file: 'src/school/exchange/cells.ts', guard: 'formula.test(line) && !number.test(line) ?', without: 'formula.test(line) && number.test(line) ?', tests: archive },
  { name: 'exports: no line break in a cell', file: 'src/school/exchange/cells.ts', guard: 'const line = text.replace(lineBreak, \' \')', without: 'const line = text', tests: archive },
  { name: 'exports: a file refers to nothing that was deleted', file: 'src/school/exchange/oneroster-files.ts', guard: 'where ${active(\'r\', \'u\', \'o\')}', without: 'where ${active(\'r\')}', tests: archive },
  { name: 'restoring: the bytes are those that were written', file: 'src/platform/exports/stored-export.ts', guard: 'if (!hash.digest().equals(sha256))', without: 'if (hash.digest().equals(sha256) && size === \'\')', tests: restore },
  { name: 'restoring: the archive is of these tables', file: load, guard: 'if (archived !== made)', without: 'if (archived === \'\')', tests: restore },
  { name: 'restoring: the school is known by its new tenant', file: load, guard: '  await sql.query(\'update org set sourced_id = $2 where sourced_id = $1\', [schema.tenantId, school.tenantId])\n', without: '  void school\n', tests: restore },
  { name: 'restoring: what the old school had yet to tell stays its own', file: load, guard: 'new Set([\'outbox\', \'idempotency_key\'])', without: 'new Set([\'\'])', tests: restore },
  { name: 'restoring: constraints are as in any school', file: load, guard: '  await sql.query(alter(\'not deferrable\'))\n', without: '', tests: restore },
  { name: 'restoring: a newer release\'s export is refused', file: 'src/platform/exports/restore.service.ts', guard: 'if (source.schemaVersion! > newestVersion)', without: 'if (source.schemaVersion! > newestVersion * 1_000)', tests: restore },
  { name: 'restoring: a worker knows the tables, or refuses', file: 'src/platform/preparation/steps.ts', guard: 'if (!migrations.some(migration => migration.version === version))', without: 'if (version < 0)', tests: later },
]
