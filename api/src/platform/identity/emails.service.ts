import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import { requestMail } from '../../mail/mail.job.ts'
import { hashOfLink, linkInvalid } from './account-token.ts'
import { concerning, recordAll, trailOfAccount } from './account-trail.ts'
import { Account } from './account.entity.ts'

export class EmailsService {
  constructor(private readonly platform: Platform, private readonly jobs: JobSender) {}

  /** Sends the link once more; nothing where the address is confirmed. */
  async requestVerification(accountId: string): Promise<void> {
    await this.platform.transaction(db => requestMail(db, this.jobs, { kind: 'EMAIL_VERIFICATION', id: accountId }))
  }

  /** Confirms an address by its link. It changes something once, and may be opened again while it is valid. */
  async verify(token: string, requestId: string): Promise<void> {
    await this.platform.transaction(async (db) => {
      const [link] = await db.execute<{ account_id: string }[]>(`
        update platform.account_token set used_at = coalesce(used_at, now())
        where token_hash = ? and kind = 'EMAIL_VERIFICATION' and expires_at > now() returning account_id`, [hashOfLink(token)])
      if (!link)
        throw linkInvalid()
      const confirmed = await db.nativeUpdate(Account, { id: link.account_id, emailVerifiedAt: null }, { emailVerifiedAt: new Date() })
      if (confirmed === 0)
        return
      const account = await db.findOneOrFail(Account, { id: link.account_id })
      await recordAll(db, await concerning(db, account.id, { action: 'account.emailVerified' }), trailOfAccount(account, requestId))
    })
  }
}
