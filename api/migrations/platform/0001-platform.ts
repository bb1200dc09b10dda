import { Migration } from '@mikro-orm/migrations'

/** Tenants with their preparation, the people who sign in, and what sign-up needs to be repeatable. */
export class Migration0001Platform extends Migration {
  override up(): void {
    this.addSql(`create table platform.tenant (
      id uuid primary key,
      slug text not null constraint tenant_slug_unique unique
        check (slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'),
      slug_look text not null constraint tenant_slug_look_unique unique,
      name text not null check (char_length(name) between 1 and 200),
      time_zone text not null,
      locale text not null,
      node text not null default 'main',
      schema_version int,
      lifecycle text not null default 'ACTIVE' check (lifecycle in ('ACTIVE', 'SUSPENDED', 'ARCHIVED', 'DELETING')),
      preparation_status text not null default 'PENDING' check (preparation_status in ('PENDING', 'PREPARING', 'READY', 'FAILED')),
      preparation_cycle int not null default 1,
      preparation_attempt int not null default 0,
      preparation_step text,
      preparation_completed_steps int not null default 0,
      preparation_error_code text,
      preparation_started_at timestamptz,
      preparation_completed_at timestamptz,
      preparation_sequence int not null default 1,
      created_at timestamptz not null default now(),
      constraint tenant_failed_has_error check ((preparation_status = 'FAILED') = (preparation_error_code is not null)),
      constraint tenant_ready_has_version check (preparation_status <> 'READY' or schema_version is not null)
    )`)
    // What the reconciler and the operator ask for: who is on the way, who failed, oldest first.
    this.addSql(`create index tenant_preparation_status_created_at on platform.tenant (preparation_status, created_at) where preparation_status <> 'READY'`)

    this.addSql(`create table platform.preparation_attempt (
      id uuid primary key default gen_random_uuid(),
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      cycle int not null,
      number int not null check (number > 0),
      outcome text not null default 'RUNNING' check (outcome in ('RUNNING', 'READY', 'FAILED', 'LOST')),
      error_code text,
      error_detail text,
      started_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz,
      constraint preparation_attempt_number_unique unique (tenant_id, cycle, number)
    )`)
    this.addSql(`create table platform.preparation_step (
      attempt_id uuid not null references platform.preparation_attempt (id) on delete cascade,
      position int not null check (position >= 0),
      name text not null,
      started_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz,
      rolled_back boolean not null default false,
      primary key (attempt_id, position)
    )`)

    this.addSql(`create table platform.account (
      id uuid primary key,
      email text not null,
      name text not null check (char_length(name) between 1 and 200),
      password_hash text not null,
      created_at timestamptz not null default now(),
      disabled_at timestamptz,
      credentials_changed_at timestamptz not null default now()
    )`)
    this.addSql(`create unique index account_email_unique on platform.account (lower(email))`)

    this.addSql(`create table platform.membership (
      id uuid primary key,
      account_id uuid not null references platform.account (id) on delete cascade,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      role text not null check (role in ('ADMIN', 'OFFICE', 'TEACHER', 'READ_ONLY')),
      created_at timestamptz not null default now(),
      constraint membership_account_tenant_unique unique (account_id, tenant_id)
    )`)
    this.addSql(`create index membership_tenant on platform.membership (tenant_id)`)

    // One row is one sign-in: the family of all refresh tokens that came of it.
    this.addSql(`create table platform.session (
      id uuid primary key,
      account_id uuid not null references platform.account (id) on delete cascade,
      tenant_id uuid references platform.tenant (id) on delete cascade,
      refresh_hash bytea not null,
      previous_refresh_hash bytea,
      rotated_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_reason text check (revoked_reason in ('SIGN_OUT', 'REUSE'))
    )`)
    this.addSql(`create index session_account on platform.session (account_id)`)

    this.addSql(`create table platform.idempotency_key (
      key_hash bytea primary key,
      input_hash bytea not null,
      tenant_id uuid not null references platform.tenant (id) on delete cascade deferrable initially deferred,
      created_at timestamptz not null default now()
    )`)
    this.addSql(`create index idempotency_key_created_at on platform.idempotency_key (created_at)`)

    // rate-limiter-flexible's own shape; logged, so limits outlive a crash of the database.
    this.addSql(`create table platform.rate_limit (key varchar(255) primary key, points int not null default 0, expire bigint)`)
  }
}
