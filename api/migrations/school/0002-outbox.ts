import type { SchoolMigration } from './migration.ts'

/** What a school's change has to tell the platform, committed with the change and taken away once it is told. */
export const outbox: SchoolMigration = {
  version: 2,
  name: 'outbox',
  worksWith: 1,
  tables: ['outbox'],
  statements: [
    `create table outbox (
    id uuid primary key default gen_random_uuid(),
    at timestamptz not null default clock_timestamp(),
    actor_kind text not null,
    actor_id uuid,
    action text not null,
    subject_type text not null,
    subject_id text,
    details jsonb not null default '{}',
    request_id text)`,
  ],
}
