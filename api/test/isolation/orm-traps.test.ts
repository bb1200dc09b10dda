import type { EntityManager } from '@mikro-orm/postgresql'
import type { SchoolDb, Schools } from '../../src/database/school-db.ts'
import type { TestSchool, TwoSchools } from '../harness/two-schools.ts'
import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { LoadStrategy, LockMode, ref, wrap } from '@mikro-orm/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openSchools } from '../../src/database/school-db.ts'
import { createLog } from '../../src/shared/log.ts'
import { createMetrics } from '../../src/shared/metrics.ts'
import { Class, Course, Enrollment, entities, everything, Org, plant, same, Session, User } from '../harness/same-keys.ts'
import { openTwoSchools } from '../harness/two-schools.ts'

interface Tables { course: { id: string, title: string }, user: { id: string, sourced_id: string, username: string, given_name: string, family_name: string } }

let two: TwoSchools
let oakfield: TestSchool
let riverside: TestSchool
/** One connection, so that each piece of work finds what the last one left; and a few, for work at the same time. */
let one: Schools
let few: Schools

const open = (poolSize: number) => openSchools({ nodes: { main: two.database.urls.request }, poolSize, entities, metrics: createMetrics(), log: createLog('silent') })
beforeAll(async () => {
  two = await openTwoSchools();
  ({ oakfield, riverside } = two)
  one = await open(1)
  few = await open(3)
})
beforeEach(async () => {
  await plant(oakfield, 'Oakfield')
  await plant(riverside, 'Riverside')
})
afterAll(async () => {
  await Promise.all([one?.close(), few?.close()])
  await two?.close()
})

const within = <T>({ id }: TestSchool, fn: (db: SchoolDb) => Promise<T>, schools = one) => schools.withTenant({ id, node: 'main' }, fn)
const both = () => [[oakfield, 'Oakfield'], [riverside, 'Riverside']] as const

describe('reading', () => {
  test('in any order on one connection, a key is each school\'s own row', async () => {
    const answers = []
    for (const school of [oakfield, riverside, oakfield])
      answers.push(await within(school, async ({ em }) => [(await em.findOneOrFail(Course, same.course)).title, (await em.execute<[{ pid: number }]>('select pg_backend_pid() as pid'))[0].pid]))
    expect(answers.map(([title]) => title)).toEqual(['Oakfield course', 'Riverside course', 'Oakfield course'])
    expect(new Set(answers.map(([, pid]) => pid)).size).toBe(1)
  })

  test('an EntityManager ends with its transaction, and its forks reach nothing', async () => {
    const kept = await within(oakfield, async db => db.em)
    await within(riverside, async () => {
      await expect(kept.find(Course, {})).rejects.toThrow('already committed')
      await expect(kept.fork({ keepTransactionContext: true }).find(Course, {})).rejects.toThrow('already committed')
      await expect(kept.fork().find(Course, {})).rejects.toThrow('withTenant only')
      await expect(kept.fork().transactional(em => em.find(Course, {}))).rejects.toThrow('withTenant only')
    })
  })

  test.each(Object.values(LoadStrategy))('populated %s, over relations, lists and pivots', async (strategy) => {
    const read = ([school, name]: readonly [TestSchool, string]) => within(school, async ({ em }) => {
      const found = await em.findOneOrFail(Class, same.class, { populate: ['course.org', 'sessions', 'enrollments.user'], strategy, orderBy: { sessions: { title: 'asc' } } })
      expect([found.title, found.course.$.title, found.course.$.org.$.name, ...found.sessions.$.map(session => session.title), ...found.enrollments.$.map(enrollment => enrollment.user.$.username)])
        .toEqual(['class', 'course', 'school', 'autumn', 'spring', 'user'].map(word => `${name} ${word}`))
    }, few)
    await Promise.all([...both(), ...both()].map(read))
  })

  test.each([false, true])('loaded later, by a dataloader: %s', async (dataloader) => {
    const read = ([school, name]: readonly [TestSchool, string]) => within(school, async ({ em }) => {
      const found = em.getReference(Class, same.class)
      await turn()
      await wrap(found).init()
      const [course, sessions, enrollments] = await Promise.all([found.course.loadOrFail({ dataloader }), found.sessions.load({ dataloader }), found.enrollments.load({ dataloader })])
      const user = await enrollments.$[0]!.user.loadOrFail({ dataloader })
      expect([found.title, course.title, ...sessions.$.map(session => session.title).toSorted(), user.username]).toEqual(['class', 'course', 'autumn', 'spring', 'user'].map(word => `${name} ${word}`))
    }, few)
    await Promise.all([...both(), ...both()].map(read))
  })

  test('what was not loaded in its transaction is not loaded in another', async () => {
    const kept = await within(oakfield, ({ em }) => em.findOneOrFail(Class, same.class))
    await within(riverside, async () => {
      await expect(kept.course.load()).rejects.toThrow('already committed')
      await expect(kept.sessions.init()).rejects.toThrow('already committed')
      await expect(kept.enrollments.loadItems()).rejects.toThrow('already committed')
    })
  })

  test.each<[string, (em: EntityManager) => Promise<unknown>]>([
    ['find', em => em.find(Course, {}, { cache: ['courses', 60_000] })],
    ['findOne', em => em.findOne(Course, same.course, { cache: 60_000 })],
    ['count', em => em.count(Course, {}, { cache: true })],
    ['clearCache', em => em.clearCache('courses')],
  ])('no result is kept for the next school: %s', async (_, cached) => {
    await within(oakfield, async ({ em }) => {
      await expect(cached(em)).rejects.toThrow('not kept between operations')
    })
  })
})

