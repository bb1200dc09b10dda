// What must be true of the logins, and of what everybody may do, before a request is served. One statement asks for all
// of it; each wall below answers a row for each hole in it: what is wrong, and the SQL that mends it.
//
// Rights are read where they are granted (`aclexplode`), not asked for by `has_…_privilege`: that would follow every
// membership, and name thousands of schemas where one membership is wrong.

const ofTenant = (name: string) => `${name} ~ '^t_[0-9a-f]{32}$'`

/** One of them, and how many more there are. */
const oneOf = (name: string, all = 'count(*)') => `min(${name}) || case when ${all} > 1 then format(' and %s more', ${all} - 1) else '' end`

/** From 16 on a grant of a role is known by its grantor too. */
const grantedBy = `case when current_setting('server_version_num')::int >= 160000 then format(' granted by %I', grantor) else '' end`
const firstGrantedBy = `(array_agg(${grantedBy} order by role))[1]`

const walls = [
  // A superuser is not told to become less: the one that was there first cannot.
  `select format('The %s login %I is a superuser, whom no wall stops: give %s_DATABASE_URL a login that is none.', purpose, name, upper(purpose)), null
   from login where rolsuper`,

  `select format('The %s login %I has %s, and with it a way round the walls.', purpose, name, string_agg(upper(power), ', ')), format('alter role %I %s', name, string_agg('no' || power, ' '))
   from serving, lateral (values ('createrole', rolcreaterole), ('createdb', rolcreatedb), ('replication', rolreplication), ('bypassrls', rolbypassrls)) p (power, held)
   where held group by purpose, name`,

  `select format('The %s login %I inherits what the roles it is a member of may do.', purpose, name), format('alter role %I noinherit', name)
   from serving where rolinherit`,

  `select format('The %s login %I is a member of %I: the request login may become a school, and nobody anything else.', purpose, name, role), format('revoke %I from %I%s', role, name, ${grantedBy})
   from serving join membership on member = oid where purpose <> 'request' or not ${ofTenant('role')}`,

  `select format('The request login %I may do what %s may without becoming that school.', name, ${oneOf('role')}), format('grant %I to %I with inherit false%s', min(role), name, ${firstGrantedBy})
   from serving join membership on member = oid where purpose = 'request' and inherit_option and ${ofTenant('role')} group by name`,

  `select format('The request login %I may make others a member of %s.', name, ${oneOf('role')}), format('revoke admin option for %I from %I%s', min(role), name, ${firstGrantedBy})
   from serving join membership on member = oid where purpose = 'request' and admin_option and ${ofTenant('role')} group by name`,

  `select format('The school''s role %I is a member of %I.', t.rolname, role), format('revoke %I from %I%s', role, t.rolname, ${grantedBy})
   from tenant_role t join membership on member = t.oid`,

  `select format('The school''s role %s has %s.', ${oneOf('rolname::text')}, upper(power)), format('alter role %I no%s', min(rolname::text), power)
   from tenant_role, lateral (values ('login', rolcanlogin), ('inherit', rolinherit), ('superuser', rolsuper), ('createrole', rolcreaterole), ('createdb', rolcreatedb), ('replication', rolreplication), ('bypassrls', rolbypassrls)) p (power, held)
   where held group by power`,

  `select format('The %s login %I owns %s.', purpose, name, ${oneOf('pg_describe_object(classid, objid, objsubid)')}),
     (select format('reassign owned by %I to %I', name, rolname) from pg_namespace join pg_roles r on r.oid = nspowner where nspname = 'platform' and rolname <> name)
   from serving join pg_shdepend on refclassid = 'pg_authid'::regclass and refobjid = oid and deptype = 'o'
   where dbid in (0, (select oid from pg_database where datname = current_database())) group by purpose, name`,

  `select format('%s has rights on %s without becoming that school.', who, ${oneOf('nspname::text', 'count(distinct nspname)')}), format('revoke all on schema %I from %s', min(nspname::text), who)
   from pg_namespace, lateral aclexplode(nspacl) join grantee g on g.oid = grantee
   where ${ofTenant('nspname')} and g.name is distinct from nspname and grantee <> nspowner group by who`,

  `select format('%s has %s on schema %I.', who, string_agg(privilege_type, ', ' order by privilege_type), nspname), format('revoke %s on schema %I from %s', string_agg(lower(privilege_type), ', ' order by privilege_type), nspname, who)
   from pg_namespace, lateral aclexplode(coalesce(nspacl, acldefault('n', nspowner))) join grantee g on g.oid = grantee
   where nspname in ('public', 'platform', 'pgboss') and (privilege_type = 'CREATE' or grantee not in (select oid from serving)) group by who, nspname`,

  `select format('%s has %s on the database: what it makes there can stand in for a school''s own.', who, string_agg(privilege_type, ', ' order by privilege_type)), format('revoke %s on database %I from %s', string_agg(lower(privilege_type), ', ' order by privilege_type), datname, who)
   from pg_database, lateral aclexplode(coalesce(datacl, acldefault('d', datdba))) join grantee g on g.oid = grantee
   where datname = current_database() and privilege_type in ('TEMPORARY', 'CREATE') group by who, datname`,

  `select format('The request login %I has no %s: one request can hold on to the database for good.', l.name, s.name), format('alter role %I in database %I set %s = %L', l.name, current_database(), s.name, wanted)
   from serving l, (values ('statement_timeout', '5s'), ('lock_timeout', '2s'), ('idle_in_transaction_session_timeout', '10s')) s (name, wanted)
   where purpose = 'request' and current_setting(s.name) = '0'`,
]

