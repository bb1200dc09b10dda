import { expect, test } from 'vitest'
import { beginningIn, doubtAbout } from './sought.ts'

const prefix = 'hmr_live_abcdefGHIJ12'
const secret = '_0123456789abcdefghijklmnopqrstuvwxyzAB'

test.each([
  ['the whole key', prefix + secret],
  ['a line of a file with it', `  Authorization: "Bearer ${prefix}${secret}"`],
  ['its beginning', prefix],
])('of %s the beginning is kept, and nothing of its secret', (_, text) => {
  expect(beginningIn(text)).toBe(prefix)
})

test('what names no key stays as it is', () => {
  expect(beginningIn(' password: hunter2, and more than that ')).toBe('password: hunter2, and more than that')
})

test('what names no key is said before anybody is asked', () => {
  expect(['', 'hmr', 'hmr_live_abc', 'ghp_live', 'something-longer-than-that', 'hmr_live_abc-def', 'hmr_live_abcdef', prefix].map(text => doubtAbout(beginningIn(text)))).toEqual(['empty', 'short', 'short', 'strange', 'strange', 'short', undefined, undefined])
})