describe('writing', () => {
  /** Whatever is done in Oakfield: it is done there, and Riverside stays as it was. */
  async function changesOakfieldOnly(change: (db: SchoolDb) => Promise<unknown>): Promise<void> {
    const before = await Promise.all([everything(oakfield), everything(riverside)])
    await within(oakfield, change)
    const after = await Promise.all([everything(oakfield), everything(riverside)])
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).toBe(before[1])
  }

  test.each<[string, (db: SchoolDb) => Promise<unknown>]>([
    ['an entity', async ({ em }) => { (await em.findOneOrFail(Course, same.course)).title = 'Changed' }],
    ['a removal', async ({ em }) => em.remove(await em.findOneOrFail(Enrollment, same.enrollment))],
    ['a removal that was never loaded', async ({ em }) => em.remove(em.getReference(Enrollment, same.enrollment))],
    ['a pivot, cleared', async ({ em }) => (await em.findOneOrFail(Class, same.class, { populate: ['sessions'] })).sessions.removeAll()],
    ['a pivot, less one', async ({ em }) => (await em.findOneOrFail(Class, same.class, { populate: ['sessions'] })).sessions.remove(em.getReference(Session, same.spring))],
    ['a list, cleared', async ({ em }) => {
      (await em.findOneOrFail(Class, same.class, { populate: ['enrollments'] })).enrollments.removeAll()
    }],
    ['upsert', ({ em }) => em.upsert(Course, { id: same.course, sourcedId: same.course, title: 'Changed', org: same.org })],
    ['nativeUpdate', ({ em }) => em.nativeUpdate(Course, { id: same.course }, { title: 'Changed' })],
    ['nativeDelete', ({ em }) => em.nativeDelete(Enrollment, { id: same.enrollment })],
    ['a query builder', ({ em }) => em.createQueryBuilder(Course).update({ title: 'Changed' }).where({ id: same.course }).execute()],
    ['em.execute', ({ em }) => em.execute('update course set title = ? where id = ?', ['Changed', same.course])],
    ['em.getKysely', ({ em }) => em.getKysely<Tables>().updateTable('course').set({ title: 'Changed' }).execute()],
    ['a nested transaction', ({ em }) => em.transactional(nested => nested.nativeUpdate(Course, { id: same.course }, { title: 'Changed' }))],
    ['rows', db => db.rows<Tables>().updateTable('course').set({ title: 'Changed' }).where('id', '=', same.course).execute()],
  ])('by %s', (_, change) => changesOakfieldOnly(async (db) => {
    await change(db)
    await db.em.flush()
  }))

  test('a pivot, filled again', async () => {
    await oakfield.sql('delete from ~class_term')
    await changesOakfieldOnly(async ({ em }) => {
      const { sessions } = await em.findOneOrFail(Class, same.class, { populate: ['sessions'] })
      sessions.set([em.getReference(Session, same.autumn)])
      await em.flush()
    })
  })
})

