import type pg from 'pg'

/**
 * What a fleet has beside its schools once it is in use: five people and fifteen sessions a school, attempts with their
 * steps, some record, and one school in fifty that could not be prepared.
 */
export async function populateFleet(owner: pg.Client): Promise<void> {
  const statements = [
    // Beside those that are ready.
    `insert into platform.tenant (id, slug, slug_look, name, time_zone, locale, preparation_status, preparation_error_code, preparation_started_at, preparation_completed_at, preparation_attempt, created_at)
      select gen_random_uuid(), 'failed-' || n, 'failed-' || n, 'Failed ' || n, 'Europe/Zurich', 'en', 'FAILED', (array['STEP_FAILED', 'OBJECT_EXISTS', 'TIMED_OUT'])[n % 3 + 1], now(), now() - n * interval '1 minute', 3, now() - n * interval '2 minutes'
      from generate_series(1, (select count(*) from platform.tenant) / 50) n`,
    // Without an account's worth of hashing: nobody signs in here.
    `with person as (
      insert into platform.account (id, email, name, password_hash) select gen_random_uuid(), 'p' || n || '@' || slug || '.example', 'Person ' || n, 'none' from platform.tenant, generate_series(1, 5) n returning id, email
    )
    insert into platform.membership (id, account_id, tenant_id, role) select gen_random_uuid(), p.id, t.id, 'TEACHER' from person p join platform.tenant t on p.email like '%@' || t.slug || '.example' and split_part(split_part(p.email, '@', 2), '.', 1) = t.slug`,
    `insert into platform.session (id, account_id, tenant_id, refresh_hash, last_used_at, expires_at)
      select gen_random_uuid(), account_id, tenant_id, '', now() - random() * interval '30 days', now() + interval '1 day' from platform.membership, generate_series(1, 3)`,
    `with attempt as (
      insert into platform.preparation_attempt (tenant_id, cycle, number, outcome, error_code, error_detail, ended_at)
      select t.id, 1, n, case preparation_status when 'READY' then 'READY' else 'FAILED' end, preparation_error_code, case when preparation_error_code is not null then repeat('a long cause ', 80) end, now()
      from platform.tenant t, generate_series(1, case preparation_status when 'READY' then 1 else 3 end) n returning id
    )
    insert into platform.preparation_step (attempt_id, position, name) select id, n, 'step-' || n from attempt, generate_series(0, 5) n`,
    `insert into platform.audit_event (chain, sequence, at, actor_kind, action, hash) select id, n, now(), 'superadmin', 'superadmin.access', '' from platform.tenant, generate_series(1, 10) n`,
    `update platform.tenant set lifecycle = 'SUSPENDED', lifecycle_reason = 'The bill was never paid.' where slug like '%-0%1%0'`,
    // What autovacuum does within a minute of so many new rows.
    'analyze',
  ]
  for (const statement of statements)
    await owner.query(statement)
}
