import { Migration } from '@mikro-orm/migrations'

/** What else is known of a key: from where it was made, why it was refused, and what it uses that will go. */
export class Migration0008KeyFacts extends Migration {
  override up(): void {
    this.addSql(`alter table platform.api_key add column created_address text`)
    // A refusal that comes again and again is one row a minute, which says how often.
    this.addSql(`alter table platform.api_request
      add column times int not null default 1 check (times > 0),
      add column refusal text check (refusal in ('REVOKED', 'EXPIRED', 'ADDRESS', 'SCHOOL_CLOSED'))`)
    this.addSql(`create table platform.api_deprecated_use (
      key_id uuid not null references platform.api_key (id) on delete cascade,
      member text not null check (char_length(member) between 1 and 200),
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      uses bigint not null check (uses > 0),
      first_used_at timestamptz not null,
      last_used_at timestamptz not null,
      primary key (key_id, member)
    )`)
    this.addSql(`create index api_deprecated_use_tenant on platform.api_deprecated_use (tenant_id)`)
  }
}