// What a managed server may keep to itself, and what shows only after a crash.
const cautions = [
  `select 'Every role may call set_config, so a school''s role could become another school''s (SECURITY.md); a managed server may not let you change it.',
     'revoke execute on function pg_catalog.set_config(text, text, boolean) from public; grant execute on function pg_catalog.set_config(text, text, boolean) to '
       || (select string_agg(quote_ident(n), ', ') from (select name from serving where purpose = 'request' union select rolname from pg_namespace join pg_roles r on r.oid = nspowner where nspname = 'platform') as needs (n))
   from pg_proc, lateral aclexplode(coalesce(proacl, acldefault('f', proowner)))
   where pg_proc.oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure and grantee = 0 and exists (select from serving where purpose = 'request')`,

  `select format('%s is off: a crash can lose what was answered as done.', name), null
   from pg_settings where name in ('fsync', 'synchronous_commit') and setting = 'off' and exists (select from serving where purpose = 'request')`,
]

const asRows = (refuses: boolean) => (wall: string) => `select ${refuses} as refuses, hole.* from (${wall}) as hole (problem, sql)`

/**
 * Takes purposes (owner, request, listener) and, beside each, the name of its login; answers `refuses`, `problem` and `sql`
 * for each hole. What concerns everybody is asked for with the request login, which must send it then: its own settings are judged.
 */
export const holesInWalls = `
  with login as (
    select purpose, rolname::text as name, r.* from unnest($1::text[], $2::text[]) as l (purpose, name) join pg_roles r on r.rolname = l.name
  ), serving as (
    select * from login where purpose <> 'owner' and not rolsuper
  ), tenant_role as (
    -- Roles belong to the server: only those of this database's schools.
    select r.* from pg_roles r join pg_namespace on nspname = rolname where ${ofTenant('rolname')} and exists (select from serving where purpose = 'request')
  ), membership as (
    -- What is inherited is an option of each membership since 16, before it was the member's own.
    select m.member, m.admin_option, coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, false) as inherit_option, r.rolname::text as role, g.rolname::text as grantor
    from pg_auth_members m join pg_roles r on r.oid = m.roleid left join pg_roles g on g.oid = m.grantor
    where m.member in (select oid from serving union select oid from tenant_role)
  ), grantee as (
    select 0::oid as oid, null as name, 'PUBLIC' as who where exists (select from serving where purpose = 'request')
    union select oid, name, quote_ident(name) from serving
    union select oid, rolname, quote_ident(rolname) from tenant_role
  )
  ${[...walls.map(asRows(true)), ...cautions.map(asRows(false))].join('\n  union all ')}`
