import { Migration } from '@mikro-orm/migrations'

/** Which requests of a key an ADMIN made in the explorer. */
export class Migration0009Explorer extends Migration {
  override up(): void {
    this.addSql(`alter table platform.api_request add column from_explorer boolean not null default false`)
  }
}
