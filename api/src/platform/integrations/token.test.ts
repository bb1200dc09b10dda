import { expect, test } from 'vitest'
import { hashOf, mintToken, prefixOf } from './token.ts'

test('a key names itself, and is unlike any other', () => {
  const minted = Array.from({ length: 200 }, mintToken)
  for (const { token, prefix, lastFour, hash } of minted) {
    expect(token).toMatch(/^hmr_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/)
    expect(prefixOf(token)).toBe(prefix)
    expect(token.startsWith(`${prefix}_`) && token.endsWith(lastFour)).toBe(true)
    expect(hash).toEqual(hashOf(token))
  }
  expect(new Set(minted.map(({ prefix }) => prefix)).size).toBe(200)
})

test('a typo is known without asking anybody', () => {
  const { token } = mintToken()
  for (let place = 'hmr_live_'.length; place < token.length; place++) {
    const other = token[place] === 'x' ? 'y' : 'x'
    expect(prefixOf(token.slice(0, place) + other + token.slice(place + 1))).toBeUndefined()
  }
  for (const typo of ['', token.slice(1), token.slice(0, -1), `${token}x`, ` ${token}`, `${token} `, token.toLowerCase(), token.toUpperCase(), token.replace('live', 'test')])
    expect(prefixOf(typo)).toBeUndefined()
})
