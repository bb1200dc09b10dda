import type pg from 'pg'
import type { SchoolMigration } from '../../../migrations/school/index.ts'
import type { Read } from './rollout.ts'
import { createHash, randomBytes } from 'node:crypto'
import { quoteIdentifier } from '../../database/schema-names.ts'
import { schoolScript } from '../preparation/room.ts'
import { readWith } from './rollout-record.ts'

/** What the catalogue says of a school: by table (blank for the schema itself) what each part of it is. */
export type Shape = Readonly<Record<string, Readonly<Record<string, string>>>>

interface Fact { readonly schema: string, readonly in: string, readonly part: string, readonly definition: string }

/**
 * PostgreSQL writes out what it was told, so that two schools can be compared word by word. `$1` are schemas, `$2` the role
 * whose rights are the school's own. Relations are found by what depends on the schema: by their namespace no index leads
 * to them, and the catalogue of all schools would be searched.
 */
const factsText = `
  with school as materialized (select oid, nspname, nspacl, nspowner from pg_namespace where nspname = any($1)),
  relation as materialized (
    select c.*, s.nspname from school s
    join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = s.oid and d.classid = 'pg_class'::regclass
    join pg_class c on c.oid = d.objid where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  ),
  fact (schema, "in", part, definition) as (
    select nspname, relname, 'kind', case relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'sequence' end
      || case relpersistence when 'u' then ', unlogged' else '' end || case when relrowsecurity then ', with row security' else '' end || ', owned by ' || pg_get_userbyid(relowner)
    from relation
    union all
    select r.nspname, r.relname, 'column ' || a.attname, format_type(a.atttypid, a.atttypmod)
      || case when a.attcollation <> t.typcollation then ' collate ' || (select quote_ident(collname) from pg_collation where oid = a.attcollation) else '' end
      || case when a.attnotnull then ' not null' else '' end
      || case when a.attidentity <> '' then ' identity' when a.attgenerated <> '' then ' generated as ' || pg_get_expr(d.adbin, d.adrelid) when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end
    from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum where r.relkind <> 'S'
    union all
    select r.nspname, r.relname, 'constraint ' || c.conname, pg_get_constraintdef(c.oid) from relation r join pg_constraint c on c.conrelid = r.oid and c.contype not in ('n', 't')
    union all
    select r.nspname, r.relname, 'index ' || n.relname, pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' (invalid)' end
    from relation r join pg_index i on i.indrelid = r.oid join pg_class n on n.oid = i.indexrelid where not exists (select from pg_constraint where conindid = i.indexrelid and conrelid = r.oid)
    union all
    select r.nspname, r.relname, 'trigger ' || t.tgname, pg_get_triggerdef(t.oid) from relation r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal
    union all
    select held.nspname, held.relname, 'rights ' || "column" || 'of ' || case when grantee = 0 then 'everybody' when pg_get_userbyid(grantee) in (held.nspname, $2) then 'the school' else pg_get_userbyid(grantee) end, string_agg(privilege_type, ', ' order by privilege_type)
    from (
      select nspname, relname, '' as "column", relowner as owner, (aclexplode(relacl)).* from relation
      union all select nspname, '', '', nspowner, (aclexplode(nspacl)).* from school
      union all select r.nspname, r.relname, 'on column ' || a.attname || ' ', r.relowner, (aclexplode(a.attacl)).* from relation r join pg_attribute a on a.attrelid = r.oid and a.attacl is not null
    ) held where grantee <> owner group by 1, 2, "column", grantee
    union all
    select s.nspname, '', 'function ' || p.oid::regprocedure, 'function' from school s
    join pg_depend d on d.refclassid = 'pg_namespace'::regclass and d.refobjid = s.oid and d.classid = 'pg_proc'::regclass join pg_proc p on p.oid = d.objid
  )
  select schema, "in", part, replace(replace(definition, schema || '.', ''), schema, 'the school') as definition from fact`

/** The shapes of these schemas; one that does not exist has none. */
export async function readShapes(read: Read, schemas: readonly string[], role = ''): Promise<Map<string, Shape>> {
  const shapes = new Map<string, Record<string, Record<string, string>>>()
  for (const { schema, in: table, part, definition } of await read<Fact>(factsText, [schemas, role])) {
    const shape = shapes.get(schema) ?? {}
    shapes.set(schema, shape)
    ;(shape[table] ??= {})[part] = definition
  }
  return shapes
}

/**
 * Notes for each version what a school looks like, for those who compare; where that is noted already, nothing is to do.
 * It is tried out in a transaction that is rolled back: a schema, the history step by step, and the catalogue read after each
 * step from the first one on that is not noted.
 */
export async function keepShapes(client: pg.Client, migrations: readonly SchoolMigration[]): Promise<void> {
  const ordered = [...migrations].sort((a, b) => a.version - b.version)
  const { rows: [server] } = await client.query<{ version: string }>('select current_setting(\'server_version_num\') as version')
  const sources = sourcesOf(ordered, server!.version)
  const { rows } = await client.query<{ version: number, source: string }>('select version, made_from as source from platform.school_shape')
  const known = new Map(rows.map(({ version, source }) => [version, source]))
  const unknown = ordered.findIndex(({ version }) => known.get(version) !== sources.get(version))
  if (unknown === -1)
    return
  const shapes = await tryOut(client, ordered.slice(0, unknown), ordered.slice(unknown))
  await client.query(`
    insert into platform.school_shape (version, shape, made_from) select version, shape, source from unnest($1::int[], $2::jsonb[], $3::text[]) as given (version, shape, source)
    on conflict (version) do update set shape = excluded.shape, made_from = excluded.made_from, made_at = now()`, [[...shapes.keys()], [...shapes.values()].map(shape => JSON.stringify(shape)), [...shapes.keys()].map(version => sources.get(version))])
}

/** By version what its shape is made from: the history so far, how it is read, and the server, which writes definitions its own way. */
function sourcesOf(ordered: readonly SchoolMigration[], server: string): Map<number, string> {
  const hash = createHash('sha256').update(server).update(factsText)
  return new Map(ordered.map(migration => [migration.version, hash.update('\0').update(schoolScript([migration])('')).copy().digest('hex')]))
}

async function tryOut(client: pg.Client, known: readonly SchoolMigration[], unknown: readonly SchoolMigration[]): Promise<Map<number, Shape>> {
  const schema = `shape_${randomBytes(8).toString('hex')}`
  const name = quoteIdentifier(schema)
  const shapes = new Map<number, Shape>()
  await client.query('begin')
  try {
    // A role that nothing else in the schema is granted to stands for the school's own: making one would lock out those who make schools.
    await client.query(`set local lock_timeout = '2s'; create schema ${name}; grant usage on schema ${name} to pg_monitor; set local search_path = ${name}`)
    if (known.length > 0)
      await client.query(schoolScript(known)('pg_monitor'))
    for (const migration of unknown) {
      await client.query(schoolScript([migration])('pg_monitor'))
      shapes.set(migration.version, (await readShapes(readWith(client), [schema], 'pg_monitor')).get(schema) ?? {})
    }
  }
  finally {
    await client.query('rollback')
  }
  return shapes
}
