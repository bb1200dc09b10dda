import { Migration } from '@mikro-orm/migrations'

/** What programs of other companies show to act for a school, and their place in the audit record. */
export class Migration0004ApiKeys extends Migration {
  override up(): void {
    this.addSql(`create table platform.api_key (
      id uuid primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      prefix text not null constraint api_key_prefix_unique unique check (prefix ~ '^hmr_live_[0-9A-Za-z]{12}$'),
      last_four text not null check (char_length(last_four) = 4),
      token_hash bytea not null check (octet_length(token_hash) = 32),
      name text not null check (char_length(name) between 1 and 100),
      scopes text[] not null default '{}',
      addresses text[] not null default '{}',
      created_by uuid references platform.account (id) on delete set null,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      revoked_at timestamptz,
      replaced_by uuid references platform.api_key (id) on delete set null,
      last_used_at timestamptz,
      last_used_address text,
      constraint api_key_replaced_ends check (replaced_by is null or expires_at is not null)
    )`)
    this.addSql(`create index api_key_tenant on platform.api_key (tenant_id, created_at, id)`)
    this.addSql(`create index api_key_replaced_by on platform.api_key (replaced_by) where replaced_by is not null`)
    this.addSql(`create index api_key_created_by on platform.api_key (created_by) where created_by is not null`)
    this.addSql(`alter table platform.audit_event
      drop constraint audit_event_actor_kind_check,
      add constraint audit_event_actor_kind_check check (actor_kind in ('visitor', 'member', 'superadmin', 'integrator', 'system')) not valid`)
    this.addSql(`alter table platform.audit_event validate constraint audit_event_actor_kind_check`)
  }
}
