import pg from 'pg'
import { onTestFinished } from 'vitest'
import { until } from './embedded-owners.ts'

export type Sql = <Row extends pg.QueryResultRow = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>

/** Statements on a connection each: the server they go to may have been another one a moment ago. */
export function sqlOf(url: string): Sql {
  return async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => {
    const client = await connect(url)
    try {
      return (await client.query<Row>(text, values)).rows
    }
    finally {
      await client.end()
    }
  }
}

/** Keeps what `statement` locks until it is released, or the test is over. */
export async function holdLock(url: string, statement: string, onFinished = onTestFinished): Promise<() => Promise<void>> {
  const client = await connect(url)
  let ending: Promise<void> | undefined
  const release = () => ending ??= client.end()
  onFinished(release)
  await client.query('begin')
  await client.query(statement)
  return release
}

/** Resolves when a session of that name waits in that way, in a statement like that, with its pid. */
export async function waits(sql: Sql, { by, inStatement = '' }: { by: string, inStatement?: string }): Promise<number> {
  let found: { pid: number } | undefined
  await until(`"${by}" to wait for a lock in "${inStatement}"`, async () => {
    [found] = await sql<{ pid: number }>('select pid from pg_stat_activity where datname = current_database() and wait_event_type = \'Lock\' and application_name = $1 and strpos(query, $2) > 0', [by, inStatement])
    return found !== undefined
  })
  return found!.pid
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'test' })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** What stands in a preparation's way, for `holdLock`; the first two need `holdsByTrigger`. */
export const holds = {
  begin: 'select pg_advisory_lock(1)',
  seed: 'select pg_advisory_lock(2)',
  role: 'lock table pg_authid in share mode',
  schema: 'lock table pg_namespace in share mode',
  tables: 'lock table pg_trigger in share mode',
  /** Everything but the last statement gets past it. */
  seal: 'select 1 from platform.preparation_attempt where outcome = \'RUNNING\' for no key update',
}

/** Locks where there is nothing to lock yet: where a tenant becomes PREPARING (by slug), and in the middle of the seed. */
export const holdsByTrigger = `
  create schema holds;
  grant usage on schema holds to public;
  create function holds.wait() returns trigger language plpgsql set lock_timeout = '60s' as $$
    begin
      perform pg_advisory_lock_shared(tg_argv[0]::int), pg_advisory_unlock_shared(tg_argv[0]::int);
      return new;
    end $$;
  create trigger hold before update on platform.tenant for each row
    when (new.slug in ('at-begin', 'at-role') and new.preparation_attempt > old.preparation_attempt) execute function holds.wait(1);
  create function holds.prepare() returns event_trigger language plpgsql as $$
    declare made record;
    begin
      for made in select object_identity as name from pg_event_trigger_ddl_commands() where object_identity like 't\\_%.course' loop
        execute format('create or replace trigger hold before insert on %s for each row execute function holds.wait(2)', made.name);
      end loop;
    end $$;
  create event trigger holds on ddl_command_end when tag in ('CREATE TABLE') execute function holds.prepare()`
