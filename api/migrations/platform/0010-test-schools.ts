import { Migration } from '@mikro-orm/migrations'

/** Schools to try things out in: marked, filled with made-up people, and silent. */
export class Migration0010TestSchools extends Migration {
  override up(): void {
    this.addSql(`alter table platform.tenant
      add column test boolean not null default false,
      add column test_of uuid,
      add constraint tenant_test_of_test check (test_of is null or test)`)
    // One at a time.
    this.addSql(`create unique index tenant_test_of_unique on platform.tenant (test_of) where test_of is not null`)

    this.addSql(`alter table platform.api_key
      drop constraint api_key_prefix_check,
      add constraint api_key_prefix_check check (prefix ~ '^hmr_(live|test)_[0-9A-Za-z]{12}$')`)

    // A webhook of a test school is signed and kept, with the headers it would have had.
    this.addSql(`alter table platform.webhook_delivery
      drop constraint webhook_delivery_state_check,
      add constraint webhook_delivery_state_check check (state in ('WAITING', 'DELIVERED', 'FAILED', 'HELD'))`)
    this.addSql(`alter table platform.webhook_attempt add column headers jsonb`)

    // Mails of test schools, without their links: who reads them here need not be whom they were for.
    this.addSql(`create table platform.held_mail (
      id uuid primary key,
      tenant_id uuid not null references platform.tenant (id) on delete cascade,
      kind text not null,
      recipient text not null,
      subject text not null,
      paragraphs text[] not null,
      at timestamptz not null default now()
    )`)
    this.addSql(`create index held_mail_tenant on platform.held_mail (tenant_id, at, id)`)
    this.addSql(`create index held_mail_at on platform.held_mail (at)`)
  }
}
