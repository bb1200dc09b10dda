import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Asking, ProofService } from './proof.service.ts'
import { randomUUID } from 'node:crypto'
import { LockMode } from '@mikro-orm/core'
import { z } from 'zod'
import { requestMail } from '../../mail/mail.job.ts'
import { invalidField, RateLimited } from '../../shared/errors.ts'
import { emailAddress, parseInput } from '../../shared/validate.ts'
import { linkInvalid, ownerOfLink, redeemLink } from './account-token.ts'
import { concerning, recordAll, trailOfAccount } from './account-trail.ts'
import { Account } from './account.entity.ts'
import { endSessions } from './end-sessions.ts'
import { hashPassword, refusePassword } from './password.ts'

const changeInput = z.strictObject({ currentPassword: z.string().max(1000), newPassword: z.string() })
const requestInput = z.strictObject({ email: emailAddress() })
const resetInput = z.strictObject({ token: z.string(), password: z.string() })

export class PasswordsService {
  constructor(private readonly parts: { platform: Platform, jobs: JobSender, limits: Limits, proof: ProofService }) {}

  /** Changes the password of somebody who is signed in and knows the present one. All other sessions end. */
  async change({ accountId, sessionId }: { accountId: string, sessionId: string }, input: unknown, asking: Asking): Promise<void> {
    const { currentPassword, newPassword } = parseInput(changeInput, input)
    const account = await this.parts.platform.fork().findOneOrFail(Account, { id: accountId })
    const passwordHash = await fitHash(newPassword, account, 'newPassword')
    await this.parts.proof.again(accountId, { password: currentPassword, passwordField: 'currentPassword' }, asking, async (db) => {
      await db.nativeUpdate(Account, { id: accountId }, { passwordHash, credentialsChangedAt: new Date() })
      // A link that is under way was asked for by whoever knew the old password, or did not: it is of no more use.
      await db.execute('update platform.account_token set used_at = now() where account_id = ? and kind = \'PASSWORD_RESET\' and used_at is null', [accountId])
      const ended = await endSessions(db, accountId, { except: sessionId }, 'PASSWORD_CHANGED')
      await requestMail(db, this.parts.jobs, { kind: 'PASSWORD_CHANGED', id: accountId })
      const changed = await concerning(db, accountId, { action: 'account.passwordChanged' })
      await recordAll(db, [...ended, ...changed], trailOfAccount(account, asking.requestId))
    })
  }

  /** Has a link sent to the account with this address. An address without one costs the same work: its job finds nobody. */
  async requestReset(address: string): Promise<void> {
    const { email } = parseInput(requestInput, { email: address })
    try {
      await this.parts.limits.count('passwordResetMail', email.toLowerCase())
    }
    catch (error) {
      // Enough mails are on their way to this mailbox; whoever asks need not know whether there is one.
      if (error instanceof RateLimited)
        return
      throw error
    }
    await this.parts.platform.transaction(async (db) => {
      const [row] = await db.execute<{ id: string }[]>('select id from platform.account where lower(email) = lower(?)', [email])
      await requestMail(db, this.parts.jobs, { kind: 'PASSWORD_RESET', id: row?.id ?? randomUUID() })
    })
  }

  /**
   * Sets a new password by the link of a mail, once. All sessions end. Whoever reads the mailbox owns the address:
   * where nobody had shown that before, a second factor goes too, since it may be somebody else's.
   */
  async reset(input: unknown, { requestId }: Pick<Asking, 'requestId'>): Promise<void> {
    const { token, password } = parseInput(resetInput, input)
    const { platform, jobs } = this.parts
    const outside = platform.fork()
    const accountId = await ownerOfLink(outside, 'PASSWORD_RESET', token)
    if (!accountId)
      throw linkInvalid()
    const passwordHash = await fitHash(password, await outside.findOneOrFail(Account, { id: accountId }), 'password')
    await platform.transaction(async (db) => {
      // Taken first: of two links at once the second finds itself used up.
      const account = await db.findOneOrFail(Account, { id: accountId }, { lockMode: LockMode.PESSIMISTIC_WRITE })
      if (account.disabledAt || !await redeemLink(db, 'PASSWORD_RESET', token, accountId))
        throw linkInvalid()
      const firstProof = !account.emailVerifiedAt
      const now = new Date()
      Object.assign(account, { passwordHash, credentialsChangedAt: now, emailVerifiedAt: account.emailVerifiedAt ?? now })
      if (firstProof && !account.superadmin)
        Object.assign(account, { totpSecret: null, totpConfirmedAt: null, totpLastStep: null })
      await db.flush()
      const ended = await endSessions(db, accountId, {}, 'PASSWORD_CHANGED')
      await requestMail(db, jobs, { kind: 'PASSWORD_CHANGED', id: accountId })
      const changed = await concerning(db, accountId, { action: 'account.passwordReset', details: { addressVerified: firstProof } })
      await recordAll(db, [...ended, ...changed], trailOfAccount(account, requestId))
    })
  }
}

/** The hash of a password that will do for this person. */
async function fitHash(password: string, { name, email }: Account, field: string): Promise<string> {
  const refusal = await refusePassword(password, [name, email])
  if (refusal)
    throw invalidField([field], 'WEAK_PASSWORD', refusal)
  return hashPassword(password)
}