describe('an entity that was loaded in one school is refused in another', () => {
  /** Oakfield's, with all it refers to in memory. */
  async function carry() {
    return within(oakfield, async ({ em }) => {
      const found = await em.findOneOrFail(Class, same.class, { populate: ['course', 'sessions', 'enrollments.user'] })
      const made = em.create(Course, { id: randomUUID(), sourcedId: 'made', title: 'Made', org: same.org }, { persist: false })
      // The EntityManager hears of it only as it is stored.
      const stored = Object.assign(new User(), { id: randomUUID(), sourcedId: 'stored', username: 'stored', givenName: 'Ada', familyName: 'Lovelace' })
      await em.persist(stored).flush()
      return { class: found, course: found.course.$, session: found.sessions.$[0]!, enrollment: found.enrollments.$[0]!, user: found.enrollments.$[0]!.user.$, made, stored, unloaded: em.getReference(Org, same.org) }
    })
  }
  type Carried = Awaited<ReturnType<typeof carry>>
  const newClass = () => ({ id: randomUUID(), sourcedId: 'new', title: 'New', school: same.org })

  test.each<[string, (em: EntityManager, carried: Carried) => unknown]>([
    ['persist', (em, { course }) => em.persist(Object.assign(course, { title: 'Changed' }))],
    ['persist of one never stored', (em, { made }) => em.persist(made)],
    ['persist of one that was made with new', (em, { stored }) => em.persist(stored)],
    ['remove', (em, { enrollment }) => em.remove(enrollment)],
    ['merge', (em, { course }) => em.merge(course)],
    ['assign', (em, { course }) => em.assign(course, { title: 'Changed' })],
    ['refresh', (em, { course }) => em.refresh(course)],
    ['populate', (em, carried) => em.populate([carried.class], ['sessions'], { refresh: true })],
    ['lock', (em, { course }) => em.lock(course, LockMode.PESSIMISTIC_WRITE)],
    ['insert', (em, { course }) => em.insert(course)],
    ['insertMany', (em, { course }) => em.insertMany([course])],
    ['upsert', (em, { course }) => em.upsert(Object.assign(course, { title: 'Changed' }))],
    ['upsertMany', (em, { course }) => em.upsertMany([Object.assign(course, { title: 'Changed' })])],
    ['clone', (em, { course }) => em.clone(course, { id: randomUUID(), sourcedId: 'cloned' })],
    ['a search by it', (em, { course }) => em.find(Class, { course })],
    ['a fork', (em, { course }) => em.fork({ keepTransactionContext: true }).persist(course)],
    ['a nested transaction', (em, { enrollment }) => em.transactional(async nested => nested.remove(enrollment))],
    ['a new row that refers to it', (em, { course }) => em.create(Class, { ...newClass(), course })],
    ['a new row that refers to one not loaded', (em, { unloaded }) => em.create(Course, { id: randomUUID(), sourcedId: 'new', title: 'New', org: ref(unloaded) })],
    // What no method of the EntityManager sees, the flush does.
    ['a row that is made to refer to it', async (em, { course }) => { (await em.findOneOrFail(Class, same.class)).course = ref(course) }],
    ['an assignment beside the EntityManager', async (em, { course }) => wrap(await em.findOneOrFail(Class, same.class)).assign({ course }, { em })],
    ['a list it is added to', async (em, { enrollment }) => (await em.findOneOrFail(Class, same.class, { populate: ['enrollments'] })).enrollments.add(enrollment)],
    ['a list it has left', async (em, { enrollment }) => {
      const { enrollments } = await em.findOneOrFail(Class, same.class)
      enrollments.add(enrollment)
      enrollments.remove(enrollment)
    }],
    ['a removal that takes it along', async (em, { user }) => {
      const enrollment = await em.findOneOrFail(Enrollment, same.enrollment)
      enrollment.user = ref(user)
      em.remove(enrollment)
    }],
    ['a row whose relation cascades nothing', async (em, { unloaded }) => { (await em.findOneOrFail(Course, same.course)).org = ref(unloaded) }],
    ['a pivot it is added to', async (em, { session }) => (await em.findOneOrFail(Class, same.class, { populate: ['sessions'] })).sessions.add(session)],
    ['a pivot it is set to', async (em, { session }) => (await em.findOneOrFail(Class, same.class, { populate: ['sessions'] })).sessions.set([session])],
  ])('%s', async (_, trespass) => {
    const carried = await carry()
    const before = await Promise.all([everything(oakfield), everything(riverside)])
    // The error is swallowed, and the transaction commits: still nothing of it is there.
    await within(riverside, async ({ em }) => {
      await expect((async () => {
        await trespass(em, carried)
        await em.flush()
      })()).rejects.toThrow('brought into another')
    })
    expect(await Promise.all([everything(oakfield), everything(riverside)])).toEqual(before)
  })

  test('and so is another school\'s transaction', async () => {
    await within(oakfield, ({ em: theirs }) => within(riverside, async ({ em }) => {
      const ctx = theirs.getTransactionContext()!
      await expect((async () => em.find(Course, {}, { ctx }))()).rejects.toThrow('brought into another')
      expect(() => em.setTransactionContext(ctx)).toThrow('brought into another')
    }, few), few)
  })
})
