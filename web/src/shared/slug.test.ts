import { expect, test } from 'vitest'
import { isSlug, suggestSlug } from './slug.ts'

test.each([
  ['Oakfield', 'oakfield'],
  ['St. Mary’s Primary School', 'st-marys-primary-school'],
  ['Schule am Großen Weg', 'schule-am-grossen-weg'],
  ['Lycée Émile-Zola & Annexe', 'lycee-emile-zola-and-annexe'],
  ['Szkoła nr 7', 'szkola-nr-7'],
  ['42nd Street School', 'school-42nd-street-school'],
  ['  --  The   School  ', 'the-school'],
])('%s is called %s for short', (name, slug) => {
  expect(suggestSlug(name)).toBe(slug)
})

test('a name without Latin letters suggests nothing rather than nonsense', () => {
  expect(suggestSlug('школа')).toBe('')
})

test('a long name is cut where a word ends', () => {
  const slug = suggestSlug('The Extraordinarily Long Named Comprehensive School of Upper Riverside')
  expect(slug).toBe('the-extraordinarily-long-named')
})

test('whatever is suggested keeps the rule', () => {
  for (const name of ['A', 'Ab', 'x y z', '1', '99 Luftballons', 'é', `${'long '.repeat(20)}`, `${'q'.repeat(90)}`, 'a.-.b', 'xn--abc']) {
    const slug = suggestSlug(name)
    expect(slug === '' || isSlug(slug), `${name} -> ${slug}`).toBe(true)
  }
})

test.each(['ab', '1ab', 'ab-', '-ab', 'a_b', 'Abc', 'xn--abc', 'a'.repeat(41), 'ab c', 'äbc'])('%s is no short name', (slug) => {
  expect(isSlug(slug)).toBe(false)
})
