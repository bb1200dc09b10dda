import { Migration } from '@mikro-orm/migrations'

/** Telling a school's own programs what has changed in it: where to, what, and how each try went. */
export class Migration0005Webhooks extends Migration {
  override up(): void {
    // A deleted one stays, without its secrets, until the nightly tidy has taken what was sent to it.
    this.addSql(`create table platform.webhook_endpoint (
      id uuid primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      url text not null check (char_length(url) between 1 and 2000),
      description text check (char_length(description) between 1 and 200),
      event_types text[] check (cardinality(event_types) > 0),
      enabled boolean not null default true,
      disabled_reason text check (disabled_reason in ('BY_HAND', 'GONE', 'FAILING')),
      disabled_at timestamptz,
      created_by uuid,
      created_at timestamptz not null default now(),
      deleted_at timestamptz,
      -- How it has been answering: since when nothing has got through, until when it is left alone, whether it is slow.
      failing_since timestamptz,
      held_until timestamptz,
      silences int not null default 0,
      slow boolean not null default false,
      attended_at timestamptz,
      delivered_at timestamptz,
      constraint webhook_endpoint_disabled_whole check (enabled = (disabled_reason is null) and enabled = (disabled_at is null)),
      constraint webhook_endpoint_deleted_is_off check (deleted_at is null or not enabled)
    )`)
    this.addSql(`create index webhook_endpoint_tenant on platform.webhook_endpoint (tenant_id, created_at, id)`)
    // Apart from the endpoint: the request login writes secrets and cannot read them.
    this.addSql(`create table platform.webhook_secret (
      id uuid primary key,
      endpoint_id uuid not null references platform.webhook_endpoint (id) on delete cascade,
      sealed bytea not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz
    )`)
    this.addSql(`create index webhook_secret_endpoint on platform.webhook_secret (endpoint_id, created_at)`)
    // One event as it is signed and sent, byte for byte. From a school's outbox it keeps that row's id: told twice, it is here once.
    this.addSql(`create table platform.webhook_event (
      id uuid primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      type text not null,
      at timestamptz not null,
      body text not null
    )`)
    this.addSql(`create index webhook_event_tenant on platform.webhook_event (tenant_id)`)
    this.addSql(`create index webhook_event_at on platform.webhook_event (at)`)
    this.addSql(`create table platform.webhook_delivery (
      id uuid primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      endpoint_id uuid not null references platform.webhook_endpoint (id) on delete cascade,
      event_id uuid not null references platform.webhook_event (id) on delete cascade,
      type text not null,
      state text not null default 'WAITING' check (state in ('WAITING', 'DELIVERED', 'FAILED')),
      tries int not null default 0,
      attempts int not null default 0,
      next_attempt_at timestamptz,
      status int,
      error text,
      created_at timestamptz not null default clock_timestamp(),
      completed_at timestamptz,
      unique (event_id, endpoint_id),
      constraint webhook_delivery_waits_for check ((state = 'WAITING') = (next_attempt_at is not null) and (state = 'WAITING') = (completed_at is null))
    )`)
    this.addSql(`create index webhook_delivery_due on platform.webhook_delivery (endpoint_id, next_attempt_at) where state = 'WAITING'`)
    this.addSql(`create index webhook_delivery_endpoint on platform.webhook_delivery (endpoint_id, created_at, id)`)
    this.addSql(`create index webhook_delivery_tenant on platform.webhook_delivery (tenant_id, created_at, id)`)
    this.addSql(`create table platform.webhook_attempt (
      delivery_id uuid not null references platform.webhook_delivery (id) on delete cascade,
      number int not null,
      at timestamptz not null,
      url text not null,
      duration_ms int not null,
      status int,
      error text,
      answer text,
      primary key (delivery_id, number),
      constraint webhook_attempt_ended check (status is not null or error is not null)
    )`)
  }
}
