import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { NewSecondFactor, SecondFactor } from './second-factor.ts'
import { randomUUID } from 'node:crypto'
import { UniqueConstraintViolationException } from '@mikro-orm/core'
import { z } from 'zod'
import { requestMail } from '../../mail/mail.job.ts'
import { Conflict, invalidField, NotFound } from '../../shared/errors.ts'
import { bySystem } from '../../shared/trail.ts'
import { emailAddress, line, parseInput } from '../../shared/validate.ts'
import { concerning, recordAll } from './account-trail.ts'
import { Account } from './account.entity.ts'
import { endSessions } from './end-sessions.ts'
import { hashPassword, refusePassword } from './password.ts'

const newSuperadmin = z.strictObject({
  email: emailAddress(),
  name: line(200),
  password: z.string(),
  /** Base32, at least the 128 bits of RFC 4226. */
  totpSecret: z.string().regex(/^[A-Z2-7]{26,128}=*$/i, '--totp-secret must be base32 of at least 16 bytes: 26 letters A to Z and digits 2 to 7.').optional(),
})

/** The operator's people, as the owner's command makes and ends them: no request may write what makes one. */
export class SuperadminsService {
  constructor(private readonly parts: { platform: Platform, jobs: JobSender, secondFactor: SecondFactor }) {}

  /** A new account, which belongs to no school and never will. `secondFactor`: with one that is confirmed already. */
  async create(input: z.input<typeof newSuperadmin>, secondFactor: boolean): Promise<NewSecondFactor | undefined> {
    const { email, name, password, totpSecret } = parseInput(newSuperadmin, input)
    const refusal = await refusePassword(password, [email, name])
    if (refusal)
      throw invalidField(['password'], 'WEAK_PASSWORD', refusal)
    const id = randomUUID()
    const factor = secondFactor || totpSecret ? this.parts.secondFactor.create({ id, email }, totpSecret) : undefined
    const passwordHash = await hashPassword(password)
    const now = new Date()
    await this.parts.platform.transaction(async (db) => {
      db.create(Account, { id, email, name, passwordHash, superadmin: true, createdAt: now, credentialsChangedAt: now, emailVerifiedAt: now, ...(factor && { totpSecret: factor.sealed, totpConfirmedAt: now }) })
      await db.flush()
      await recordAll(db, [[null, { action: 'superadmin.created', subject: { type: 'account', id }, details: { secondFactor: Boolean(factor) } }]], bySystem)
    }).catch((error: unknown) => {
      // An account that has signed in as somebody's member stays one.
      throw error instanceof UniqueConstraintViolationException ? new Conflict(`${email} has an account already. Give a superadmin an address of their own.`) : error
    })
    return factor
  }

  list(): Promise<Account[]> {
    return this.parts.platform.fork().find(Account, { superadmin: true }, { orderBy: { createdAt: 'asc' } })
  }

  /** Ends a superadmin's sessions and lets none begin. */
  async disable(email: string): Promise<void> {
    await this.#change(email, 'and superadmin and disabled_at is null', async (db, id) => {
      await db.nativeUpdate(Account, { id }, { disabledAt: new Date() })
      const ended = await endSessions(db, id, {}, 'ENDED')
      await recordAll(db, [...ended, [null, { action: 'superadmin.disabled', subject: { type: 'account', id } }]], bySystem)
    })
  }

  async enable(email: string): Promise<void> {
    await this.#change(email, 'and superadmin and disabled_at is not null', async (db, id) => {
      await db.nativeUpdate(Account, { id }, { disabledAt: null })
      await recordAll(db, [[null, { action: 'superadmin.enabled', subject: { type: 'account', id } }]], bySystem)
    })
  }

  /** For whoever has lost the authenticator, members too: it is gone, all sessions end, and the person is told. */
  async resetSecondFactor(email: string): Promise<void> {
    await this.#change(email, 'and totp_secret is not null', async (db, id) => {
      await db.nativeUpdate(Account, { id }, { totpSecret: null, totpConfirmedAt: null, totpLastStep: null, credentialsChangedAt: new Date() })
      const ended = await endSessions(db, id, {}, 'SECOND_FACTOR_CHANGED')
      await requestMail(db, this.parts.jobs, { kind: 'SECOND_FACTOR_CHANGED', id })
      await recordAll(db, [...ended, ...await concerning(db, id, { action: 'account.secondFactorReset' })], bySystem)
    })
  }

  async #change(email: string, which: string, change: (db: PlatformDb, id: string) => Promise<void>): Promise<void> {
    await this.parts.platform.transaction(async (db) => {
      const [row] = await db.execute<{ id: string }[]>(`select id from platform.account where lower(email) = lower(?) ${which} for update`, [email.trim().normalize('NFC')])
      if (!row)
        throw new NotFound(`An account ${email} for which there is something to change`)
      await change(db, row.id)
    })
  }
}
