import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** That somebody asks as one of the school's keys: under which session, and until when. */
export interface Exploration {
  readonly keyId: string
  readonly sessionId: string
  readonly writing: boolean
  readonly expiresAt: Date
}

const mark = 'hmr_explorer_'
const signatureBytes = 32
/** Ours have about 200 characters. */
const longest = 400
const form = z.tuple([z.uuid(), z.uuid(), z.boolean(), z.int()])

/**
 * Tokens of the explorer: signed under a key derived from SECRET_KEY, and kept nowhere. What one says is looked up with
 * every use, so it ends with its session, with its key, and with its own time, whichever is first.
 */
export class ExplorerTokens {
  readonly #secret: Uint8Array

  constructor(secretKey: string) {
    this.#secret = new Uint8Array(hkdfSync('sha256', Buffer.from(secretKey, 'base64'), Buffer.alloc(0), 'homeroom explorer', 32))
  }

  sign({ keyId, sessionId, writing, expiresAt }: Exploration): string {
    const text = Buffer.from(JSON.stringify([keyId, sessionId, writing, expiresAt.getTime()]))
    return mark + Buffer.concat([this.#signature(text), text]).toString('base64url')
  }

  /** What a token says; undefined for one that is not ours, or over. */
  read(token: string): Exploration | undefined {
    if (!isExplorerToken(token) || token.length > longest)
      return undefined
    const bytes = Buffer.from(token.slice(mark.length), 'base64url')
    const [signed, text] = [bytes.subarray(0, signatureBytes), bytes.subarray(signatureBytes)]
    if (signed.length < signatureBytes || !timingSafeEqual(signed, this.#signature(text)))
      return undefined
    const [keyId, sessionId, writing, end] = form.parse(JSON.parse(text.toString('utf8')))
    return end > Date.now() ? { keyId, sessionId, writing, expiresAt: new Date(end) } : undefined
  }

  #signature(text: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest()
  }
}

export function isExplorerToken(token: string): boolean {
  return token.startsWith(mark)
}
