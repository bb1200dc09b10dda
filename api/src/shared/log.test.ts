import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createLog, logAs } from './log.ts'

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

test('a hostile error does not leak what could sign somebody in, however deep it lies and whatever it is part of', () => {
  const secrets = ['hunter2hunter2', 'tok-4711-abcdef', 'sess-0815', 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl', 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0', 'MC4CAQAwBQYDK2VwBCIEIA']
  const [word, token, session, jwt, webhook, key] = secrets as [string, string, string, string, string, string]
  const loop: Record<string, unknown> = { name: 'loop' }
  loop.self = loop
  const cause = Object.assign(new Error(`connect postgres://owner:${word}@db.internal/homeroom failed`), {
    config: { connectionString: `postgres://owner:${word}@db/homeroom`, headers: { Authorization: `Bearer ${token}`, cookie: `rt=${session}`, deep: { er: { accessToken: jwt } } } },
    loop,
  })
  const error = Object.assign(new Error(`no: Authorization: Bearer ${token}; ${jwt}`, { cause }), {
    password: word,
    refresh_token: token,
    apiKey: token,
    variables: { input: { admin: { newPassword: word } } },
    list: [{ totp: '123456', secretKey: key }],
    body: Buffer.from(word),
    toJSON: () => ({ word }),
  })
  const lines: string[] = []
  const log = createLog('debug', { write: line => void lines.push(line) })
  log.error({ err: error }, 'failed')
  log.error({ error, req: { headers: { authorization: `Basic ${token}`, cookie: session } } }, 'failed')
  log.error(error)
  log.warn(`using postgres://owner:${word}@db/homeroom, ${webhook} and -----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----`)
  const odd = Object.defineProperty(new Error(`odd ${jwt}`), 'odd', { enumerable: true, get() { throw new Error('not to be read') } })
  log.error({ err: odd }, 'failed')
  log.child({ accessToken: token, deep: { password: word } }).info({ url: `smtps://mail:${word}@smtp.example` }, 'said')
  expect(lines).toHaveLength(6)
  for (const secret of [...secrets, '123456'])
    expect(lines.join('')).not.toContain(secret)
  // What mends it is still there.
  expect(lines[0]).toContain('db.internal')
  expect(lines[0]).toContain('log.test.ts')
  for (const line of lines)
    expect(() => JSON.parse(line) as unknown).not.toThrow()
})

test('lines say which job they belong to, and only while it runs', async () => {
  const lines: Record<string, unknown>[] = []
  const log = createLog('info', { write: line => void lines.push(JSON.parse(line) as Record<string, unknown>) })
  await logAs({ job: 'prepare-tenant', jobId: '1' }, async () => {
    await Promise.resolve()
    logAs({ tenantId: '2' }, () => log.info('within'))
  })
  log.info('after')
  expect(lines).toMatchObject([{ job: 'prepare-tenant', jobId: '1', tenantId: '2', msg: 'within' }, { msg: 'after' }])
  expect(lines[1]).not.toHaveProperty('jobId')
})
