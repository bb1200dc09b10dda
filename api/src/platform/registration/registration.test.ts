import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'

let homeroom: TestHomeroom

beforeAll(async () => { homeroom = await openHomeroom() })
afterAll(() => homeroom?.stop())

test('a school signs up and is ready', async () => {
  const { tenantId } = await homeroom.signUp('oakfield')
  const statuses = await homeroom.visitor.watch(tenantId)
  expect(statuses.at(-1)).toMatchObject({ status: 'READY', attempt: 1, error: null })
})
