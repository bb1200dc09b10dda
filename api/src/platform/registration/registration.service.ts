import type { Client } from '../../access/request-context.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { FieldError } from '../../shared/errors.ts'
import type { IdentityService, StartedSession } from '../identity/room.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { Remembered } from './idempotency.ts'
import type { SignUp } from './registration.input.ts'
import { randomUUID } from 'node:crypto'
import { UniqueConstraintViolationException } from '@mikro-orm/core'
import { requestMail } from '../../mail/mail.job.ts'
import { Conflict, Invalid } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { hashPassword, refuseWeakPassword } from '../identity/room.ts'
import { slugLook, Tenant } from '../tenancy/room.ts'
import { recall, remember } from './idempotency.ts'
import { signUpInput } from './registration.input.ts'

export interface SignedUp { tenant: Tenant, session: StartedSession }

/** Somebody took the idempotency key while this sign-up was on its way. */
class KeyTaken extends Error {}

export class RegistrationService {
  constructor(private readonly parts: {
    platform: Platform
    tenancy: TenancyService
    identity: IdentityService
    preparation: PreparationService
    jobs: JobSender
  }) {}

  /** Signs a school up: tenant, owner, membership, session, audit record and jobs commit together, or nothing does. */
  async signUp(input: unknown, client: Client, requestId: string): Promise<SignedUp> {
    const signUp = parseInput(signUpInput, input)
    const earlier = await this.#recall(signUp)
    if (earlier)
      return this.#repeat(earlier, signUp, client, requestId)
    try {
      // Before the transaction, since hashing takes longer than everything in it; and beside the judging, which has a thread of its own.
      const [passwordHash] = await Promise.all([hashPassword(signUp.admin.password), this.#refuseUnfit(signUp)])
      const { tenant, session } = await this.parts.platform.transaction(db => this.#store(db, signUp, passwordHash, client, requestId))
      session.keep(client)
      return { tenant, session }
    }
    catch (error) {
      // Where a parallel repeat has committed meanwhile, what is taken was taken by this very sign-up.
      const meanwhile = (error instanceof KeyTaken || error instanceof Conflict) && await this.#recall(signUp)
      if (meanwhile)
        return this.#repeat(meanwhile, signUp, client, requestId)
      throw takenField(error) ?? error
    }
  }

  async #store(db: PlatformDb, signUp: SignUp, passwordHash: string, client: Client, requestId: string) {
    const id = randomUUID() // version 4: the id is the visitor's only credential
    if (signUp.idempotencyKey && !await remember(db, signUp.idempotencyKey, signUp, id))
      throw new KeyTaken()
    const { name, slug, timeZone, locale } = signUp
    const tenant = db.create(Tenant, { id, name, slug, slugLook: slugLook(slug), timeZone, locale, createdAt: new Date() })
    await db.flush()
    const { account, membership } = await this.parts.identity.createOwner(db, { name: signUp.admin.name, email: signUp.admin.email, passwordHash }, id)
    await this.parts.preparation.request(db, id)
    await requestMail(db, this.parts.jobs, { kind: 'EMAIL_VERIFICATION', id: account.id })
    await record(db, id, { action: 'tenant.created', subject: { type: 'tenant', id }, details: { slug } }, { actor: { kind: 'member', id: account.id }, requestId })
    const session = await this.parts.identity.sessions.start(db, { account, membership }, client, requestId)
    return { tenant, session }
  }

  async #recall(signUp: SignUp): Promise<Remembered | undefined> {
    return signUp.idempotencyKey ? recall(this.parts.platform, signUp.idempotencyKey, signUp) : undefined
  }

  /** The same key again: the same tenant for the same input and password, with a session of its own. */
  async #repeat(earlier: Remembered, signUp: SignUp, client: Client, requestId: string): Promise<SignedUp> {
    const refusal = () => new Conflict('This idempotency key was used for another sign-up.')
    if (!earlier.sameInput)
      throw refusal()
    const { email, password } = signUp.admin
    const session = await this.parts.identity.signIn({ email, password, tenantId: earlier.tenantId }, undefined, client, requestId)
      .catch((error) => { throw (error as { code?: string }).code === 'INVALID_CREDENTIALS' ? refusal() : error })
    return { tenant: await this.parts.tenancy.get(earlier.tenantId), session }
  }

  /** The kind message, for everything at once that needs more than a look at the input; the unique indexes make it true. */
  async #refuseUnfit({ name, slug, admin }: SignUp): Promise<void> {
    const { tenancy, identity } = this.parts
    const [availability, account, weakness] = await Promise.all([
      tenancy.checkSlug(slug),
      identity.findAccount(admin.email),
      refuseWeakPassword(admin.password, [name, slug, admin.name, admin.email]),
    ])
    const fields: FieldError[] = []
    if (!availability.available)
      fields.push({ path: ['slug'], code: 'SLUG_TAKEN', message: availability.message! })
    if (account)
      fields.push(emailTaken)
    const weak = weakness ? [{ path: ['admin', 'password'], code: 'WEAK_PASSWORD', message: weakness }] : []
    if (fields.length > 0)
      throw taken([...fields, ...weak])
    if (weakness)
      throw new Invalid(weakness, { fields: weak })
  }
}

const emailTaken: FieldError = { path: ['admin', 'email'], code: 'EMAIL_TAKEN', message: 'There is an account with this e-mail address. Sign in instead.' }
const slugTaken: FieldError = { path: ['slug'], code: 'SLUG_TAKEN', message: 'A school has this address already.' }

const taken = (fields: FieldError[]): Conflict => new Conflict(fields[0]!.message, { code: fields[0]!.code, fields })

/** Two sign-ups at once: the index decided, and its word becomes the same field error. */
function takenField(error: unknown): Conflict | undefined {
  if (!(error instanceof UniqueConstraintViolationException))
    return undefined
  const { constraint } = error as { constraint?: string }
  if (constraint === 'account_email_unique')
    return taken([emailTaken])
  return constraint?.startsWith('tenant_slug') ? taken([slugTaken]) : undefined
}
