import type { Scope } from '../../src/access/scopes.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import type { TestKey } from '../harness/keys.ts'
import { buildSchema } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { covers } from '../../src/access/scopes.ts'
import { contract } from '../../src/compose.ts'
import { allowed } from '../harness/access-table.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { keyPlaces } from '../harness/key-places.ts'
import { everyScope, makeKey } from '../harness/keys.ts'
import { closed, ofFields, ofInputs, ofOperations, ofTypes } from '../harness/scope-table.ts'

const places = keyPlaces(buildSchema(await contract()))

let homeroom: TestHomeroom
let key: TestKey

beforeAll(async () => {
  homeroom = await openHomeroom()
  key = await makeKey((await homeroom.openSchool('oakfield')).client, [])
})
afterAll(() => homeroom?.stop())

interface Refusal { readonly code: string, readonly scope?: string, readonly missing?: readonly string[] }

/** What the key is refused with that has these scopes. */
async function refusal(document: string, scopes: readonly Scope[]): Promise<Refusal | undefined> {
  await homeroom.database.sql('update platform.api_key set scopes = $1 where id = $2', [scopes, key.id])
  const found = document.startsWith('subscription')
    ? await key.client.firstOf(document).then(() => undefined, (error: { errors?: { extensions: Refusal }[] }) => error.errors?.[0]?.extensions)
    : (await key.client.send(document)).errors?.[0]?.extensions as Refusal | undefined
  return found?.code === 'FORBIDDEN' ? found : undefined
}

test('the tables name every operation, type and field that a key can reach, and no other', () => {
  const types = places.filter(({ name }) => name.includes('.')).map(({ name }) => name.split('.')[0]!)
  expect(Object.keys(ofOperations).sort()).toEqual(Object.keys(allowed).filter(name => allowed[name]!.includes('key')).sort())
  expect(Object.keys(ofTypes).sort()).toEqual([...new Set(types)].sort())
  for (const name of [...closed, ...Object.keys(ofFields), ...Object.keys(ofInputs)])
    expect(places.map(place => place.name)).toContain(name)
})

describe.each(places)('$name', ({ document, takes, takesRunning, closed }) => {
  const all = [...takes, ...takesRunning]
  if (closed) {
    test('no key gets it', async () => {
      expect(await refusal(document, everyScope)).toMatchObject({ code: 'FORBIDDEN' })
    })
    return
  }

  test('a key without a scope is told which it lacks, one with others too, and one with these is let in', async () => {
    const without = await refusal(document, [])
    // What only the input tells is looked at where the document is right.
    const first = takes.length > 0 ? takes : takesRunning
    expect(without && { scope: without.scope, missing: [...without.missing ?? []].sort() }).toEqual(first.length === 0 ? undefined : { scope: expect.toBeOneOf([...first]) as string, missing: [...first].sort() })
    for (const lacking of all) {
      const others = everyScope.filter(scope => !covers(new Set([scope]), lacking))
      expect([lacking, (await refusal(document, others))?.missing]).toEqual([lacking, expect.arrayContaining([lacking])])
    }
    expect(await refusal(document, all)).toBeUndefined()
  })
})
