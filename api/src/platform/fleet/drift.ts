import type { Read } from './rollout.ts'
import type { Shape } from './shape.ts'
import { schemaName } from '../../database/schema-names.ts'
import { readShapes } from './shape.ts'

/** A school whose tables are not what its version says. */
export interface Drift { readonly tenantId: string, readonly differences: string[] }

/** How many schools a statement compares: a statement of a request has 5 s. */
const atOnce = 500

/** The next ready schools after `$1`, exclusive, by id; each with its schema, where it has one. */
const schoolsText = `
  select t.id as "tenantId", t.schema_version as version, n.oid::text as schema from platform.tenant t
  left join pg_namespace n on n.nspname = ('t_' || replace(t.id::text, '-', ''))::name
  where t.preparation_status = 'READY' and ($1::uuid is null or t.id > $1) and t.schema_version in (select version from platform.school_shape)
  order by t.id limit $2`

/**
 * A digest of each schema of `$1`: the same for two that are the same, oids and their own names apart. To write out the
 * definitions of every school would take seconds; what differs by anything at all has another digest, and one school of each is
 * then written out. The schemas are named by their oids, not found by a join: with a fleet that has just grown, the planner
 * knows nothing of how many tenants there are and would walk them for every relation.
 * Nothing is materialized on the way, or one processor would do it all.
 */
const digestsText = `
  with relation as not materialized (
    select oid, relname, relnamespace, relkind, relpersistence, relrowsecurity, relowner, relacl, relnamespace::regnamespace::text as nspname
    from pg_class where relnamespace = any($1::oid[])
  ),
  piece (namespace, hash) as (
    select oid, hash_record_extended(row (replace(nspacl::text, nspname, '~')), 1) from pg_namespace where oid = any($1::oid[])
    union all
    select relnamespace, hash_record_extended(row (relname, relkind, relpersistence, relrowsecurity, relowner, replace(relacl::text, nspname, '~')), 2) from relation
    union all
    select r.relnamespace, hash_record_extended(row (r.relname, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attnotnull, a.attidentity, a.attgenerated, d.adbin::text, replace(a.attacl::text, r.nspname, '~')), 3)
    from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped left join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum
    where r.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select r.relnamespace, hash_record_extended(row (r.relname, k.conname, k.contype, k.condeferrable, k.condeferred, k.convalidated, k.conkey, f.relname, k.confkey, k.confupdtype, k.confdeltype, k.confmatchtype, k.conbin::text), 4)
    from relation r join pg_constraint k on k.conrelid = r.oid and k.contype not in ('n', 't') left join relation f on f.oid = k.confrelid
    union all
    select r.relnamespace, hash_record_extended(row (r.relname, n.relname, i.indisunique, i.indisprimary, i.indisvalid, i.indnkeyatts, i.indkey::int2[], i.indcollation, i.indclass, i.indoption::int2[], i.indpred::text, i.indexprs::text), 5)
    from relation r join pg_index i on i.indrelid = r.oid join relation n on n.oid = i.indexrelid
    union all
    select r.relnamespace, hash_record_extended(row (r.relname, t.tgname, t.tgfoid, t.tgtype, t.tgenabled, t.tgattr::int2[], t.tgqual::text), 6) from relation r join pg_trigger t on t.tgrelid = r.oid where not t.tgisinternal
    union all
    select pronamespace, hash_record_extended(row (proname, proargtypes), 7) from pg_proc where pronamespace = any($1::oid[])
  )
  select namespace::text as schema, bit_xor(hash)::text as digest from piece group by namespace`

/** Compares every ready school with the shape of its version. */
export async function findDrift(read: Read): Promise<{ checked: number, differing: Drift[] }> {
  const groups = await readGroups(read)
  const expected = new Map((await read<{ version: number, shape: Shape }>('select version, shape from platform.school_shape')).map(({ version, shape }) => [version, shape]))
  const examples = await readShapes(read, groups.map(({ tenants }) => schemaName(tenants[0]!)))
  const differing = groups.flatMap(({ version, tenants }) => {
    const differences = compare(examples.get(schemaName(tenants[0]!)), expected.get(version) ?? {})
    return differences.length > 0 ? tenants.map(tenantId => ({ tenantId, differences })) : []
  })
  return { checked: groups.reduce((sum, { tenants }) => sum + tenants.length, 0), differing }
}

interface Group { readonly version: number, readonly tenants: string[] }
interface School { readonly tenantId: string, readonly version: number, readonly schema: string | null }

/** Ready schools of one version and one digest together. */
async function readGroups(read: Read): Promise<Group[]> {
  const groups = new Map<string, Group>()
  let schools: School[] = []
  do {
    schools = await read<School>(schoolsText, [schools.at(-1)?.tenantId ?? null, atOnce])
    const digests = new Map((await read<{ schema: string, digest: string }>(digestsText, [schools.flatMap(({ schema }) => schema ?? [])])).map(({ schema, digest }) => [schema, digest]))
    for (const { tenantId, version, schema } of schools) {
      const key = `${version} ${schema === null ? '' : digests.get(schema)}`
      const group = groups.get(key) ?? { version, tenants: [] }
      group.tenants.push(tenantId)
      groups.set(key, group)
    }
  } while (schools.length === atOnce)
  return [...groups.values()]
}

/** What differs, in words and by name. */
export function compare(found: Shape | undefined, expected: Shape): string[] {
  if (!found)
    return ['the schema is missing']
  return namesOf(found, expected).flatMap((table) => {
    const [is, wanted] = [found[table], expected[table]]
    if (table !== '' && !is)
      return [`table ${table} is missing`]
    if (table !== '' && !wanted)
      return [`unknown ${is?.kind?.split(',')[0] ?? 'table'} ${table}`]
    return namesOf(is ?? {}, wanted ?? {}).flatMap((part) => {
      const said = difference(part, is?.[part], wanted?.[part])
      return said ? [`${table === '' ? 'schema' : `table ${table}`}: ${said}`] : []
    })
  })
}

function difference(part: string, is: string | undefined, wanted: string | undefined): string | undefined {
  if (is === undefined)
    return `${part} is missing`
  if (wanted === undefined)
    return `unknown ${part}`
  return is === wanted ? undefined : `${part} is ${is}, expected ${wanted}`
}

const namesOf = (...shapes: readonly object[]): string[] => [...new Set(shapes.flatMap(shape => Object.keys(shape)))].sort()
