import { Migration } from '@mikro-orm/migrations'

/** Operators, second factors, links sent by mail, members invited, and the record of who did what. */
export class Migration0002PeopleAndAudit extends Migration {
  override up(): void {
    this.addSql(`alter table platform.account
      add column superadmin boolean not null default false,
      add column email_verified_at timestamptz,
      add column totp_secret bytea,
      add column totp_confirmed_at timestamptz,
      add column totp_last_step bigint,
      add constraint account_totp_confirmed_has_secret check (totp_confirmed_at is null or totp_secret is not null)`)

    this.addSql(`alter table platform.session
      add column address text,
      add column user_agent text,
      add column last_used_at timestamptz not null default now(),
      drop constraint session_revoked_reason_check,
      add constraint session_revoked_reason_check
        check (revoked_reason in ('SIGN_OUT', 'REUSE', 'ENDED', 'EVERYWHERE', 'PASSWORD_CHANGED', 'SECOND_FACTOR_CHANGED', 'MEMBERSHIP_ENDED'))`)

    // The operator's list of all tenants, the newest first.
    this.addSql(`create index tenant_created_at on platform.tenant (created_at, id)`)

    // What a link in a mail proves. The worker makes secret and row when it sends the mail; only the secret's hash is kept.
    this.addSql(`create table platform.account_token (
      id uuid primary key,
      account_id uuid not null references platform.account (id) on delete cascade,
      kind text not null check (kind in ('PASSWORD_RESET', 'EMAIL_VERIFICATION')),
      token_hash bytea not null unique,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz
    )`)
    this.addSql(`create index account_token_account on platform.account_token (account_id)`)

    this.addSql(`create table platform.invitation (
      id uuid primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      email text not null,
      role text not null check (role in ('ADMIN', 'OFFICE', 'TEACHER', 'READ_ONLY')),
      invited_by uuid references platform.account (id) on delete set null,
      token_hash bytea unique,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      accepted_at timestamptz,
      revoked_at timestamptz
    )`)
    this.addSql(`create unique index invitation_open_unique on platform.invitation (tenant_id, lower(email)) where accepted_at is null and revoked_at is null`)

    // A chain is a tenant's id, or zeros for what belongs to none. No reference to the tenant: what was done outlives it.
    this.addSql(`create table platform.audit_event (
      chain uuid not null,
      sequence bigint not null check (sequence > 0),
      at timestamptz not null,
      actor_kind text not null check (actor_kind in ('visitor', 'member', 'superadmin', 'system')),
      actor_id uuid,
      actor_name text,
      action text not null,
      subject_type text,
      subject_id text,
      details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
      request_id text,
      source_id uuid,
      hash bytea not null,
      primary key (chain, sequence),
      constraint audit_event_source_unique unique (chain, source_id)
    )`)
    this.addSql(`create index audit_event_action on platform.audit_event (chain, action, sequence)`)
  }
}
