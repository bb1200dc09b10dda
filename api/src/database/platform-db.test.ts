import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import type { Platform } from './platform-db.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { platformEntities } from '../compose.ts'
import { openPlatform } from './platform-db.ts'

let homeroom: TestHomeroom
let platform: Platform
const sql = (text: string) => homeroom.database.sql(text)

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  // One connection: what is left on it, the next who asks finds.
  platform = await openPlatform({ url: homeroom.database.urls.owner, poolSize: 1, entities: platformEntities, warn: () => {} })
})
beforeEach(() => sql('drop table if exists platform.loan; create table platform.loan (id int, book text); insert into platform.loan values (1, null); grant select on platform.loan to public'))
afterAll(async () => {
  await platform?.close()
  await homeroom?.stop()
})

const loans = (id: number) => platform.prepared('loans', 'select * from platform.loan where id = $1', [id])

test('what is planned is asked by its name, and reads its rows as ever', async () => {
  expect([await loans(1), await loans(2), await loans(1)]).toEqual([[{ id: 1, book: null }], [], [{ id: 1, book: null }]])
  expect(await platform.prepared('two', 'select 1 as n, null::int as n, $1::text as t', ['x'])).toEqual([{ n: null, t: 'x' }])
})

test('a plan whose table has changed fails once, and the next who asks has a new one', async () => {
  await loans(1)
  await loans(1)
  await sql('alter table platform.loan add column until date')
  await expect(loans(1)).rejects.toMatchObject({ code: '0A000' })
  expect(await loans(1)).toEqual([{ id: 1, book: null, until: null }])
})

test('a connection that is lost while it asks fails that question alone', async () => {
  // Expected from here on: its end may be known before that of the statement which brings it about.
  const lost = expect(platform.prepared('sleep', 'select pg_sleep(60), pg_backend_pid(), $1::int', [1])).rejects.toThrow('terminating connection')
  const next = loans(1)
  await expect.poll(() => sql(`select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep(60), pg_backend_pid()%'`)).toHaveLength(1)
  await lost
  expect(await next).toEqual([{ id: 1, book: null }])
})
