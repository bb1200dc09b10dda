import type { Batch } from '../../src/access/school-door.ts'
import type { SchoolDb, Schools } from '../../src/database/school-db.ts'
import type { Metrics } from '../../src/shared/metrics.ts'
import type { TestSchool, TwoSchools } from '../harness/two-schools.ts'
import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SchoolDoor } from '../../src/access/school-door.ts'
import { loginOf } from '../../src/database/logins.ts'
import { openSchools } from '../../src/database/school-db.ts'
import { createLog } from '../../src/shared/log.ts'
import { createMetrics } from '../../src/shared/metrics.ts'
import { Class, Course, entities, plant, same, User } from '../harness/same-keys.ts'
import { openTwoSchools } from '../harness/two-schools.ts'

interface Tables { course: { id: string, title: string }, user: { username: string } }

let two: TwoSchools
let oakfield: TestSchool
let riverside: TestSchool
let schools: Schools
let metrics: Metrics

const open = (poolSize: number) => openSchools({ nodes: { main: two.database.urls.request }, poolSize, entities, metrics, log: createLog('silent') })
const within = <T>({ id }: TestSchool, fn: (db: SchoolDb) => Promise<T>) => schools.withTenant({ id, node: 'main' }, fn)
const titleOf = async (db: SchoolDb) => (await db.rows<Tables>().selectFrom('course').select('title').where('id', '=', same.course).executeTakeFirstOrThrow()).title

beforeAll(async () => {
  two = await openTwoSchools();
  ({ oakfield, riverside } = two)
})
beforeEach(async () => {
  metrics = createMetrics()
  await plant(oakfield, 'Oakfield')
  await plant(riverside, 'Riverside')
})
afterEach(() => schools?.close())
afterAll(() => two?.close())

describe('the only connection of a pool', () => {
  // The pool is the door's own: it is seen as it is first used.
  const { connect } = pg.Pool.prototype
  const pools: pg.Pool[] = []
  beforeEach(async () => {
    schools = await open(1)
    pg.Pool.prototype.connect = function (this: pg.Pool, ...given: []) {
      if (this.options.application_name === 'homeroom school')
        pools.push(this)
      return Reflect.apply(connect, this, given) as Promise<pg.PoolClient>
    } as typeof connect
    await within(oakfield, titleOf)
  })
  afterEach(() => { pg.Pool.prototype.connect = connect })

  /** The connection as the pool hands it to the next one. */
  async function left() {
    const { rows: [row] } = await pools.at(-1)!.query<{ pid: number, role: string, path: string, same: boolean }>('select pg_backend_pid() as pid, current_setting(\'role\') as role, current_setting(\'search_path\') as path, current_user = session_user as same')
    const [session] = await two.database.sql<{ state: string, xact: Date | null }>('select state, xact_start as xact from pg_stat_activity where pid = $1', [row!.pid])
    return { ...row!, ...session! }
  }
  const clean = { role: 'none', path: '""', same: true, state: 'idle', xact: null }

  test.each<[string, (db: SchoolDb) => Promise<unknown>, RegExp | undefined]>([
    ['ended well', titleOf, undefined],
    ['threw', async (db) => {
      await titleOf(db)
      throw new Error('Thrown')
    }, /Thrown/],
    ['threw before its first statement', async () => { throw new Error('Thrown') }, /Thrown/],
    ['failed in PostgreSQL', ({ em }) => em.execute('select 1 / 0'), /division by zero/],
    ['failed in PostgreSQL, unheard', async ({ em }) => em.execute('select 1 / 0').catch(() => {}), /Nothing was committed/],
    ['failed in a nested transaction, heard there', async ({ em }) => em.transactional(nested => nested.execute('select 1 / 0')).catch(() => {}), undefined],
    ['went on asking after it failed', ({ em }) => Promise.all([em.execute('select 1 / 0'), em.execute('select 1'), em.execute('select 2')]), /division by zero/],
    ['broke a constraint at its flush', async ({ em }) => {
      em.create(Course, { id: same.course, sourcedId: 'again', title: 'Again', org: same.org })
      await em.flush()
    }, /duplicate key/],
  ])('is clean after work that %s', async (_, work, error) => {
    const before = await left()
    expect(before).toMatchObject(clean)
    if (error)
      await expect(within(oakfield, work)).rejects.toThrow(error)
    else
      await within(oakfield, work)
    expect(await left()).toEqual(before)
    expect(await within(riverside, titleOf)).toBe('Riverside course')
    expect(await left()).toEqual(before)
  })

  test('is clean after a statement that took too long', async () => {
    const login = `alter role "${loginOf(two.database.urls.request).name}" in database "${new URL(two.database.adminUrl).pathname.slice(1)}" set statement_timeout`
    await two.database.sql(`${login} = '1s'`)
    await schools.close()
    schools = await open(1)
    await within(oakfield, titleOf)
    const before = await left()
    await expect(within(oakfield, ({ em }) => em.execute('select pg_sleep(60)'))).rejects.toThrow('statement timeout')
    expect(await left()).toEqual(before)
    expect(before).toMatchObject(clean)
    expect(await within(riverside, titleOf)).toBe('Riverside course')
    await two.database.sql(`${login} = '5s'`)
  })

  test('is a new one after the last was lost in the middle of a transaction', async () => {
    const { pid } = await left()
    await expect(within(oakfield, async (db) => {
      await titleOf(db)
      await two.database.sql('select pg_terminate_backend($1)', [pid])
      await titleOf(db)
    })).rejects.toThrow(/terminat|connection error/)
    expect(await within(riverside, titleOf)).toBe('Riverside course')
    expect(await left()).toMatchObject(clean)
    expect((await left()).pid).not.toBe(pid)
  })

  test('is a new one after a statement was refused on it', async () => {
    const { pid } = await left()
    await expect(within(oakfield, ({ em }) => em.execute('reset role'))).rejects.toThrow('refused')
    expect(await left()).toMatchObject(clean)
    expect((await left()).pid).not.toBe(pid)
  })
})

