import type { Limits } from '../../access/limits.ts'
import type { SignedIn } from '../../access/signed-in.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Asking, ProofService } from './proof.service.ts'
import type { NewSecondFactor, SecondFactor } from './second-factor.ts'
import { LockMode } from '@mikro-orm/core'
import { z } from 'zod'
import { requestMail } from '../../mail/mail.job.ts'
import { Conflict, Forbidden, invalidField } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { concerning, recordAll, trailOfAccount } from './account-trail.ts'
import { Account } from './account.entity.ts'
import { endSessions } from './end-sessions.ts'

const removeInput = z.strictObject({ password: z.string().max(1000), totp: z.string().max(20) })

export class SecondFactorService {
  constructor(private readonly parts: { platform: Platform, jobs: JobSender, limits: Limits, proof: ProofService, secondFactor: SecondFactor }) {}

  /** A new secret for an authenticator; it counts once a first code has come back. One that was not confirmed is replaced. */
  async start({ accountId }: SignedIn): Promise<NewSecondFactor> {
    return this.parts.platform.transaction(async (db) => {
      const account = await this.#unconfirmed(db, accountId)
      const factor = this.parts.secondFactor.create(account)
      Object.assign(account, { totpSecret: factor.sealed, totpLastStep: null })
      return factor
    })
  }

  /** Takes the first code: from now on signing in needs one. All other sessions end. */
  async confirm({ accountId, sessionId }: SignedIn, totp: string, requestId: string): Promise<void> {
    const { platform, limits, secondFactor } = this.parts
    await limits.count('secondFactor', accountId)
    await platform.transaction(async (db) => {
      const account = await this.#unconfirmed(db, accountId)
      if (!await secondFactor.accept(db, account, totp))
        throw invalidField(['totp'], 'WRONG_CODE', account.totpSecret ? 'This code is wrong. Codes change every 30 seconds.' : 'Set the authenticator up first.')
      await this.#changed(db, account, { totpConfirmedAt: new Date() }, sessionId, 'account.secondFactorEnrolled', requestId)
    })
    await limits.giveBack('secondFactor', accountId)
  }

  /** Signing in needs the password alone again. All other sessions end. Superadmins keep theirs. */
  async remove({ kind, accountId, sessionId }: SignedIn, input: unknown, asking: Asking): Promise<void> {
    if (kind === 'superadmin')
      throw new Forbidden('A superadmin needs a second factor.')
    const proof = parseInput(removeInput, input)
    await this.parts.proof.again(accountId, { ...proof, passwordField: 'password' }, asking, async (db, account) => {
      if (!account.totpConfirmedAt)
        throw new Conflict('There is no second factor.')
      await this.#changed(db, account, { totpSecret: null, totpConfirmedAt: null, totpLastStep: null }, sessionId, 'account.secondFactorRemoved', asking.requestId)
    })
  }

  async #unconfirmed(db: PlatformDb, accountId: string): Promise<Account> {
    const account = await db.findOneOrFail(Account, { id: accountId }, { lockMode: LockMode.PESSIMISTIC_WRITE })
    if (account.totpConfirmedAt)
      throw new Conflict('There is a second factor already.')
    return account
  }

  async #changed(db: PlatformDb, account: Account, columns: Partial<Account>, sessionId: string, action: string, requestId: string | undefined): Promise<void> {
    await db.nativeUpdate(Account, { id: account.id }, { ...columns, credentialsChangedAt: new Date() })
    const ended = await endSessions(db, account.id, { except: sessionId }, 'SECOND_FACTOR_CHANGED')
    await requestMail(db, this.parts.jobs, { kind: 'SECOND_FACTOR_CHANGED', id: account.id })
    await recordAll(db, [...ended, ...await concerning(db, account.id, { action })], trailOfAccount(account, requestId))
  }
}
