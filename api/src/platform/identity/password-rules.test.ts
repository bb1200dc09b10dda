import { dictionary } from '@zxcvbn-ts/language-common'
import { describe, expect, test } from 'vitest'
import { hashPassword, passwordMatches, refusePassword, refusePasswordLength } from './password.ts'

describe('a new password', () => {
  test.each([
    ['9 letters', 'x'.repeat(9), false],
    ['10 letters', 'x'.repeat(10), true],
    ['10 letters of two halves each', '\u{1F980}'.repeat(10), true],
    ['64 letters', 'x'.repeat(64), true],
    ['128 letters', 'x'.repeat(128), true],
    ['129 letters', 'x'.repeat(129), false],
  ])('of %s', (_, password, fits) => {
    expect(refusePasswordLength(password) === undefined).toBe(fits)
  })

  test.each([
    ['small letters only', 'correcthorsebatterystaple'],
    ['digits only', '730264918350274'],
    ['signs only', '}|~^`{<%&*-_=+'],
    ['another alphabet', 'правильнаялошадь'],
    ['signs beyond the first plane', '\u{1F980}\u{1F9A7}\u{1F30B}\u{1FA81}\u{1F9ED}\u{1F6F6}\u{1F9C0}\u{1F3BB}\u{1FAB2}\u{1F5FF}'],
    ['spaces, at its ends too', ' walrus oboe tundra '],
    ['a sentence', 'ledger marmot violin harbour anvil cobweb lantern quarry mitten bramble otter gravel tulip bassoon'],
  ])('may be made of any characters: %s', async (_, password) => {
    expect(await refusePassword(password, [])).toBeUndefined()
  })

  test('is none of those that leaks show to be used most', async () => {
    const long = dictionary['passwords-common'].map(String).filter(password => refusePasswordLength(password) === undefined)
    expect(long.length).toBeGreaterThan(1_500)
    // Each takes its time: one in twenty, from the most used to the least.
    const some = long.filter((_, place) => place % 20 === 0)
    const accepted = await Promise.all(some.map(async password => await refusePassword(password, []) === undefined && password))
    expect(accepted.filter(Boolean)).toEqual([])
  })

  test.each([
    ['the school', 'Grünhaldensee', 'Grünhaldensee'],
    ['the school, with a year', 'Grünhaldensee', 'Grünhaldensee1987'],
    ['a word of the school', 'Grünhaldensee Gymnasium', 'grünhaldensee'],
    ['the person', 'Zbigniewska', 'zbigniewska9'],
    ['the e-mail address', 'qwolfram.tz@grunhalden.example', 'qwolfram.tz@grunhalden.example'],
    ['a part of the e-mail address', 'qwolframtz@grunhalden.example', 'grunhalden1'],
  ])('is not named after %s', async (_, known, password) => {
    expect(await refusePassword(password, [])).toBeUndefined() // whoever does not know the words would take it
    expect(await refusePassword(password, [known])).toMatch(/easy to guess/)
  })
})

describe('a password is taken as it was given', () => {
  const password = 'Walrus oboe Tundra '

  test.each([
    ['the same', password, true],
    ['in small letters', password.toLowerCase(), false],
    ['without the space at its end', password.trim(), false],
    ['cut by its last letters', password.slice(0, -2), false],
    ['with more behind it', `${password}x`, false],
  ])('%s', async (_, given, matches) => {
    expect(await passwordMatches(await hashPassword(password), given)).toBe(matches)
  })

  test('to its 128th letter', async () => {
    const hash = await hashPassword(`${'walrus oboe tundra '.repeat(6)}lantern quarry`)
    expect(await passwordMatches(hash, `${'walrus oboe tundra '.repeat(6)}lantern quarry`)).toBe(true)
    expect(await passwordMatches(hash, `${'walrus oboe tundra '.repeat(6)}lantern quarrx`)).toBe(false)
  })
})
