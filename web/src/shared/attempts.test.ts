import { expect, test } from 'vitest'
import { createAttempts } from './attempts.ts'

test('the same input sent again is the same attempt; other input is another', () => {
  const input = { name: 'Oakfield', slug: 'oakfield', admin: { email: 'grace@oakfield.example' } }
  const attempt = createAttempts<typeof input & { idempotencyKey?: string }>()
  const first = attempt(input)
  expect(first).toEqual({ ...input, idempotencyKey: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(attempt(structuredClone(input)).idempotencyKey).toBe(first.idempotencyKey)
  expect(attempt({ ...input, slug: 'oakfield-2' }).idempotencyKey).not.toBe(first.idempotencyKey)
})
