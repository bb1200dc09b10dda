import type { MarkedSchool, MarkedSchools } from './marked-schools.ts'
import type { Operation } from './operations.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schemaOf } from './canaries.ts'
import { fingerprint } from './fingerprint.ts'
import { openHomeroom } from './homeroom.ts'
import { openMarkedSchools } from './marked-schools.ts'
import { withId } from './operations.ts'
import { rightCalls } from './right-calls.ts'
import { statementsOfBoth } from './statements.ts'

/** Who walks: the head of a school, or a program of theirs with every scope there is. */
export type Walker = 'client' | 'program'

/** Asks each operation with every id of another school, and with ids that are nowhere: both must be answered alike, and nothing be written. */
export function walkForeignIds(walker: Walker, withIds: readonly Operation[]): void {
  let homeroom: Awaited<ReturnType<typeof openHomeroom>>
  let schools: MarkedSchools
  let oakfield: MarkedSchool
  let riverside: MarkedSchool

  beforeAll(async () => {
    homeroom = await openHomeroom({ worker: false })
    const worker = await homeroom.startWorker()
    schools = await openMarkedSchools(homeroom)
    // From here on only who asks may write.
    await worker.stop()
    ;({ oakfield, riverside } = schools)
  })
  afterAll(() => homeroom?.stop())

  const written = () => fingerprint(homeroom.database.sql, [schemaOf(oakfield), schemaOf(riverside)])
  /** All but the caller's own counter: a number of a change that comes to nothing is not given again. */
  const kept = async () => ({ ...await written(), [`${schemaOf(oakfield)}.change_counter`]: '' })

  /** Everything an answer says but for when it was given and which request it answers. */
  async function answer({ kind, document, name }: Operation, variables: Record<string, unknown>): Promise<Heard> {
    const client = rightCalls[name]?.as === 'visitor' ? oakfield.visitor : oakfield[walker]
    if (kind === 'subscription') {
      const body = await client.subscribe(document, variables).catch((error: { errors?: object[] }) => ({ errors: error.errors ?? error }))
      return { status: 0, headers: {}, body: nameless(body) }
    }
    const { status, headers, data, errors } = await client.send(document, variables)
    const { 'x-request-id': _, date: __, ...said } = Object.fromEntries(headers)
    return { status, headers: said, body: nameless({ data, errors }) }
  }

  describe.each(withIds)('$name', (operation) => {
    const call = rightCalls[operation.name]!
    const cases = operation.idPlaces.flatMap(place => (call?.ids[place.join('.')] ?? []).map(kind => ({ place, kind, at: place.join('.') })))

    test.each(cases)('$at: a $kind of the other school is answered like one that is nowhere', async ({ place, kind }) => {
      const right = call.variables(oakfield)
      const foreign = riverside.own[kind]!
      const nowhere = randomUUID()
      const before = await kept()
      for (const inList of place.includes('*') && !call.itemsApart ? ['alone', 'behind'] as const : ['alone'] as const) {
        for (const form of [(id: string) => id, (id: string) => id.toUpperCase()]) {
          const missing = await answer(operation, withId(right, place, form(nowhere), inList))
          expect(await answer(operation, withId(right, place, form(foreign), inList))).toEqual(missing)
          expect(missing.status).toBeLessThan(500)
        }
        // Nor does it take any longer: the same is asked for.
        const [forNothing, forForeign] = await statementsOfBoth(() => answer(operation, withId(right, place, nowhere, inList)), () => answer(operation, withId(right, place, foreign, inList)))
        expect(forForeign).toEqual(forNothing)
        for (const id of [...strange(foreign), 5, ['x'], { id: foreign }]) {
          const { status, body } = await answer(operation, withId(right, place, id, inList))
          expect.soft([id, status < 500, JSON.stringify(body)]).toEqual([id, true, expect.not.stringContaining('INTERNAL_SERVER_ERROR')])
        }
      }
      expect(await kept()).toEqual(before)
      expect(schools.leaks()).toEqual([])
    })

    test('with the caller\'s own ids it is answered, also with those the other school has too, and the other school is not touched', async () => {
      const twins = Object.values(call.ids).flat().every(kind => kind in oakfield.shared)
      for (const ids of [oakfield.own, ...twins ? [oakfield.shared] : []]) {
        const before = await written()
        const { body } = await answer(operation, call.variables({ ...oakfield, own: { ...oakfield.own, ...ids } })) as { body: { errors?: object[] } }
        expect(body.errors ?? []).toMatchObject(call.answer ? [{ extensions: { code: call.answer } }] : [])
        expect(of(riverside, await written())).toEqual(of(riverside, before))
      }
      expect(schools.leaks()).toEqual([])
    })
  })
}

interface Heard { status: number, headers: Record<string, string>, body: unknown }

const nameless = (body: object): unknown => JSON.parse(JSON.stringify(body, (key, value: unknown) => key === 'requestId' ? 'a request' : value))

const strange = (id: string) => ['not-an-id', '', ' ', `{${id}}`, `urn:uuid:${id}`, `${id}-`, `${id}' or '1'='1`, '%', '*', '0', 'null', 'x'.repeat(10_240), id.slice(0, 35)]

/** The tables of one school. */
const of = (school: MarkedSchool, digests: Record<string, string>) => Object.fromEntries(Object.entries(digests).filter(([name]) => name.startsWith(`${schemaOf(school)}.`)))
