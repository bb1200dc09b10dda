import { Migration } from '@mikro-orm/migrations'

/** What rolling migrations out takes in the database itself. */
export class Migration0007Fleet extends Migration {
  override up(): void {
    // Ends a transaction whose statements travel together, so that none of them waits for an answer to be looked at.
    this.addSql(`create function platform.refuse(state text, message text) returns boolean language plpgsql set search_path = pg_catalog, pg_temp as $$
      begin
        raise exception using errcode = state, message = message;
      end $$`)
    this.addSql(`revoke execute on function platform.refuse(text, text) from public`)
  }
}
