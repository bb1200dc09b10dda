import { expect, test } from 'vitest'
import { openCursor, sealCursor, signCursorsWith } from './cursor.ts'
import { newSecretKey } from './seal.ts'

const list = ['a school', 'users', { role: 'student' }]
const keys = ['Lovelace', 'Ada', '6ff0e5b1-1c2d-4000-8000-00000000beef']

test('a cursor opens for its own list', () => {
  expect(openCursor(sealCursor(list, keys), list)).toEqual(keys)
})

test.each([
  ['another school\'s', ['another school', 'users', { role: 'student' }]],
  ['another list\'s', ['a school', 'classes', { role: 'student' }]],
  ['another filter\'s', ['a school', 'users', { role: 'teacher' }]],
])('%s is none', (_, other) => {
  expect(openCursor(sealCursor(other, keys), list)).toBeUndefined()
})

test('no letter of it can be changed, left out or added', () => {
  const cursor = sealCursor(list, keys)
  const other = (letter: string) => letter === 'A' ? 'B' : 'A'
  for (let place = 0; place < cursor.length; place++) {
    expect(openCursor(cursor.slice(0, place) + other(cursor[place]!) + cursor.slice(place + 1), list), String(place)).toBeUndefined()
    expect(openCursor(cursor.slice(0, place) + cursor.slice(place + 1), list), String(place)).toBeUndefined()
  }
  for (const more of ['A', '=', '==', ' ', '.', 'x'.repeat(10_240)])
    expect(openCursor(cursor + more, list), more.slice(0, 4)).toBeUndefined()
})

test.each(['', 'A', '{}', Buffer.from(JSON.stringify(keys)).toString('base64url'), 'x'.repeat(10_240), '\u00FC', '=='])('%# is none', (cursor) => {
  expect(openCursor(cursor, list)).toBeUndefined()
})

test('who has the key of the installation takes it, and nobody else', () => {
  const secret = newSecretKey()
  signCursorsWith(secret)
  const cursor = sealCursor(list, keys)
  signCursorsWith(newSecretKey())
  expect(openCursor(cursor, list)).toBeUndefined()
  signCursorsWith(secret)
  expect(openCursor(cursor, list)).toEqual(keys)
})
