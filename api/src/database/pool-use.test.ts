import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../../test/harness/database.ts'
import { openAhead, poolUse } from './pool-use.ts'

test('connections opened ahead are there for who comes, and a server that is away is no reason to wait', async () => {
  const database = await openTestDatabase()
  const pool = new pg.Pool({ connectionString: database.urls.request, max: 5 })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  await openAhead(pool, 3)
  expect(poolUse([pool])).toEqual({ size: 5, open: 3, idle: 3, waiting: 0 })

  const nowhere = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 5 })
  onTestFinished(() => nowhere.end())
  await openAhead(nowhere, 3)
  expect(poolUse([nowhere])).toEqual({ size: 5, open: 0, idle: 0, waiting: 0 })
})
