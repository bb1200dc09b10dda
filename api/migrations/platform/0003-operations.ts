import { Migration } from '@mikro-orm/migrations'

/** Operating the fleet: lifecycle with its reasons, rounds of preparation, receipts of deletions, exports, roll-outs of migrations, alerts. */
export class Migration0003Operations extends Migration {
  override up(): void {
    this.addSql(`alter table platform.tenant
      add column lifecycle_reason text check (char_length(lifecycle_reason) between 1 and 500),
      add column lifecycle_changed_at timestamptz not null default now(),
      add column delete_after timestamptz,
      add column restored_from uuid,
      add column schema_serves_from int,
      add column set_aside_version int,
      add column set_aside_code text,
      add column set_aside_detail text,
      add column set_aside_at timestamptz,
      -- A worker of the release before knows no exports: what it would make of one is a school of seeds alone, and never says this.
      add constraint tenant_restored_by_who_knows check (restored_from is null or preparation_status <> 'READY' or schema_serves_from is not null),
      add constraint tenant_delete_after_of_deleting check (delete_after is null or lifecycle = 'DELETING'),
      add constraint tenant_set_aside_whole check ((set_aside_version is null) = (set_aside_code is null) and (set_aside_version is null) = (set_aside_at is null))`)
    // Whose turn to be deleted it is, and when a school was last used.
    this.addSql(`create index tenant_delete_after on platform.tenant (delete_after) where delete_after is not null`)
    this.addSql(`create index session_tenant_last_used on platform.session (tenant_id, last_used_at desc) where tenant_id is not null`)
    this.addSql(`create index preparation_attempt_ended_at on platform.preparation_attempt (ended_at)`)

    // How each round of preparing a school went, from sign-up or a retry to its end. Written by the database itself, so that
    // nothing that moves a tenant on can forget it; and with its owner's rights, for requests of the release before this one
    // move tenants on before the request login has been granted anything new.
    this.addSql(`create table platform.preparation_cycle (
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      cycle int not null,
      began_at timestamptz not null,
      taken_at timestamptz,
      ended_at timestamptz,
      outcome text check (outcome in ('READY', 'FAILED')),
      error_code text,
      primary key (tenant_id, cycle),
      constraint preparation_cycle_ended_whole check ((ended_at is null) = (outcome is null) and (outcome is not distinct from 'FAILED') = (error_code is not null))
    )`)
    this.addSql(`create index preparation_cycle_ended_at on platform.preparation_cycle (ended_at) where ended_at is not null`)
    // Of schools that are there already: the round they are in.
    this.addSql(`insert into platform.preparation_cycle
      select id, preparation_cycle, case when preparation_cycle = 1 then created_at else coalesce(preparation_started_at, now()) end, preparation_started_at,
        case when preparation_status in ('READY', 'FAILED') then coalesce(preparation_completed_at, now()) end,
        case when preparation_status in ('READY', 'FAILED') then preparation_status end, preparation_error_code
      from platform.tenant`)
    this.addSql(`create function platform.note_preparation() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
      begin
        -- A job that was lost and queued again is still the same wait.
        if tg_op = 'UPDATE' and new.preparation_cycle <> old.preparation_cycle and old.preparation_status in ('PENDING', 'PREPARING') then
          update platform.preparation_cycle set cycle = new.preparation_cycle where tenant_id = new.id and cycle = old.preparation_cycle;
        end if;
        insert into platform.preparation_cycle as c (tenant_id, cycle, began_at, taken_at, ended_at, outcome, error_code)
        values (
          new.id, new.preparation_cycle, case when tg_op = 'INSERT' then new.created_at else clock_timestamp() end, new.preparation_started_at,
          case when new.preparation_status in ('READY', 'FAILED') then coalesce(new.preparation_completed_at, clock_timestamp()) end,
          case when new.preparation_status in ('READY', 'FAILED') then new.preparation_status end, new.preparation_error_code
        )
        on conflict (tenant_id, cycle) do update set
          taken_at = coalesce(c.taken_at, excluded.taken_at), ended_at = excluded.ended_at, outcome = excluded.outcome, error_code = excluded.error_code;
        return null;
      end $$`)
    this.addSql(`create trigger note_new_preparation after insert on platform.tenant for each row execute function platform.note_preparation()`)
    this.addSql(`create trigger note_preparation after update on platform.tenant for each row
      when (new.preparation_status <> old.preparation_status or new.preparation_cycle <> old.preparation_cycle)
      execute function platform.note_preparation()`)

    // A school's own record as its operator reads it: without what its members did, which may be a thousand times as much.
    this.addSql(`create index audit_event_of_operators on platform.audit_event (chain, at) where actor_kind in ('superadmin', 'system') or action like 'tenant.%'`)

    // What is left of a deleted school: that it is gone, and what went. No reference to the tenant, which went too.
    this.addSql(`create table platform.deletion_receipt (
      id uuid primary key,
      tenant_id uuid not null unique,
      name text not null,
      slug text not null,
      reason text,
      requested_by uuid,
      requested_at timestamptz not null,
      deleted_at timestamptz not null default now(),
      gone jsonb not null check (jsonb_typeof(gone) = 'array')
    )`)
    this.addSql(`create index deletion_receipt_deleted_at on platform.deletion_receipt (deleted_at, id)`)

    // One file that a school can take away; it outlives its school, so it keeps what a new one is made from.
    this.addSql(`create table platform.school_export (
      id uuid primary key,
      tenant_id uuid not null,
      tenant_name text not null,
      slug text not null,
      time_zone text not null,
      locale text not null,
      schema_version int,
      state text not null default 'QUEUED' check (state in ('QUEUED', 'RUNNING', 'READY', 'FAILED')),
      progress smallint not null default 0 check (progress between 0 and 100),
      error_code text,
      reason text not null check (char_length(reason) between 10 and 500),
      requested_by uuid,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      completed_at timestamptz,
      expires_at timestamptz,
      size_bytes bigint,
      sha256 bytea,
      row_counts jsonb,
      constraint school_export_ready_whole check (state <> 'READY' or (completed_at is not null and expires_at is not null and size_bytes is not null and sha256 is not null and row_counts is not null))
    )`)
    this.addSql(`create index school_export_tenant on platform.school_export (tenant_id, created_at, id)`)
    this.addSql(`create index school_export_created_at on platform.school_export (created_at, id)`)
    this.addSql(`create unique index school_export_one_under_way on platform.school_export (tenant_id) where state in ('QUEUED', 'RUNNING')`)
    this.addSql(`create index tenant_restored_from on platform.tenant (restored_from) where restored_from is not null`)
    this.addSql(`create table platform.school_export_part (
      export_id uuid not null references platform.school_export (id) on delete cascade,
      position int not null check (position >= 0),
      bytes bytea not null,
      primary key (export_id, position)
    )`)

    // Bringing every school to one version. What is left to do is every school that is not there yet: a kill loses nothing.
    this.addSql(`create table platform.rollout (
      id uuid primary key,
      target_version int not null,
      state text not null default 'RUNNING' check (state in ('RUNNING', 'PAUSED', 'STOPPED', 'DONE')),
      stopped_reason text check (stopped_reason in ('CANARY_FAILED', 'FAILURE_BUDGET')),
      canaries int not null check (canaries >= 0),
      parallel int not null check (parallel > 0),
      failure_budget int not null check (failure_budget >= 0),
      requested_by uuid,
      started_at timestamptz not null default now(),
      ended_at timestamptz
    )`)
    this.addSql(`create unique index rollout_one_open on platform.rollout ((true)) where ended_at is null`)
    this.addSql(`create index rollout_started_at on platform.rollout (started_at, id)`)
    this.addSql(`create table platform.rollout_school (
      rollout_id uuid not null references platform.rollout (id) on delete cascade,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      canary boolean not null default false,
      from_version int not null,
      outcome text not null check (outcome in ('DONE', 'FAILED')),
      attempts int not null default 1,
      error_code text,
      error_detail text,
      started_at timestamptz not null default now(),
      ended_at timestamptz not null default now(),
      primary key (rollout_id, tenant_id)
    )`)
    this.addSql(`create index rollout_school_tenant on platform.rollout_school (tenant_id)`)

    // What each version of a school's tables looks like in the catalogue: what schools are compared with.
    this.addSql(`create table platform.school_shape (
      version int primary key,
      shape jsonb not null check (jsonb_typeof(shape) = 'object'),
      made_from text not null,
      made_at timestamptz not null default now()
    )`)

    // Conditions that somebody should look at now. A row goes when its condition does.
    this.addSql(`create table platform.alert (
      name text primary key,
      severity text not null check (severity in ('critical', 'warning')),
      summary text not null,
      since timestamptz not null default now(),
      seen_at timestamptz not null default now()
    )`)
    // When somebody last looked for them: without a worker none would begin.
    this.addSql(`create table platform.alert_look (
      only_row boolean primary key default true check (only_row),
      at timestamptz not null
    )`)
  }
}
