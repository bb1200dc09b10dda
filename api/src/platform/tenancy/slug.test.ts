import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refuseSlug, slugLook, slugSuggestions } from './slug.ts'

test('what is accepted is 3 to 40 small letters, digits and hyphens, and nothing else', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9-]{1,45}$/)), (text) => {
    if (!refuseSlug(text))
      expect(text).toMatch(/^[a-z](?!.--)[a-z0-9-]{1,38}[a-z0-9]$/)
  }))
})

test.each(['www', 'admin', 'api', 'public', 'pgboss', 'pg-anything', 'graphql', 'adm1n', 'supp0rt', 'adrnin'])('%s is reserved, or looks it', (slug) => {
  expect(refuseSlug(slug)?.reason).toBe('RESERVED')
})

test('slugs that are mistaken for each other look alike', () => {
  expect(slugLook('hillcrest')).toBe(slugLook('hi11crest'))
  expect(slugLook('modern')).toBe(slugLook('modem'))
  expect(slugLook('oak-school')).not.toBe(slugLook('oakschool'))
})

test('suggestions can all be chosen', () => {
  fc.assert(fc.property(fc.string(), text => slugSuggestions(text).every(slug => !refuseSlug(slug))))
  expect(slugSuggestions('oakfield')[0]).toBe('oakfield-school')
})
