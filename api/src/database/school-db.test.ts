import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import type { SchoolDb, Schools } from './school-db.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { createLog } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'
import { schemaName } from './schema-names.ts'
import { openSchools } from './school-db.ts'

interface Tables { org: { name: string }, no_such_table: { name: string } }

const Org = defineEntity({ name: 'Org', tableName: 'org', properties: { id: p.uuid().primary(), name: p.text() } })

let homeroom: TestHomeroom
let schools: Schools
let oakfield: SignedUp

beforeAll(async () => {
  homeroom = await openHomeroom()
  oakfield = await homeroom.openSchool('oakfield')
  // One connection: what a transaction leaves on it, the next one finds.
  schools = await openSchools({ nodes: { main: homeroom.database.urls.request }, poolSize: 1, entities: [Org], metrics: createMetrics(), log: createLog('silent') })
})
afterAll(async () => {
  await schools?.close()
  await homeroom?.stop()
})

const inOakfield = <T>(fn: (db: SchoolDb) => Promise<T>) => schools.withTenant({ id: oakfield.tenantId, node: 'main' }, fn)
const names = () => inOakfield(db => db.rows<Tables>().selectFrom('org').select('name').execute())

test('a transaction in which an error was swallowed is not answered as if it had been committed', async () => {
  const before = await names()
  await expect(inOakfield(async (db) => {
    await db.rows<Tables>().updateTable('org').set({ name: 'Changed' }).execute()
    await db.rows<Tables>().selectFrom('no_such_table').select('name').execute().catch(() => {})
    return 'done'
  })).rejects.toThrow('Nothing was committed')
  expect(await names()).toEqual(before)
})

test('a SchoolDb that outlives its transaction reaches nothing', async () => {
  const kept = await inOakfield(async db => db)
  await expect(kept.rows<Tables>().selectFrom('org').select('name').execute()).rejects.toThrow('already committed')
  await expect(kept.em.execute('select 1')).rejects.toThrow('already committed')
})

describe('a brief reader', () => {
  const briefly = <T>(fn: (db: SchoolDb) => Promise<T>) => schools.withTenant({ id: oakfield.tenantId, node: 'main' }, fn, { readOnly: true, brief: true })
  const read = (db: SchoolDb) => db.rows<Tables>().selectFrom('org').select(['name', sql<string>`current_user`.as('role')]).executeTakeFirstOrThrow()

  test('sends the end along with what it asks, and opens again for what it asks later', async () => {
    const sent: string[] = []
    const { query } = pg.Client.prototype
    onTestFinished(() => { pg.Client.prototype.query = query })
    pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
      sent.push((given[0] as { text: string }).text.split(' ', 1)[0]!)
      return (query as (...given: unknown[]) => unknown).apply(this, given)
    } as typeof query
    const role = schemaName(oakfield.tenantId)
    const rows = await briefly(async db => [await read(db), await read(db)])
    expect(rows).toEqual([expect.objectContaining({ role }), expect.objectContaining({ role })])
    expect(sent).toEqual(['begin', 'select', 'select', 'commit', 'begin', 'select', 'select', 'commit'])
  })

  test('leaves nothing behind, whatever failed', async () => {
    await expect(briefly(db => db.rows<Tables>().selectFrom('no_such_table').select('name').execute())).rejects.toThrow('no_such_table')
    await expect(briefly(db => db.rows<Tables>().updateTable('org').set({ name: 'Changed' }).execute())).rejects.toThrow('read-only')
    const kept = await briefly(async (db) => {
      await read(db)
      return db
    })
    await expect(read(kept)).rejects.toThrow('over')
    expect((await names())).toHaveLength(1)
  })
})
