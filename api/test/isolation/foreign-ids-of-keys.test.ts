import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { contract } from '../../src/compose.ts'
import { allowed } from '../harness/access-table.ts'
import { walkForeignIds } from '../harness/foreign-ids.ts'
import { operationsOf } from '../harness/operations.ts'

// As `foreign-ids.test.ts`, asked by a program.
const withIds = operationsOf(buildSchema(await contract())).filter(({ idPlaces, name }) => idPlaces.length > 0 && allowed[name]!.includes('key'))

test('there are questions, changes and subscriptions among what a key may ask with an id', () => {
  expect(new Set(withIds.map(({ kind }) => kind))).toEqual(new Set(['query', 'mutation', 'subscription']))
})

walkForeignIds('program', withIds)
