import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { keptFile } from './kept-file.ts'

/** Keeps a few bytes secret at rest: whoever has the table alone has nothing. */
export interface Seal {
  /** `about` is what the bytes belong to, such as a row's id: sealed for one, they cannot be opened for another. */
  readonly close: (plain: Uint8Array, about: string) => Buffer
  /** Throws where the bytes were changed, moved to another row or sealed under another key. */
  readonly open: (sealed: Uint8Array, about: string) => Buffer
}

const form = 1
const [nonceBytes, tagBytes] = [12, 16]

/** AES-256-GCM under a key of its own for each purpose, derived from SECRET_KEY: 32 bytes in base64. */
export function openSeal(secretKey: string, purpose: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', Buffer.from(secretKey, 'base64'), Buffer.alloc(0), `homeroom ${purpose}`, 32))
  return {
    close(plain, about) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(about))
      const text = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([Buffer.of(form), nonce, cipher.getAuthTag(), text])
    },
    open(sealed, about) {
      const bytes = Buffer.from(sealed)
      if (bytes[0] !== form)
        throw new Error('This was sealed in a form that is not known here.')
      const [nonce, tag, text] = [bytes.subarray(1, 1 + nonceBytes), bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes), bytes.subarray(1 + nonceBytes + tagBytes)]
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(about)).setAuthTag(tag)
      return Buffer.concat([decipher.update(text), decipher.final()])
    },
  }
}

/** 32 random bytes in base64. */
export function newSecretKey(): string {
  return randomBytes(32).toString('base64')
}

/** The key kept in `dataDir`, made at the first start. */
export function keepSecretKey(dataDir: string): string {
  return keptFile(join(dataDir, 'secret-key'), newSecretKey)
}
