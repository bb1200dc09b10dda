import type { Client } from '../../access/request-context.ts'
import type { PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { FieldError } from '../../shared/errors.ts'
import type { Trail } from '../../shared/trail.ts'
import type { IdentityService, StartedSession } from '../identity/room.ts'
import type { InvitationsService } from '../members/room.ts'
import type { TenancyService, Tenant } from '../tenancy/room.ts'
import type { Founding } from './founding.ts'
import type { SignUp } from './registration.input.ts'
import { requestMail } from '../../mail/mail.job.ts'
import { Invalid, invalidField } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { hashPassword, refuseWeakPassword } from '../identity/room.ts'
import { anotherSignUp, emailTaken, taken } from './founding.ts'
import { createForInput, signUpInput } from './registration.input.ts'

export interface SignedUp { tenant: Tenant, session: StartedSession }

export class RegistrationService {
  constructor(private readonly parts: {
    founding: Founding
    tenancy: TenancyService
    identity: IdentityService
    invitations: InvitationsService
    jobs: JobSender
  }) {}

  /** Signs a school up: tenant, owner, membership, session, audit record and jobs commit together, or nothing does. */
  async signUp(input: unknown, client: Client, requestId: string): Promise<SignedUp> {
    const signUp = parseInput(signUpInput, input)
    const { name, slug, admin, timeZone, locale } = signUp
    const { keep, ...signedUp } = await this.parts.founding.found<string, SignedUp & { keep?: (client: Client) => void }>(signUp, {
      asked: [name, slug, admin.name, admin.email.toLowerCase(), timeZone, locale],
      // Hashing takes longer than everything in the transaction; and judging has a thread of its own.
      ready: async () => (await Promise.all([hashPassword(admin.password), this.#refuseUnfit(signUp)]))[0],
      settle: (db, tenant, passwordHash) => this.#enterOwner(db, tenant, { name: admin.name, email: admin.email, passwordHash }, client, requestId),
      repeat: tenantId => this.#comeBack(tenantId, admin, client, requestId),
    })
    keep?.(client)
    return signedUp
  }

  /**
   * Creates a tenant for a school, as the operator, and invites who is to be its ADMIN: tenant, invitation, audit record
   * and jobs commit together, or nothing does. Whoever has an account already joins with it.
   */
  async createFor(input: unknown, trail: Trail): Promise<Tenant> {
    const school = parseInput(createForInput, input)
    const { name, slug, adminEmail: email, timeZone, locale } = school
    return this.parts.founding.found(school, {
      asked: ['for', trail.actor.id ?? null, name, slug, email.toLowerCase(), timeZone, locale],
      ready: () => this.#refuseUninvitable(slug, email),
      settle: async (db, tenant) => {
        await record(db, tenant.id, { action: 'tenant.created', subject: { type: 'tenant', id: tenant.id }, details: { slug } }, trail)
        await this.parts.invitations.place(db, tenant.id, { email, role: 'ADMIN' }, trail)
        return tenant
      },
      repeat: tenantId => this.parts.tenancy.get(tenantId),
    })
  }

  async #enterOwner(db: PlatformDb, tenant: Tenant, person: { name: string, email: string, passwordHash: string }, client: Client, requestId: string) {
    const { identity, jobs } = this.parts
    const { account, membership } = await identity.createOwner(db, person, tenant.id)
    await requestMail(db, jobs, { kind: 'EMAIL_VERIFICATION', id: account.id })
    await record(db, tenant.id, { action: 'tenant.created', subject: { type: 'tenant', id: tenant.id }, details: { slug: tenant.slug } }, { actor: { kind: 'member', id: account.id }, requestId })
    const { keep, ...session } = await identity.sessions.start(db, { account, membership }, client, requestId)
    return { tenant, session, keep }
  }

  /** The same key again: the same tenant for the same input and password, with a session of its own. */
  async #comeBack(tenantId: string, { email, password }: SignUp['admin'], client: Client, requestId: string): Promise<SignedUp> {
    const session = await this.parts.identity.signIn({ email, password, tenantId }, undefined, client, requestId)
      .catch((error) => { throw (error as { code?: string }).code === 'INVALID_CREDENTIALS' ? anotherSignUp() : error })
    return { tenant: await this.parts.tenancy.get(tenantId), session }
  }

  /** The kind message, for everything at once that needs more than a look at the input; the unique indexes make it true. */
  async #refuseUnfit({ name, slug, admin }: SignUp): Promise<void> {
    const [slugProblems, account, weakness] = await Promise.all([
      this.parts.founding.slugProblems(slug),
      this.parts.identity.findAccount(admin.email),
      refuseWeakPassword(admin.password, [name, slug, admin.name, admin.email]),
    ])
    const fields: FieldError[] = [...slugProblems, ...(account ? [emailTaken] : [])]
    const weak: FieldError[] = weakness ? [{ path: ['admin', 'password'], code: 'WEAK_PASSWORD', message: weakness }] : []
    if (fields.length > 0)
      throw taken([...fields, ...weak])
    if (weakness)
      throw new Invalid(weakness, { fields: weak })
  }

  /** Nobody would be told where no mail is sent: here, unlike in a school, it may be said whose address it is. */
  async #refuseUninvitable(slug: string, email: string): Promise<void> {
    const [slugProblems, cannotJoin] = await Promise.all([this.parts.founding.slugProblems(slug), this.parts.invitations.uninvitable(email, 'adminEmail')])
    if (slugProblems.length > 0)
      throw taken([...slugProblems, ...cannotJoin ? [cannotJoin] : []])
    if (cannotJoin)
      throw invalidField(cannotJoin.path, cannotJoin.code, cannotJoin.message)
  }
}
