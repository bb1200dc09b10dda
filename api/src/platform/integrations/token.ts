import type { Buffer } from 'node:buffer'
import { createHash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * `hmr_live_`, or `hmr_test_` for a test school's, + 12 characters that name the key + `_` + 32 that are its secret (190 bits) + 6 of CRC-32 over all before.
 * Letters and digits alone, so that a double click takes it whole and scanners for secrets know it.
 */
const form = /^(hmr_(?:live|test)_[0-9A-Za-z]{12})_[0-9A-Za-z]{38}$/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export interface Minted {
  /** The key itself: shown once and kept nowhere. */
  readonly token: string
  /** What names it in lists and finds its row. */
  readonly prefix: string
  readonly lastFour: string
  readonly hash: Buffer
}

/** A new key of a school, or of a test school. */
export function mintToken(test = false): Minted {
  const prefix = `hmr_${test ? 'test' : 'live'}_${randomText(12)}`
  const unsigned = `${prefix}_${randomText(32)}`
  const token = unsigned + checksum(unsigned)
  return { token, prefix, lastFour: token.slice(-4), hash: hashOf(token) }
}

/** The prefix of a token that could have been given out; undefined for a typo, which no database needs to be asked about. */
export function prefixOf(token: string): string | undefined {
  const prefix = form.exec(token)?.[1]
  return prefix && token.slice(-6) === checksum(token.slice(0, -6)) ? prefix : undefined
}

/** Whether a token means to be an API key rather than a session's. */
export function looksLikeKey(token: string): boolean {
  return token.startsWith('hmr_')
}

/** All that is kept of a token. Of 190 random bits no slow hash is needed. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function randomText(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let place = 0; place < 6; place++) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
