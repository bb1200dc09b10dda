import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createLog } from './log.ts'

test('the row that broke a constraint is not quoted in the log', async () => {
  const client = new pg.Client({ connectionString: inject('adminUrl') })
  await client.connect()
  const error = await client.query(`create temp table person (name text, hash text check (hash = ''));
    insert into person values (E'A (b)\nc).', '$argon2id$secret')`).then(() => undefined, (failed: pg.DatabaseError) => failed)
  await client.end()
  expect(error?.detail).toContain('$argon2id$secret')
  const lines: string[] = []
  const log = createLog('info', { write: line => void lines.push(line) })
  log.error({ err: error }, 'failed')
  log.error({ err: new Error(`insert failed\n - detail: ${error?.detail}`, { cause: error }) }, 'failed')
  expect(lines).toHaveLength(2)
  expect(lines.join()).toContain('Failing row contains (…)')
  expect(lines.join()).not.toContain('secret')
})

test('what a missing row was looked for by is not logged', async () => {
  const db = new Kysely<{ person: { name: string } }>({ dialect: { createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(), createIntrospector: db => new PostgresIntrospector(db), createQueryCompiler: () => new PostgresQueryCompiler() } })
  const error = await db.selectFrom('person').selectAll().where('name', '=', 'Ada').executeTakeFirstOrThrow().then(() => undefined, (failed: Error) => failed)
  expect(JSON.stringify(error)).toContain('Ada')
  const lines: string[] = []
  createLog('info', { write: line => void lines.push(line) }).error({ err: error }, 'failed')
  expect(lines.join()).toContain('no result')
  expect(lines.join()).not.toContain('Ada')
})
