import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** One for the process, since it is the same for every list; until compose.ts gives it, cursors are good for this process alone. */
let key: Uint8Array = randomBytes(32)

/** Signs cursors under a key derived from SECRET_KEY (32 bytes in base64): every process that has it takes them. */
export function signCursorsWith(secretKey: string): void {
  key = new Uint8Array(hkdfSync('sha256', Buffer.from(secretKey, 'base64'), Buffer.alloc(0), 'homeroom cursors', 32))
}

const signatureBytes = 16
/** A family name in a cursor has at most 100 letters; longer than this is none of ours. */
const longest = 4_000

/** A cursor for the row with these sort keys, good for this list alone: its school, filter and order are signed with it. */
export function sealCursor(list: unknown, keys: readonly string[]): string {
  const text = Buffer.from(JSON.stringify(keys))
  return Buffer.concat([signature(list, text), text]).toString('base64url')
}

const keysForm = z.array(z.string())

/** The sort keys of a cursor of this list; undefined for anything else. */
export function openCursor(cursor: string, list: unknown): readonly string[] | undefined {
  if (cursor.length > longest || !/^[\w-]+$/.test(cursor))
    return undefined
  const bytes = Buffer.from(cursor, 'base64url')
  const [signed, text] = [bytes.subarray(0, signatureBytes), bytes.subarray(signatureBytes)]
  // Letters that stand for the same bytes are another cursor all the same.
  if (signed.length < signatureBytes || bytes.toString('base64url') !== cursor || !timingSafeEqual(signed, signature(list, text)))
    return undefined
  return keysForm.parse(JSON.parse(text.toString('utf8')))
}

function signature(list: unknown, text: Uint8Array): Buffer {
  // The list is JSON, which holds no NUL: where it ends is plain.
  return createHmac('sha256', key).update(JSON.stringify(list)).update('\0').update(text).digest().subarray(0, signatureBytes)
}
