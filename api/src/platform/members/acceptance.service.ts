import type { Client } from '../../access/request-context.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { FieldError } from '../../shared/errors.ts'
import type { IdentityService, StartedSession } from '../identity/room.ts'
import type { AcceptInvitation } from './members.input.ts'
import type { InvitationPreview, TakenInvitation } from './members.queries.ts'
import { randomUUID } from 'node:crypto'
import { UniqueConstraintViolationException } from '@mikro-orm/core'
import { Conflict, Forbidden, Invalid, NotFound } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { Account, hashPassword, Membership, refusePasswordLength, refuseWeakPassword } from '../identity/room.ts'
import { acceptInvitationInput } from './members.input.ts'
import { invitationByLink, takeInvitation } from './members.queries.ts'

/** In which request somebody joins. */
interface Asking { readonly client: Client, readonly requestId: string }

export class AcceptanceService {
  constructor(private readonly parts: { platform: Platform, identity: IdentityService }) {}

  /** What a link is for; unknown, used, revoked, expired and closed schools' answer alike. */
  async preview(token: string): Promise<InvitationPreview> {
    const invitation = await invitationByLink(this.parts.platform, token)
    if (!invitation)
      throw new NotFound('The invitation')
    return invitation
  }

  /**
   * Joins the school of a link. The link shows that the e-mail address is theirs, the password whose account it is;
   * where there is no account, one is made. Membership, session and audit record commit together, once.
   */
  async accept(input: unknown, client: Client, requestId: string): Promise<StartedSession> {
    const answer = parseInput(acceptInvitationInput, input)
    const invitation = await this.preview(answer.token)
    const joining = invitation.accountExists
      ? this.#joinAsAccount(answer, invitation.email, { client, requestId })
      : this.#joinAsNewcomer(answer, invitation, { client, requestId })
    const session = await joining.catch((error) => { throw overtaken(error) ?? error })
    session.keep(client)
    return session
  }

  /** As at sign-in: the same proof, slowed down alike. */
  #joinAsAccount({ token, password, totp }: AcceptInvitation, email: string, asking: Asking) {
    return this.parts.identity.prove({ email, password, totp }, asking, async (db, account) => {
      // Said to that superadmin alone: nobody else gets here.
      if (account.superadmin)
        throw new Forbidden('A superadmin belongs to no school.')
      const invitation = await take(db, token)
      // The mail arrived there, and whoever read it knows the password.
      await db.nativeUpdate(Account, { id: account.id, emailVerifiedAt: null }, { emailVerifiedAt: new Date() })
      return this.#enter(db, invitation, account, asking)
    })
  }

  async #joinAsNewcomer(answer: AcceptInvitation, { tenantName, email }: InvitationPreview, asking: Asking) {
    const newcomer = await fit(answer, [tenantName, email])
    return this.parts.platform.transaction(async (db) => {
      const invitation = await take(db, answer.token)
      const now = new Date()
      const account = db.create(Account, { id: randomUUID(), email: invitation.email, ...newcomer, createdAt: now, credentialsChangedAt: now, emailVerifiedAt: now })
      return this.#enter(db, invitation, account, asking)
    })
  }

  async #enter(db: PlatformDb, { id, tenantId, role }: TakenInvitation, account: Account, { client, requestId }: Asking) {
    const membership = db.create(Membership, { id: randomUUID(), accountId: account.id, tenantId, role, createdAt: new Date() })
    await db.flush()
    const trail = { actor: { kind: 'member', id: account.id }, requestId } as const
    await record(db, tenantId, { action: 'invitation.accepted', subject: { type: 'invitation', id }, details: { accountId: account.id } }, trail)
    await record(db, tenantId, { action: 'membership.created', subject: { type: 'membership', id: membership.id }, details: { accountId: account.id, role } }, trail)
    return this.parts.identity.sessions.start(db, { account, membership }, client, requestId)
  }
}

async function take(db: PlatformDb, token: string): Promise<TakenInvitation> {
  const invitation = await takeInvitation(db, token)
  if (!invitation)
    throw new NotFound('The invitation')
  return invitation
}

/** What a new account needs; everything that is missing is named at once. */
async function fit({ name, password }: AcceptInvitation, known: readonly string[]): Promise<{ name: string, passwordHash: string }> {
  const tooShort = refusePasswordLength(password)
  // Beside the judging, which has a thread of its own.
  const [passwordHash, weak] = tooShort ? ['', tooShort] : await Promise.all([hashPassword(password), refuseWeakPassword(password, [...known, name ?? ''])])
  const fields: FieldError[] = []
  if (!name)
    fields.push({ path: ['name'], code: 'REQUIRED', message: 'Please fill this in.' })
  if (weak)
    fields.push({ path: ['password'], code: 'WEAK_PASSWORD', message: weak })
  if (!name || weak)
    throw new Invalid(fields[0]!.message, { fields })
  return { name, passwordHash }
}

/** What a unique index decided between two at once. */
function overtaken(error: unknown): Conflict | undefined {
  if (!(error instanceof UniqueConstraintViolationException))
    return undefined
  switch ((error as { constraint?: string }).constraint) {
    case 'account_email_unique': return new Conflict('An account with this e-mail address was made a moment ago. Please try again with its password.')
    case 'membership_account_tenant_unique': return new Conflict('You are a member of this school already. Please sign in.', { code: 'ALREADY_MEMBER' })
    default: return undefined
  }
}
