import { expect, test } from 'vitest'
import { regional } from './region.ts'

test('dates are written the reader’s way within the language of the page', () => {
  expect(regional('en', ['de-DE', 'en-GB', 'en'])).toBe('en-GB')
  expect(regional('en', ['de-DE'])).toBe('en')
  expect(regional('en', ['enx-GB'])).toBe('en')
  expect(regional('en', ['en-US@posix', 'en-AU'])).toBe('en-AU')
})
