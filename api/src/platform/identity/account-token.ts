import type { PlatformDb } from '../../database/platform-db.ts'
import { createHash } from 'node:crypto'
import { Invalid } from '../../shared/errors.ts'

/** What a link in a mail proves. */
export type LinkKind = 'PASSWORD_RESET' | 'EMAIL_VERIFICATION'

/** How long each works, in hours after its mail was sent. */
export const linkHours: Readonly<Record<LinkKind, number>> = { PASSWORD_RESET: 1, EMAIL_VERIFICATION: 72 }

/** As a link's secret is stored. */
export function hashOfLink(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Whose link this is, while it works. */
export async function ownerOfLink(db: PlatformDb, kind: LinkKind, secret: string): Promise<string | undefined> {
  const [row] = await db.execute<{ account_id: string }[]>(`
    select account_id from platform.account_token where token_hash = ? and kind = ? and used_at is null and expires_at > now()`, [hashOfLink(secret), kind])
  return row?.account_id
}

/** Uses a link up in the transaction of `db`, together with every other of its kind that the account has; false where that was done before. */
export async function redeemLink(db: PlatformDb, kind: LinkKind, secret: string, accountId: string): Promise<boolean> {
  const used = await db.execute<{ token_hash: Uint8Array }[]>(`
    update platform.account_token set used_at = now() where account_id = ? and kind = ? and used_at is null and expires_at > now() returning token_hash`, [accountId, kind])
  const hash = hashOfLink(secret)
  return used.some(({ token_hash }) => hash.equals(token_hash))
}

/** Unknown, used and expired answer alike. */
export function linkInvalid(): Invalid {
  return new Invalid('This link does not work any more. Please ask for a new one.', { code: 'LINK_INVALID' })
}
