import type { PlatformDb } from '../../database/platform-db.ts'
import type { Seal } from '../../shared/seal.ts'
import type { Account } from './account.entity.ts'
import { Secret, TOTP } from 'otpauth'

// What every authenticator takes, whatever it is told.
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Codes of the step before and after are good too: clocks differ. */
const stepsAround = 1
const secretBytes = 20

export interface NewSecondFactor {
  /** otpauth:// for a QR code. */
  readonly uri: string
  /** Base32, to be typed. */
  readonly secret: string
  /** What is stored. */
  readonly sealed: Buffer
}

/** Six digits from an authenticator (RFC 6238). Secrets are sealed for their account. */
export class SecondFactor {
  constructor(private readonly seal: Seal) {}

  /** A secret for this account, random unless given in base32. */
  create({ id, email }: Pick<Account, 'id' | 'email'>, base32?: string): NewSecondFactor {
    const secret = base32 === undefined ? new Secret({ size: secretBytes }) : Secret.fromBase32(base32)
    const uri = new TOTP({ ...form, issuer: 'Homeroom', label: email, secret }).toString()
    return { uri, secret: secret.base32, sealed: this.seal.close(secret.bytes, id) }
  }

  /**
   * Takes a code in the transaction of `db`, for good: of several who bring the same one, one has it accepted.
   * A rollback gives it back.
   */
  async accept(db: PlatformDb, { id, totpSecret }: Pick<Account, 'id' | 'totpSecret'>, code: string): Promise<boolean> {
    const step = totpSecret ? this.#stepOf(id, totpSecret, code) : undefined
    if (step === undefined)
      return false
    const taken = await db.execute<unknown[]>('update platform.account set totp_last_step = ? where id = ? and totp_secret = ? and (totp_last_step is null or totp_last_step < ?) returning id', [step, id, totpSecret, step])
    return taken.length === 1
  }

  /** The time step a code belongs to; undefined for a wrong one. */
  #stepOf(accountId: string, sealed: Uint8Array, code: string): number | undefined {
    const secret = new Secret({ buffer: new Uint8Array(this.seal.open(sealed, accountId)).buffer })
    const timestamp = Date.now()
    const distance = TOTP.validate({ ...form, secret, token: code.replace(/\s/g, ''), timestamp, window: stepsAround })
    return distance === null ? undefined : TOTP.counter({ period: form.period, timestamp }) + distance
  }
}
