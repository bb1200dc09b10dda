import type { TwoSchools } from '../../../test/harness/two-schools.ts'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlOf, waits } from '../../../test/harness/process-holds.ts'
import { openTwoSchools } from '../../../test/harness/two-schools.ts'
import { takeChangeNumber } from '../../database/change-number.ts'
import { store } from './roster.errors.ts'
import { User } from './user.entity.ts'

let schools: TwoSchools
beforeAll(async () => {
  schools = await openTwoSchools({ patient: true })
})
afterAll(() => schools.close())

const person = (familyName: string) => ({ givenName: 'Ada', familyName, username: familyName })
const add = 'mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }'
const changed = (familyName: string) => schools.oakfield.sql<{ version: number, changed: number }>('select version, changed::int from ~"user" where family_name = $1', [familyName])
const counter = async () => (await schools.oakfield.sql<{ last: number }>('select last::int from ~change_counter'))[0]!.last

test('of two writers at once the later number is seen only after the earlier', async () => {
  const { oakfield } = schools
  const mayCommit = Promise.withResolvers<void>()
  const hasNumber = Promise.withResolvers<number>()
  const slow = oakfield.work(async (db) => {
    hasNumber.resolve(await takeChangeNumber(db))
    db.em.create(User, person('Slow'))
    await store(db)
    await mayCommit.promise
  })
  const earlier = await hasNumber.promise
  const quick = oakfield.work(async (db) => {
    const number = await takeChangeNumber(db)
    db.em.create(User, person('Quick'))
    await store(db)
    return number
  })
  // It is in the queue for the counter, and not past it.
  await waits(sqlOf(schools.database.adminUrl), { by: 'homeroom school', inStatement: 'change_counter' })
  await turn()
  expect([await changed('Slow'), await changed('Quick')]).toEqual([[], []])
  mayCommit.resolve()
  await slow
  expect(await quick).toBe(earlier + 1)
  expect([await changed('Slow'), await changed('Quick')]).toEqual([[{ version: 1, changed: earlier }], [{ version: 1, changed: earlier + 1 }]])
})

test('a writer that fails gives its number back, and holds up nobody', async () => {
  const { oakfield } = schools
  const before = await counter()
  await expect(oakfield.work(async (db) => {
    await takeChangeNumber(db)
    throw new Error('It failed.')
  })).rejects.toThrow('It failed.')
  await oakfield.ask(add, { input: { givenName: 'Ada', familyName: 'Next' } })
  expect(await changed('Next')).toEqual([{ version: 1, changed: before + 1 }])
})

test('each school counts for itself', async () => {
  const [{ last }] = await schools.riverside.sql<{ last: number }>('select last::int from ~change_counter') as [{ last: number }]
  expect(last).toBe(0)
})

test('nothing is written without a number', async () => {
  await expect(schools.oakfield.work(async (db) => {
    db.em.create(User, person('Unnumbered'))
    await store(db)
  })).rejects.toThrow('without a change number')
  expect(await changed('Unnumbered')).toEqual([])
})

test('a change of several records is one number, counts each of them up, and tells each', async () => {
  const { oakfield } = schools
  const { addTeacher } = await oakfield.ask('mutation { addTeacher(input: { givenName: "Emmy", familyName: "Noether" }) { id } }')
  const { dashboard } = await oakfield.ask('{ dashboard { schoolYear { children { id } } } }')
  await oakfield.sql('delete from ~outbox')
  const { createClass } = await oakfield.ask('mutation ($input: CreateClassInput!) { createClass(input: $input) { id course { id } } }', { input: { title: 'Rings', termIds: [dashboard.schoolYear!.children[0]!.id], teacherId: addTeacher.id } })
  const last = await counter()
  const told = () => oakfield.sql('select action, subject_id, subject_version, subject_changed::int, details from ~outbox order by at')
  const [{ id: place }] = await oakfield.sql<{ id: string }>('select id from ~enrollment where changed = $1', [last]) as [{ id: string }]
  const made = (action: string, subject: string, details = {}) => ({ action, subject_id: subject, subject_version: 1, subject_changed: last, details })
  expect(await told()).toEqual(expect.arrayContaining([made('class.created', createClass.id), made('course.created', createClass.course.id), made('enrollment.created', place, { classId: createClass.id, userId: addTeacher.id })]))

  await oakfield.sql('delete from ~outbox')
  const withdraw = 'mutation ($id: ID!) { withdraw(enrollmentId: $id) { status } }'
  await oakfield.ask(withdraw, { id: place })
  expect(await oakfield.sql('select version, changed::int from ~enrollment where id = $1', [place])).toEqual([{ version: 2, changed: last + 1 }])
  const withdrawn = { action: 'enrollment.withdrawn', subject_id: place, subject_version: 2, subject_changed: last + 1, details: { classId: createClass.id, userId: addTeacher.id } }
  expect(await told()).toEqual([withdrawn])
  // The second time nothing changes, so there is nothing to tell.
  await oakfield.ask(withdraw, { id: place })
  expect(await told()).toEqual([withdrawn])
})

test('a year that gets another number has changed its parts too', async () => {
  const { oakfield } = schools
  const { dashboard } = await oakfield.ask('{ dashboard { schoolYear { id title children { id } } } }')
  const year = dashboard.schoolYear!
  await oakfield.sql('delete from ~outbox')
  const change = (startDate: string, endDate: string) => oakfield.ask('mutation ($input: UpdateSchoolYearInput!) { updateSchoolYear(input: $input) { schoolYear } }', {
    input: { id: year.id, title: year.title, startDate, endDate, terms: year.children.map(({ id }, place) => ({ id, title: `Part ${place}`, startDate: place === 0 ? startDate : '2041-02-01', endDate: place === 0 ? '2041-02-01' : endDate })) },
  })
  await change('2040-08-01', '2041-08-01')
  const versions = async () => new Set((await oakfield.sql<{ version: number, changed: string }>('select version, changed from ~academic_session')).map(({ version, changed }) => `${version} ${changed}`))
  expect(await versions()).toEqual(new Set([`2 ${await counter()}`]))
  expect(await oakfield.sql('select from ~outbox where action = \'academicSession.changed\'')).toHaveLength(3)
})
