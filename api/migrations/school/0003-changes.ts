import type { SchoolMigration } from './migration.ts'
import { line } from './migration.ts'

const records = ['org', 'academic_session', 'course', 'class', '"user"', 'role', 'enrollment', 'demographics']
const nameOf = (table: string) => table.replaceAll('"', '')

/**
 * Every record says how often it was written (`version`) and by which change of the school last (`changed`): what was there
 * before has never been changed. Code that does not number what it writes would be overlooked by whoever keeps a copy, so
 * none of it goes on.
 */
export const changes: SchoolMigration = {
  version: 3,
  name: 'changes',
  worksWith: 3,
  tables: ['change_counter', 'idempotency_key', 'retired_username'],
  statements: [
    ...records.flatMap(table => [
      `alter table ${table}
    add column version int not null default 1 check (version > 0),
    add column changed bigint not null default 0 check (changed >= 0)`,
      `create index ${nameOf(table)}_changed on ${table} (changed, ${nameOf(table) === 'demographics' ? 'user_id' : 'id'})`,
    ]),

    // One row: a writer holds it until the commit, so numbers are seen in the order in which they were given.
    `create table change_counter (
    one boolean primary key default true check (one),
    last bigint not null default 0,
    purged bigint not null default 0 check (purged <= last))`,
    `insert into change_counter default values`,

    `alter table outbox
    add column subject_version int,
    add column subject_changed bigint`,

    // What a change was answered with, for whoever asks again under the same key. Of the key there is only a hash.
    `create table idempotency_key (
    principal_id uuid not null,
    key_hash bytea not null,
    input_hash bytea not null,
    answer text not null ${line('answer', 10_000_000)},
    created_at timestamptz not null default now(),
    primary key (principal_id, key_hash))`,
    `create index idempotency_key_age on idempotency_key (created_at)`,

    // SHA-256 of the usernames of people whose records are gone: accounts elsewhere must not pass to somebody else.
    `create table retired_username (
    hash bytea primary key)`,
  ],
}
