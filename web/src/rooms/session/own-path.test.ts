import { expect, test } from 'vitest'
import { ownPath } from './own-path.ts'

test.each(['/dashboard', '/people/students?q=ada&sort=-given', '/classes/1#top'])('%s is ours', (path) => {
  expect(ownPath(path)).toBe(path)
})

test.each([
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  'dashboard',
  '',
  '/sign-in?next=/sign-in',
  undefined,
  null,
  ['/dashboard', '//evil.example'],
])('%j is not', (path) => {
  expect(ownPath(path)).toBeUndefined()
})
