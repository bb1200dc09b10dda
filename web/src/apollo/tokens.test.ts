import { expect, test } from 'vitest'
import { createTokens } from './tokens.ts'

const grant = (accessToken: string, endsAt: number) => ({ accessToken, expiresAt: new Date(endsAt).toISOString() })

test('callers at the same moment share one renewal', async () => {
  let asked = 0
  const tokens = createTokens(async () => grant(`t${++asked}`, 1e12))
  expect(await Promise.all([tokens.renew(), tokens.renew(), tokens.fresh()])).toEqual(['t1', 't1', 't1'])
  expect(await tokens.fresh()).toBe('t1')
  expect(asked).toBe(1)
})

test('a token is renewed shortly before its end, and not again and again when the clock is wrong', async () => {
  let now = 0
  let asked = 0
  const tokens = createTokens(async () => grant(`t${++asked}`, 0), () => now)
  tokens.hold(grant('t0', 60_000))
  expect(await tokens.fresh()).toBe('t0')
  now = 45_000
  expect(await tokens.fresh()).toBe('t1')
  now = 50_000
  expect(await tokens.fresh()).toBe('t1')
  expect(asked).toBe(1)
})

test('a refused renewal leaves nobody signed in; a failed one leaves the token as it was', async () => {
  let now = 0
  const refused = createTokens(async () => undefined, () => now)
  refused.hold(grant('old', 30_000))
  now = 15_000
  expect(await refused.fresh()).toBeUndefined()

  now = 0
  const offline = createTokens(async () => { throw new TypeError('Failed to fetch') }, () => now)
  offline.hold(grant('old', 30_000))
  now = 15_000
  expect(await offline.fresh()).toBe('old')
})
