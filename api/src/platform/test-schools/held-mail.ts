import type { Platform } from '../../database/platform-db.ts'

/** A mail that a test school would have sent. */
export interface HeldMail {
  readonly id: string
  readonly kind: string
  readonly recipient: string
  readonly subject: string
  readonly paragraphs: readonly string[]
  readonly at: Date
}

/** The last of them; more than anybody reads. */
const mostShown = 100

export async function heldMailsOf(platform: Platform, tenantId: string): Promise<HeldMail[]> {
  const rows = await platform.query<Omit<HeldMail, 'at'> & { at: string }>(`
    select id, kind, recipient, subject, paragraphs, at from platform.held_mail where tenant_id = $1 order by at desc, id desc limit ${mostShown}`, [tenantId])
  return rows.map(({ at, ...row }) => ({ ...row, at: new Date(at) }))
}
