/**
 * One step in the history of a school's tables. Statements are single, top-level and unqualified: search_path decides
 * whose school they build. No DO, triggers, serial or extensions, and no reference outside the schema, so that the same list
 * runs on one PostgreSQL in one round trip and on Citus one by one.
 */
export interface SchoolMigration {
  readonly version: number
  readonly name: string
  /**
   * The oldest code that can still use a school at this version, named by the newest version it knows: 1 below where the step
   * only adds (expand), its own number where it takes away or renames what older code uses (contract).
   */
  readonly worksWith: number
  /** The tables it adds whose rows the school's own role reads and writes. */
  readonly tables: readonly string[]
  readonly statements: readonly string[]
}

/** What OneRoster keeps of every record; the vocabulary and the GUID's letters are OneRoster 1.2's. */
export const recordColumns = `
    id uuid primary key default gen_random_uuid(),
    sourced_id text not null unique check (sourced_id ~ '^[0-9A-Za-z._/@-]{1,255}$'),
    status text not null default 'active' check (status in ('active', 'tobedeleted')),
    date_last_modified timestamptz not null default now(),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object')`

/** Text as people search for it: small letters, no accents. The search of a list folds what was typed in the same way. */
export function folded(expression: string): string {
  return `regexp_replace(normalize(lower(${expression}), NFD), '[\\u0300-\\u036F]', '', 'g')`
}

/** People's words in the order people expect (a, Å, de, Z), whatever the database's own collation is. */
export const byLanguage = 'collate "und-x-icu"'

/** A line a person typed, of 1 to `length` characters. */
export function line(column: string, length: number): string {
  return `check (char_length(${column}) between 1 and ${length})`
}
