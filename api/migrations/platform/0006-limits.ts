import { Migration } from '@mikro-orm/migrations'

/** What programs may cost, and what they did. */
export class Migration0006Limits extends Migration {
  override up(): void {
    // rate-limiter-flexible's own shape. Points of a minute: a crash of the database may forget them, and no request waits for a disk.
    this.addSql(`create unlogged table platform.api_points (key varchar(255) primary key, points int not null default 0, expire bigint)`)

    // Other points than everybody's, for a while: of one key, or of the school.
    this.addSql(`create table platform.api_limit (
      id uuid primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      key_id uuid references platform.api_key (id) on delete cascade,
      points int not null check (points between 1 and 10000000),
      reason text not null check (char_length(reason) between 1 and 500),
      set_by uuid references platform.account (id) on delete set null,
      set_at timestamptz not null default now(),
      expires_at timestamptz not null,
      constraint api_limit_once unique nulls not distinct (tenant_id, key_id)
    )`)
    this.addSql(`create index api_limit_key on platform.api_limit (key_id) where key_id is not null`)
    this.addSql(`create index api_limit_set_by on platform.api_limit (set_by) where set_by is not null`)

    this.addSql(`create table platform.api_request (
      id bigint generated always as identity primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      key_id uuid not null references platform.api_key (id) on delete cascade,
      at timestamptz not null,
      kind text not null check (kind in ('query', 'mutation', 'subscription', 'none')),
      operation text not null,
      operation_name text,
      status int not null,
      code text,
      cost int not null,
      duration_ms int not null,
      request_id text not null,
      variables jsonb not null default '{}' check (jsonb_typeof(variables) = 'object'),
      address text not null
    )`)
    this.addSql(`create index api_request_tenant on platform.api_request (tenant_id, at, id)`)
    this.addSql(`create index api_request_key on platform.api_request (key_id, at, id)`)
    this.addSql(`create index api_request_at on platform.api_request (at)`)
  }
}
