import type { Guard } from './guard.ts'

const connection = 'src/database/tenant-connection.ts'
const routing = 'src/database/routing.ts'
const logins = 'src/database/logins.ts'
const walls = ['src/database/walls.test.ts']

/** The door to the schools, and PostgreSQL behind it. */
export const databaseGuards: readonly Guard[] = [
  { name: 'what comes after a brief reader\'s end opens anew', file: 'src/database/tenant-connection.ts', guard: '        this.open(this.#settings)\n', without: '', tests: ['src/database/school-db.test.ts'] },
  { name: 'a tenant transaction runs under the tenant\'s role', file: connection, guard: 'set_config(\\\'search_path\\\', $1, true), set_config(\\\'role\\\', $2, true)', without: 'set_config(\\\'search_path\\\', $1, true), $2::text', tests: ['src/database/school-db.test.ts'] },
  { name: 'the role lasts for the transaction only', file: connection, guard: 'set_config(\\\'role\\\', $2, true)', without: 'set_config(\\\'role\\\', $2, false)', tests: ['test/isolation/pooled-connections.test.ts', 'test/isolation/orm-traps.test.ts'] },
  { name: 'search_path lasts for the transaction only', file: connection, guard: 'set_config(\\\'search_path\\\', $1, true)', without: 'set_config(\\\'search_path\\\', $1, false)', tests: ['test/isolation/pooled-connections.test.ts', 'test/isolation/orm-traps.test.ts'] },
  { name: 'a swallowed error is not answered as committed', file: connection, guard: 'answer.command !== \'COMMIT\'', without: 'answer.command === \'\'', tests: ['src/database/school-db.test.ts'] },
  { name: 'what fails in a transaction that was sent whole is rolled back', file: connection, guard: 'done ? undefined : this.#sendAlone(rollback)', without: 'done', tests: ['src/database/school-db.test.ts', 'src/database/statement-names.test.ts'] },
  { name: 'what is asked goes before the end, not with it', file: connection, guard: '    this.#send()\n    if (!this.router.leave', without: '    if (!this.router.leave', tests: ['src/database/school-db.test.ts'] },
  { name: 'a planned statement is one school\'s', file: 'src/database/statement-names.ts', guard: 'const key = `${tenantId} ${text}`', without: 'const key = text', tests: ['src/database/statement-names.test.ts'] },
  { name: 'a plan that is out of date is given up', file: connection, guard: 'this.#names.forget(this.tenantId, sql)', without: '', tests: ['src/database/statement-names.test.ts'] },
  { name: 'a connection keeps so many plans', file: 'src/database/statement-names.ts', guard: 'if (this.#names.size > mostKept)', without: 'if (this.#names.size > 1e9)', tests: ['src/database/statement-names.test.ts'] },
  { name: 'what cannot be rolled back leaves the pool', file: 'src/database/school-db.ts', guard: 'client.release(!healthy || !router.trusts(client))', without: 'client.release()', tests: ['src/database/routing.test.ts', 'test/isolation/pooled-connections.test.ts', 'test/isolation/orm-traps.test.ts'] },
  { name: 'a statement goes down its own school\'s connection', file: routing, guard: 'if (openFor.get(client) !== tenantId)', without: 'if (openFor.get(client) === \'\')', tests: ['src/database/routing.test.ts'] },
  { name: 'a statement runs where it was made', file: routing, guard: 'if (maker !== tenantId)', without: 'if (maker === \'\')', tests: ['src/database/routing.test.ts'] },
  { name: 'a statement names no other schema', file: routing, guard: 'if (foreign !== undefined)', without: 'if (foreign === \'\')', tests: ['src/database/routing.test.ts'] },
  { name: 'a school sends SELECT, INSERT, UPDATE, DELETE and MERGE only', file: 'src/database/statement-reach.ts', guard: 'sendable.has(kind) ? readTree(tree)', without: 'sendable.has(kind) || kind !== \'\' ? readTree(tree)', tests: ['src/database/statement-reach.test.ts', 'src/database/routing.test.ts'] },
  { name: 'a statement is one statement', file: 'src/database/statement-reach.ts', guard: 'if (statements.length !== 1)', without: 'if (statements.length === 0)', tests: ['src/database/statement-reach.test.ts', 'src/database/routing.test.ts'] },
  { name: 'an entity stays in its school', file: 'src/database/school-entities.ts', guard: 'if ((schoolOf.get(Reference.unwrapReference(value)) ?? school) !== school)', without: 'if (schoolOf.get(Reference.unwrapReference(value)) === \'\')', tests: ['test/isolation/orm-traps.test.ts'] },
  { name: 'a flush writes entities of its own school', file: 'src/database/school-entities.ts', guard: 'if (schoolOf.get(entity) !== school)', without: 'if (schoolOf.get(entity) === \'\')', tests: ['test/isolation/orm-traps.test.ts'] },
  { name: 'no result cache', file: 'src/database/school-db.ts', guard: '    resultCache: { adapter: NoResultCache },\n', without: '    ...(NoResultCache.length > 9 && { resultCache: { adapter: NoResultCache } }),\n', tests: ['test/isolation/orm-traps.test.ts'] },
  { name: 'loaders belong to one operation', file: 'src/access/school-door.ts', guard: '  readonly #loaded = new Map<unknown, Loaded<unknown, unknown>>()', without: '  static readonly all = new Map<unknown, Loaded<unknown, unknown>>()\n  readonly #loaded = SchoolDoor.all', tests: ['test/isolation/pooled-connections.test.ts'] },
  { name: 'loaders forget after a write', file: 'src/access/school-door.ts', guard: '    this.#loaded.clear()\n', without: '', tests: ['src/school/roster/classes.test.ts'] },

  { name: 'logins inherit nothing', file: logins, guard: 'const rights = `noinherit ${', without: 'const rights = `inherit ${', tests: walls },
  { name: 'PUBLIC has no TEMP on the database', file: logins, guard: '      `revoke all on database ${database} from public`,\n', without: '', tests: walls },
  { name: 'set_config is out of the tenant roles\' reach', file: logins, guard: '      \'revoke execute on function pg_catalog.set_config(text, text, boolean) from public\',\n', without: '', tests: walls },
  { name: 'requests have a statement timeout', file: logins, guard: '[\'statement_timeout\', \'5s\'], ', without: '', tests: walls },
  { name: 'a tenant\'s role cannot sign in', file: 'src/platform/preparation/steps.ts', guard: 'create role ${role} nologin noinherit', without: 'create role ${role} login noinherit', tests: walls },
  { name: 'a school is its own role\'s alone', file: 'src/platform/preparation/steps.ts', guard: 'grant usage on schema ${name} to ${name};', without: 'grant usage on schema ${name} to ${name}; grant usage on schema ${name} to public;', tests: ['src/database/walls.test.ts', 'src/database/check-logins.test.ts'] },
  { name: 'tables are their own role\'s alone', file: 'src/platform/preparation/school-script.ts', guard: 'to ${quoteIdentifier(schema)}`]', without: 'to ${quoteIdentifier(schema)}`, `grant select on ${tables.join(\', \')} to public`]', tests: ['src/database/walls.test.ts'] },
  { name: 'the request login speaks the extended protocol', file: 'src/database/extended-client.ts', guard: 'connection.query = (text) => {', without: 'const _unused = (text: string) => {', tests: ['src/database/extended-client.test.ts'] },
  { name: 'the start refuses unsafe logins', file: 'src/database/check-logins.ts', guard: '  if (holes.length > 0)\n    throw new UnsafeLogins(holes)\n}', without: '}', tests: ['src/database/check-logins.test.ts'] },
  { name: 'no grant on the audit record but insert and select', file: 'src/database/rights.ts', guard: '\'platform.audit_event\': [\'select\', \'insert\']', without: '\'platform.audit_event\': [\'select\', \'insert\', \'update\', \'delete\']', tests: ['src/platform/audit/audit.test.ts'] },
  { name: 'requests make nobody a superadmin', file: 'src/database/rights.ts', guard: '...columns(\'update\', [\'name\',', without: '...columns(\'update\', [\'superadmin\', \'name\',', tests: walls },
  { name: 'an audit event carries the hash of the one before', file: 'src/platform/audit/chain.ts', guard: 'sha256(coalesce(${previous}, \'\'::bytea) ||', without: 'sha256(case when ${previous} is null then \'\'::bytea else \'\'::bytea end ||', tests: ['src/platform/audit/audit.test.ts'] },
  { name: 'one writer a chain at a time', file: 'src/platform/audit/chain.ts', guard: 'select pg_advisory_xact_lock(hashtextextended(\\\'audit \\\' || $1, 0))', without: 'select hashtextextended(\\\'audit \\\' || $1, 0)', tests: ['test/isolation/superadmin.test.ts'] },
  { name: 'a change is told with its transaction', file: 'src/access/school-door.ts', guard: '      await tell(db, changes, this.entry.trail)\n', without: '      void [tell, changes]\n', tests: ['src/platform/audit/audit.test.ts'] },
  { name: 'a cursor is of its own list', file: 'src/shared/cursor.ts', guard: '!timingSafeEqual(signed, signature(list, text))', without: '!timingSafeEqual(signed, signed)', tests: ['src/shared/cursor.test.ts', 'test/isolation/foreign-cursors.test.ts'] },
  { name: 'ids and slugs of schools that are not ready open nothing', file: 'src/platform/tenancy/tenancy.service.ts', guard: 'if (tenant.preparationStatus !== \'READY\')', without: 'if (tenant.preparationStatus === \'PENDING\' && tenant.id === \'\')', tests: ['src/platform/preparation/preparation.test.ts'] },
]
