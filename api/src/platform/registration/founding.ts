import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { FieldError } from '../../shared/errors.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { Asked, Remembered } from './idempotency.ts'
import type { NewSchool } from './registration.input.ts'
import { randomUUID } from 'node:crypto'
import { UniqueConstraintViolationException } from '@mikro-orm/core'
import { Conflict } from '../../shared/errors.ts'
import { isSlugTaken, slugLook, slugTaken, Tenant } from '../tenancy/room.ts'
import { recall, remember } from './idempotency.ts'

/** How somebody asks for a tenant, and what belongs to it. */
interface Plan<Ready, Answer> {
  readonly asked: Asked
  /** The school that wants to try things out in it. */
  readonly testOf?: string
  /** What must be known, or takes long, before the transaction. Refuses what is unfit. */
  readonly ready: () => Promise<Ready>
  /** What commits together with the tenant and the job that prepares its school. */
  readonly settle: (db: PlatformDb, tenant: Tenant, ready: Ready) => Promise<Answer>
  /** The same key and the same input again: the answer is the tenant there is. */
  readonly repeat: (tenantId: string) => Promise<Answer>
}

/** Somebody took the idempotency key while this one was on its way. */
class KeyTaken extends Error {}

/** Makes tenants: the one way for a school that signs up and for one that the operator creates. */
export class Founding {
  constructor(private readonly parts: { platform: Platform, tenancy: TenancyService, preparation: PreparationService }) {}

  /** Idempotency key, tenant, what `settle` adds, and the job commit together, or nothing does. */
  async found<Ready, Answer>(school: NewSchool, { asked, testOf, ready, settle, repeat }: Plan<Ready, Answer>): Promise<Answer> {
    const earlier = await this.#recall(school, asked)
    if (earlier)
      return repeat(same(earlier))
    try {
      const prepared = await ready()
      return await this.parts.platform.transaction(async (db) => {
        const tenant = await this.#store(db, school, asked, testOf)
        return settle(db, tenant, prepared)
      })
    }
    catch (error) {
      // Where a parallel repeat has committed meanwhile, what is taken was taken by this very input.
      const meanwhile = (error instanceof KeyTaken || error instanceof Conflict) && await this.#recall(school, asked)
      if (meanwhile)
        return repeat(same(meanwhile))
      throw takenField(error) ?? error
    }
  }

  /** The kind message where a slug is taken; the unique indexes make it true. */
  async slugProblems(slug: string): Promise<FieldError[]> {
    const { available, message } = await this.parts.tenancy.checkSlug(slug)
    return available ? [] : [{ ...slugTaken, message: message! }]
  }

  async #store(db: PlatformDb, { name, slug, timeZone, locale, idempotencyKey }: NewSchool, asked: Asked, testOf: string | undefined): Promise<Tenant> {
    const id = randomUUID() // version 4: the id is the visitor's only credential
    if (idempotencyKey && !await remember(db, idempotencyKey, asked, id))
      throw new KeyTaken()
    const tenant = db.create(Tenant, { id, name, slug, slugLook: slugLook(slug), timeZone, locale, test: testOf !== undefined, testOf: testOf ?? null, createdAt: new Date() })
    await db.flush()
    await this.parts.preparation.request(db, id)
    return tenant
  }

  async #recall({ idempotencyKey }: NewSchool, asked: Asked): Promise<Remembered | undefined> {
    return idempotencyKey ? recall(this.parts.platform, idempotencyKey, asked) : undefined
  }
}

/** A key stands for one input, and a password that goes with it. */
export const anotherSignUp = (): Conflict => new Conflict('This idempotency key was used for another sign-up.')

function same({ tenantId, sameInput }: Remembered): string {
  if (!sameInput)
    throw anotherSignUp()
  return tenantId
}

export const emailTaken: FieldError = { path: ['admin', 'email'], code: 'EMAIL_TAKEN', message: 'There is an account with this e-mail address. Sign in instead.' }

/** One refusal for all fields, called after the first. */
export const taken = (fields: readonly FieldError[]): Conflict => new Conflict(fields[0]!.message, { code: fields[0]!.code, fields })

/** Two at once: the index decided, and its word becomes the same field error. */
function takenField(error: unknown): Conflict | undefined {
  if (isSlugTaken(error))
    return taken([slugTaken])
  return error instanceof UniqueConstraintViolationException && (error as { constraint?: string }).constraint === 'account_email_unique' ? taken([emailTaken]) : undefined
}
