import type { Read } from './rollout.ts'
import type { Shape } from './shape.ts'
import { schemaName } from '../../database/schema-names.ts'
import { readShapes } from './shape.ts'

/** A school whose tables are not what its version says. */
export interface Drift { readonly tenantId: string, readonly differences: string[] }

/** How many schools a statement compares: a statement of a request has 5 s. */
const atOnce = 1_000

/** The last school of each batch, by id. */
const batchesText = `
  select id from (select id, row_number() over (order by id) as place, count(*) over () as schools from platform.tenant where preparation_status = 'READY') t
  where place % $1 = 0 or place = schools order by id`

/**
 * Of ready schools with ids from `$1`, exclusive, to `$2` those whose catalogue is
 * the same, oids apart, as one group with its schools. To write out the definitions of every
 * school would take seconds; what differs by anything at all is in another group, and one school of each is then written out.
 * Nothing is materialized on the way, or one processor would do it all.
 */
const groupsText = `
  with school as not materialized (
    select t.id, t.schema_version as version, n.oid, n.nspname, n.nspacl from platform.tenant t
    left join pg_namespace n on n.nspname = 't_' || replace(t.id::text, '-', '')
    where t.preparation_status = 'READY' and ($1::uuid is null or t.id > $1) and t.id <= $2 and t.schema_version in (select version from platform.school_shape)
  ),
  relation as not materialized (
    select c.oid, c.relname, c.relnamespace, c.relkind, c.relpersistence, c.relrowsecurity, c.relowner, c.relacl, s.nspname from school s join pg_class c on c.relnamespace = s.oid
  ),
  piece (namespace, hash) as (
    select oid, hash_record_extended(row (replace(nspacl::text, nspname, '~')), 1) from school
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
    select s.oid, hash_record_extended(row (p.proname, p.proargtypes), 7) from school s join pg_proc p on p.pronamespace = s.oid
  ),
  digest as (select namespace, bit_xor(hash) as digest from piece group by namespace)
  select s.version, coalesce(d.digest::text, '') as digest, array_agg(s.id order by s.id) as tenants from school s left join digest d on d.namespace = s.oid group by s.version, d.digest`

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

interface Group { readonly version: number, readonly digest: string, readonly tenants: string[] }

async function readGroups(read: Read): Promise<Group[]> {
  const groups = new Map<string, Group>()
  let after: string | null = null
  for (const { id } of await read<{ id: string }>(batchesText, [atOnce])) {
    for (const group of await read<Group>(groupsText, [after, id])) {
      const key = `${group.version} ${group.digest}`
      const known = groups.get(key)
      if (known)
        known.tenants.push(...group.tenants)
      else
        groups.set(key, group)
    }
    after = id
  }
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
