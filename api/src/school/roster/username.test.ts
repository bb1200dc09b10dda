import { expect, test } from 'vitest'
import { freeUsername, usernameStem } from './username.ts'

test.each([
  ['Ada', 'Lovelace', 'ada.lovelace'],
  ['Zoë', 'O’Neill-Smith', 'zoe.o.neill.smith'],
  ['Jean  Luc', 'd\'Arc', 'jean.luc.d.arc'],
  ['太郎', '山田', '太郎.山田'],
  ['नरेंद्र', 'मोदी', 'नरेंद्र.मोदी'],
  ['İpek', 'Ünal', 'ipek.unal'],
  ['–', '…', 'user'],
])('%s %s becomes %s', (givenName, familyName, stem) => {
  expect(usernameStem(givenName, familyName)).toBe(stem)
})

test('a name of letters that fall into many still fits', () => {
  expect([...usernameStem('\uFDFA'.repeat(100), 'Long')].length).toBeLessThanOrEqual(200)
})

test('an address is used as it is, in small letters, and only once', () => {
  expect(freeUsername('Ada@Mail.example', 'ada', new Set())).toBe('ada@mail.example')
  expect(freeUsername('Ada@Mail.example', 'ada', new Set(['ada@mail.example']))).toBe('ada')
})

test('a name is numbered from 2 and fills gaps', () => {
  expect(freeUsername(null, 'ada', new Set(['ada', 'ada.2', 'ada.4']))).toBe('ada.3')
})
