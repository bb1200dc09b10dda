import type { SignedUp, TestHomeroom } from '../../test/harness/homeroom.ts'
import type { SchoolDb, Schools } from './school-db.ts'
import { randomUUID } from 'node:crypto'
import { defineEntity, p } from '@mikro-orm/core'
import { CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { sentDuring } from '../../test/harness/statements.ts'
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

test('what nobody waited for goes before the end, and what fails of it undoes all', async () => {
  const before = await names()
  await expect(inOakfield(async (db) => {
    db.run(CompiledQuery.raw('update org set name = $1', ['Changed'])).catch(() => {})
    db.run(CompiledQuery.raw('select no_such_column from org')).catch(() => {})
  })).rejects.toThrow('Nothing was committed')
  await inOakfield(async (db) => {
    db.run(CompiledQuery.raw('update org set name = name || $1', ['!'])).catch(() => {})
  })
  expect(await names()).toEqual(before.map(({ name }) => ({ name: `${name}!` })))
})

test('where the role cannot be taken nothing is read', async () => {
  const nobodys = schools.withTenant({ id: randomUUID(), node: 'main' }, db => sql`select current_user`.execute(db.rows<Tables>()), { readOnly: true, brief: true })
  await expect(nobodys).rejects.toMatchObject({ code: '22023' })
  expect(await names()).toHaveLength(1)
})

test('a connection that was cut, since nobody waits any more, is nobody else\'s', async () => {
  const gone = new AbortController()
  // At the last moment: its end is answered already, so it goes back at once.
  const cut = schools.withTenant({ id: oakfield.tenantId, node: 'main' }, async (db) => {
    const rows = await db.rows<Tables>().selectFrom('org').select('name').execute()
    await new Promise(resolve => setImmediate(resolve))
    gone.abort()
    return rows
  }, { readOnly: true, brief: true, signal: gone.signal })
  const next = names()
  await cut.catch(() => {})
  expect(await next).toHaveLength(1)
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
    const role = schemaName(oakfield.tenantId)
    const sent = await sentDuring(async () => {
      const rows = await briefly(async db => [await read(db), await read(db)])
      expect(rows).toEqual([expect.objectContaining({ role }), expect.objectContaining({ role })])
    })
    // A worker may ask something in between.
    const ours = sent.filter(({ name, text }) => name !== undefined || text.includes('from "org"'))
    expect(ours.map(({ text }) => text.split(' ', 1)[0])).toEqual(['begin', 'select', 'select', 'commit', 'begin', 'select', 'select', 'commit'])
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
