import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Invalid } from './errors.ts'
import { absent, emailAddress, line, optionalLine, parseInput, refuse } from './validate.ts'

function mistakes(schema: z.ZodType, input: unknown) {
  try {
    parseInput(schema, input)
  }
  catch (error) {
    if (!(error instanceof Invalid))
      throw error
    return { message: error.message, code: error.code, fields: error.fields! }
  }
  throw new Error('This was to be refused.')
}

const person = z.strictObject({
  name: line(5),
  nick: optionalLine(5),
  admin: z.object({ email: emailAddress() }),
  tags: z.array(z.enum(['a', 'b'])).min(1).max(2),
  count: z.int().max(10).optional(),
})
const good = { name: 'Ada', nick: null, admin: { email: 'ada@mail.example' }, tags: ['a'] }

test('good input comes back as the schema makes it', () => {
  expect(parseInput(person, { ...good, name: '\n  A\u0308  b ', nick: '  ' })).toEqual({ ...good, name: 'Ä b' })
  expect(parseInput(optionalLine(5), undefined)).toBeNull()
  expect(parseInput(absent(z.int()), undefined)).toBeNull()
})

test('every bad field is named at once, by its path in the input', () => {
  const { code, message, fields } = mistakes(person, { name: '', nick: 'too long', admin: { email: 'x' }, tags: ['c'], count: 11 })
  expect(code).toBe('BAD_USER_INPUT')
  expect(message).toBe('Some fields need another value.')
  expect(fields).toEqual([
    { path: ['name'], code: 'REQUIRED', message: 'Please fill this in.' },
    { path: ['nick'], code: 'TOO_LONG', message: 'Use at most 5 characters.' },
    { path: ['admin', 'email'], code: 'INVALID', message: 'This does not look like an e-mail address.' },
    { path: ['tags', '0'], code: 'INVALID', message: 'Choose one of the values offered.' },
    { path: ['count'], code: 'INVALID', message: 'Use at most 10.' },
  ])
})

test('what is missing or of another kind is said in words', () => {
  expect(mistakes(person, { ...good, name: undefined, admin: 7, tags: [] }).fields).toEqual([
    { path: ['name'], code: 'REQUIRED', message: 'Please fill this in.' },
    { path: ['admin'], code: 'INVALID', message: 'This has the wrong form.' },
    { path: ['tags'], code: 'REQUIRED', message: 'Choose at least 1.' },
  ])
})

test('one bad field lends its words to the whole', () => {
  expect(mistakes(person, { ...good, name: ' ' }).message).toBe('Please fill this in.')
})

test('fields nobody asked for are refused by name, cut to 64 characters', () => {
  const { fields } = mistakes(person, { ...good, role: 'ADMIN', ['x'.repeat(100)]: 1 })
  expect(fields.map(field => field.code)).toEqual(['UNKNOWN_FIELD', 'UNKNOWN_FIELD'])
  expect(fields.map(field => field.path[0]!.length)).toEqual([4, 64])
})

test('a room\'s own code stays its own', () => {
  const schema = z.object({ slug: z.string().superRefine((_, context) => refuse(context, [], 'RESERVED', 'Taken by us.')) })
  expect(mistakes(schema, { slug: 'www' }).fields).toEqual([{ path: ['slug'], code: 'RESERVED', message: 'Taken by us.' }])
})

test('length is counted in letters, not in halves of them', () => {
  expect(parseInput(line(3), '🏫🏫🏫')).toBe('🏫🏫🏫')
  expect(mistakes(line(2), '🏫🏫🏫').fields[0]!.code).toBe('TOO_LONG')
})

test.each([['NUL', 'a\0b'], ['tab', 'a\tb'], ['line end', 'a\nb'], ['escape', 'a\x1Bb'], ['right-to-left override', 'a\u202Eb'], ['isolate', 'a\u2066b'], ['zero-width space', 'a\u200Bb'], ['lone surrogate', 'a\uD800b'], ['private use', 'a\uE000b'], ['soft hyphen', 'a\u00ADb']])('%s is refused', (_, text) => {
  expect(mistakes(line(10), text).fields).toEqual([{ path: [], code: 'INVALID', message: 'Use letters, digits and signs that can be seen.' }])
})

test.each(['François', 'O’Neill', '山田太郎', 'نیلوفر\u200Cها', 'क्षि\u200Dका', 'Nguyễn Thị', 'Łukasz-Żak'])('%s is a name', (name) => {
  expect(parseInput(line(50), name)).toBe(name.normalize('NFC'))
})

test('whatever passes is one clean line that fits', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
    const result = line(20).safeParse(text)
    if (result.success) {
      expect(result.data).toBe(result.data.trim().normalize('NFC'))
      expect(result.data).not.toMatch(/[\p{Cc}\p{Cs}\u202A-\u202E]/u)
      expect([...result.data].length).toBeLessThanOrEqual(20)
      expect(result.data).not.toBe('')
    }
  }))
})

test('no message repeats what was sent', () => {
  const secret = 'hunter2hunter2'
  for (const schema of [line(3), emailAddress(), z.enum(['a']), z.int(), z.iso.date(), z.uuid(), z.array(z.string()), z.literal('x'), z.union([z.int(), z.boolean()])])
    expect(JSON.stringify(mistakes(schema, secret))).not.toContain(secret)
})
