import type { Limits } from '../../access/limits.ts'
import type { Client } from '../../access/request-context.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { Log } from '../../shared/log.ts'
import type { SecondFactor } from './second-factor.ts'
import { ExpectedError, invalidField, Unauthenticated } from '../../shared/errors.ts'
import { concerning, recordAll } from './account-trail.ts'
import { Account } from './account.entity.ts'
import { decoyHash, passwordMatches } from './password.ts'

export interface Credentials { readonly email: string, readonly password: string, readonly totp?: string | null }

/** What is done once somebody has shown who they are, in the same transaction. */
export type Enter<T> = (db: PlatformDb, account: Account) => Promise<T>

/** Who asks, and in which request. */
export interface Asking { readonly client: Pick<Client, 'address'>, readonly requestId?: string }

interface Claim {
  readonly account: Account | null
  readonly email: string
  readonly password: string
  /** Undefined where the password alone will do. */
  readonly totp?: string | null
  readonly refuse: (what: 'password' | 'totp') => ExpectedError
}

const wrong = { password: 'WRONG_PASSWORD', totp: 'WRONG_CODE', credentials: 'INVALID_CREDENTIALS' } as const

/** Passwords and second factors, looked at in one place, so that guessing is slowed the same way everywhere. */
export class ProofService {
  constructor(private readonly parts: { platform: Platform, limits: Limits, secondFactor: SecondFactor, log: Log }) {
    // Made beforehand: the first unknown address must not take longer than the others.
    decoyHash().catch(() => {})
  }

  /**
   * Shows by e-mail, password and, where the account has one, second factor who somebody is, and runs `enter`.
   * Unknown, wrong and disabled are one answer after the same work.
   */
  async byCredentials<T>(credentials: Credentials, asking: Asking, enter: Enter<T>): Promise<T> {
    const account = await this.findAccount(credentials.email)
    const refuse = () => new Unauthenticated('E-mail or password is wrong.', { code: wrong.credentials })
    return this.#prove({ account, ...credentials, totp: credentials.totp ?? null, refuse }, asking, enter)
  }

  /** Somebody who is signed in shows it again. Wrong values are errors of their fields. */
  async again<T>(accountId: string, proof: { password: string, totp?: string | null, passwordField: string }, asking: Asking, enter: Enter<T>): Promise<T> {
    const account = await this.parts.platform.fork().findOneOrFail(Account, { id: accountId })
    const refuse = (what: 'password' | 'totp') => what === 'password'
      ? invalidField([proof.passwordField], wrong.password, 'This is not your password.')
      : invalidField(['totp'], wrong.totp, 'This code is wrong, or was used before.')
    return this.#prove({ account, email: account.email, ...proof, refuse }, asking, enter)
  }

  /** The account with this e-mail, however it is written. */
  async findAccount(email: string): Promise<Account | null> {
    const db = this.parts.platform.fork()
    const [row] = await db.execute('select * from platform.account where lower(email) = lower(?)', [email.trim().normalize('NFC')])
    return row ? db.map(Account, row) : null
  }

  async #prove<T>(claim: Claim, { client, requestId }: Asking, enter: Enter<T>): Promise<T> {
    const { platform, limits, secondFactor } = this.parts
    const { account, totp, refuse } = claim
    const attempt = await limits.attempt(`${client.address} ${claim.email.trim().normalize('NFC').toLowerCase()}`)
    let counted = false
    try {
      const good = await passwordMatches(account?.passwordHash ?? await decoyHash(), claim.password)
      if (!account || !good || account.disabledAt)
        throw refuse('password')
      const code = totp !== undefined && account.totpConfirmedAt ? totp?.trim() ?? '' : undefined
      if (code === '')
        throw new Unauthenticated('Give the code of your authenticator, too.', { code: 'SECOND_FACTOR_REQUIRED' })
      if (code !== undefined) {
        // By account, from wherever: six digits are soon guessed. It slows nobody who does not have the password.
        await limits.count('secondFactor', account.id)
        counted = true
      }
      const answer = await platform.transaction(async (db) => {
        // A password that is changed meanwhile ends all sessions: none may begin behind its back. And codes are taken in turn.
        const [same] = await db.execute<unknown[]>('select id from platform.account where id = ? and password_hash = ? and disabled_at is null for no key update', [account.id, account.passwordHash])
        if (!same)
          throw refuse('password')
        if (code !== undefined && !await secondFactor.accept(db, account, code))
          throw refuse('totp')
        return enter(db, account)
      })
      if (counted)
        await limits.giveBack('secondFactor', account.id)
      await attempt.succeed()
      return answer
    }
    catch (error) {
      const code = error instanceof ExpectedError ? error.code : undefined
      if (!Object.values<unknown>(wrong).includes(code)) {
        await attempt.withdraw()
        // The code was right where something else than it was refused.
        if (counted && account)
          await limits.giveBack('secondFactor', account.id)
      }
      else if (account && attempt.slowed) {
        this.#recordRefusal(account.id, requestId)
      }
      throw error
    }
  }

  /** Once for each time it had to wait, so that nobody fills a school's record; and beside the answer, which must not take longer for it. */
  #recordRefusal(accountId: string, requestId: string | undefined): void {
    const { platform, log } = this.parts
    platform.transaction(async db => recordAll(db, await concerning(db, accountId, { action: 'session.refused' }), { actor: { kind: 'visitor' }, ...(requestId && { requestId }) }))
      .catch((error: unknown) => log.warn({ err: error, accountId }, 'refused sign-ins could not be recorded'))
  }
}
