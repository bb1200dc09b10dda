import type { IdPlace } from '../harness/operations.ts'
import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { contract } from '../../src/compose.ts'
import { operatorOnly } from '../harness/access-table.ts'
import { walkForeignIds } from '../harness/foreign-ids.ts'
import { nestedIdArguments, operationsOf } from '../harness/operations.ts'
import { rightCalls } from '../harness/right-calls.ts'

const schema = buildSchema(await contract())
const withIds = operationsOf(schema).filter(({ idPlaces, name }) => idPlaces.length > 0 && !operatorOnly.includes(name))

test('every operation that takes an id has a right call, with every place for one', () => {
  const places = (list: readonly IdPlace[]) => list.map(place => place.join('.')).sort()
  const expected = Object.fromEntries(withIds.map(({ name, idPlaces }) => [name, places(idPlaces)]))
  const known = Object.fromEntries(Object.entries(rightCalls).map(([name, { ids }]) => [name, Object.keys(ids).sort()]))
  expect(known).toEqual(expected)
  expect(nestedIdArguments(schema)).toEqual([])
})

walkForeignIds('client', withIds)