test('200 pieces of work of two schools at once over three connections: each sees and writes its own', async () => {
  schools = await open(3)
  const work = async (n: number) => {
    const [school, name] = n % 2 === 0 ? [oakfield, 'Oakfield'] as const : [riverside, 'Riverside'] as const
    const turns = async (count: number) => { for (let left = count; left > 0; left -= 1) await turn() }
    await within(school, async (db) => {
      // Those that begin later end earlier: whoever saved what was there before would bring back the wrong one.
      await turns((200 - n) % 7)
      expect((await db.em.findOneOrFail(Class, same.class, { populate: ['course'] })).course.$.title).toBe(`${name} course`)
      db.em.create(User, { id: randomUUID(), sourcedId: `u${n}`, username: `${name} ${n}`, givenName: 'Ada', familyName: 'Lovelace' })
      await turns(n % 5)
      await db.em.flush()
      await turns(n % 3)
      const usernames = (await db.rows<Tables>().selectFrom('user').select('username').execute()).map(({ username }) => username)
      expect(usernames).toContain(`${name} ${n}`)
      expect(usernames.filter(username => !username.startsWith(`${name} `))).toEqual([])
      if (n % 10 > 7)
        throw new Error('Thrown')
    })
  }
  // Twelve at a time: nobody waits so long for a connection that the pool gives up.
  const thrown: string[] = []
  const numbers = Array.from({ length: 200 }).keys()
  await Promise.all(Array.from({ length: 12 }, async () => {
    for (const n of numbers)
      await work(n).catch((error: Error) => thrown.push(error.message))
  }))
  expect(thrown).toEqual(Array.from({ length: 40 }).fill('Thrown'))
  // The one that was planted, and what was not thrown away.
  for (const school of [oakfield, riverside])
    expect(await school.sql('select 1 from ~"user"')).toHaveLength(1 + 80)
  expect((await metrics.tenantQueryVerified.get()).values).toMatchObject([{ value: 200 * 3 }])
  expect((await metrics.tenantQueryMismatch.get()).values).toMatchObject([{ value: 0 }])
})

test('loaders belong to one operation: two never share one, nor what it loaded', async () => {
  schools = await open(4)
  const asked: [string, readonly string[]][] = []
  const courses: Batch<string, string> = async (db, ids) => {
    asked.push([db.tenantId, ids])
    const rows = await db.rows<Tables>().selectFrom('course').select(['id', 'title']).execute()
    return ids.map(id => rows.find(row => row.id === id)!.title)
  }
  const enter = ({ id }: TestSchool) => new SchoolDoor(schools, { admit: async () => ({ id, node: 'main' }), mayWrite: true, trail: { actor: { kind: 'member' } } })
  const doors = [oakfield, riverside, oakfield].map(enter)
  const load = () => Promise.all(doors.flatMap(door => [door.load(courses, same.course), door.load(courses, same.course)]))
  const titles = ['Oakfield course', 'Oakfield course', 'Riverside course', 'Riverside course', 'Oakfield course', 'Oakfield course']
  expect(await load()).toEqual(titles)
  expect(asked.toSorted()).toEqual([oakfield, oakfield, riverside].map(({ id }) => [id, [same.course]]).toSorted())
  // Asked again, an operation has it already; a new one asks for itself.
  expect(await load()).toEqual(titles)
  expect(asked).toHaveLength(3)
  await oakfield.sql('update ~course set title = \'Changed\'')
  const next = enter(oakfield)
  expect(await next.load(courses, same.course)).toBe('Changed')
  await Promise.all([...doors, next].map(door => door.end()))
  await expect(next.load(courses, randomUUID())).rejects.toThrow('over')
})
