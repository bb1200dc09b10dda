import type { Guard } from './guard.ts'

const roster = 'src/school/roster'
const changes = [`${roster}/changes.test.ts`]
const records = [`${roster}/record-changes.test.ts`]
const courses = [`${roster}/courses.test.ts`]
const once = ['src/transport/once.test.ts']
const purge = ['test/journey/tombstones.test.ts']

/** What lets others keep a copy of a school, and change it without doing so twice. */
export const copyGuards: readonly Guard[] = [
  { name: 'copies: a writer has the counter before anything else', file: 'src/access/school-door.ts', guard: '      await takeChangeNumber(db)\n      if (this.#once)', without: '      void takeChangeNumber\n      if (this.#once)', tests: [`${roster}/change-number.test.ts`] },
  { name: 'copies: nothing is written without a number', file: 'src/database/change-number.ts', guard: '  const number = numbers.get(em)\n', without: '  const number: number | undefined = numbers.get(em) ?? 0\n', tests: [`${roster}/change-number.test.ts`] },
  { name: 'copies: one answer is of one moment', file: 'src/access/school-door.ts', guard: 'readOnly: true, snapshot: true }', without: 'readOnly: true, snapshot: false }', tests: changes },
  { name: 'copies: who is behind the tombstones begins again', file: `${roster}/changes.queries.ts`, guard: '  if (purged > Math.max(place.began, place.changed))', without: '  if (purged < 0)', tests: changes },
  { name: 'copies: a place of one change is told by type and id', file: `${roster}/changes.queries.ts`, guard: 'own < rank ? sql`changed > ${changed}` : sql`changed >= ${changed}`', without: 'sql`changed > ${changed}`', tests: changes },
  { name: 'copies: a key follows the types of its scopes alone', file: `${roster}/changes.resolver.ts`, guard: '      requireScope(context.principal, `${resources[type]}:read`, `changes of ${recordNames[type]}`)', without: '      void [requireScope, `${resources[type]}:read`, recordNames[type]]', tests: ['src/platform/integrations/key-scopes.test.ts'] },
  { name: 'copies: a change names the version that was read', file: `${roster}/roster.errors.ts`, guard: ' || seen === record.version)', without: ' || seen !== undefined)', tests: records },
  { name: 'copies: restoring brings back what went in the same change', file: `${roster}/removal.ts`, guard: 'dependents.filter(({ changed, status }) => changed === gone && status === \'tobedeleted\')', without: 'dependents.filter(({ status }) => gone >= 0 && status === \'never\' as string)', tests: records },
  { name: 'copies: a class is no longer than its list', file: `${roster}/enrolling.ts`, guard: '  if (count >= most)', without: '  if (count > most * 9)', tests: [...records, `${roster}/batches.test.ts`] },
  { name: 'copies: an item that is refused stays behind alone', file: `${roster}/batch.ts`, guard: '      if (error instanceof ExpectedError)\n        return { error }\n', without: '', tests: [`${roster}/batches.test.ts`] },
  { name: 'copies: of two items with one number the first gets it', file: `${roster}/people.service.ts`, guard: '    taken.add(person.identifier)\n', without: '', tests: [`${roster}/batches.test.ts`] },
  { name: 'copies: a username is not given again', file: `${roster}/usernames.ts`, guard: '    if (retired.length === 0)', without: '    if (retired.length >= 0)', tests: [`${roster}/batches.test.ts`] },
  { name: 'copies: a username stays taken when its record goes', file: `${roster}/purge.ts`, guard: 'from "user" where ${expired} on conflict do nothing`', without: 'from "user" where ${expired} and false on conflict do nothing`', tests: purge },
  { name: 'copies: who is behind is known by the last that went', file: `${roster}/purge.ts`, guard: 'set purged = greatest(purged, $1)\'', without: 'set purged = greatest(purged, $1 * 0)\'', tests: purge },
  { name: 'courses: one that classes take does not go', file: `${roster}/courses.service.ts`, guard: '      if (classes > 0)', without: '      if (classes < 0)', tests: courses },
  { name: 'courses: a class does not come back without its course', file: `${roster}/class-changes.service.ts`, guard: '      if (!await db.em.findOne(Course, { id: group.course.id, status: \'active\' }))', without: '      if (await db.em.findOne(Course, { id: group.course.id }) === undefined)', tests: courses },
  { name: 'courses: a code of a subject is not another subject\'s', file: `${roster}/courses.service.ts`, guard: 'String(change.subjects) !== String(course.subjects) ? [] : undefined', without: 'String(change.subjects) === \'\' ? [] : undefined', tests: courses },
  { name: 'courses: of two in a batch with one code the first gets it', file: `${roster}/courses.service.ts`, guard: '    taken.add(course.courseCode)\n', without: '', tests: courses },
  { name: 'courses: one stays for as long as a class that took it', file: `${roster}/purge.ts`, guard: ' and not exists (select from ${schema}class where course_id = course.id)', without: '', tests: purge },
  { name: 'once: a repeat changes nothing', file: 'src/access/school-door.ts', guard: '        await refuseAnswered(db, this.#once)\n', without: '        void refuseAnswered\n', tests: once },
  { name: 'once: the same key with something else is refused', file: 'src/access/kept-answers.ts', guard: '  if (!kept.input_hash.equals(inputHash))', without: '  if (kept.input_hash.length === 0 && inputHash.length === 0)', tests: once },
  { name: 'once: a key is its principal\'s', file: 'src/access/kept-answers.ts', guard: '    .where(\'principal_id\', \'=\', principalId)\n', without: '    .where(\'principal_id\', \'is not\', principalId === \'\' ? principalId : null)\n', tests: once },
  { name: 'once: what failed has left nothing', file: 'src/transport/once.ts', guard: 'singleResult.errors !== undefined && await school.settle(undefined)', without: 'singleResult.errors === null && await school.settle(undefined)', tests: once },
  { name: 'once: it is for changes of a school\'s records', file: 'src/transport/once.ts', guard: '  if (field.extensions.writesRoster !== true)', without: '  if (field.extensions.writesRoster === 1)', tests: once },
]
