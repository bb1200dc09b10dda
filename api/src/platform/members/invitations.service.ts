import type { MemberRole } from '../../access/principal.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { FieldError } from '../../shared/errors.ts'
import type { Trail } from '../../shared/trail.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { InvitationRow } from './members.queries.ts'
import { requestMail } from '../../mail/mail.job.ts'
import { Conflict, invalidField, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { inviteMemberInput } from './members.input.ts'
import { invitationsOf } from './members.queries.ts'

interface NewInvitation { readonly tenantId: string, readonly email: string, readonly role: MemberRole, readonly invitedBy: string | null }

export class InvitationsService {
  constructor(private readonly parts: { platform: Platform, tenancy: TenancyService, jobs: JobSender }) {}

  /** What is open in the tenant, the newest first. */
  list(tenantId: string): Promise<InvitationRow[]> {
    return invitationsOf(this.parts.platform.fork(), tenantId)
  }

  /**
   * Asks somebody to join: invitation, mail job and audit record commit together. An open one is replaced. Whether the
   * address has an account, is a superadmin's or nobody's shows in nothing.
   */
  async invite(tenantId: string, input: unknown, trail: Trail): Promise<InvitationRow> {
    const { email, role } = parseInput(inviteMemberInput, input)
    return this.parts.platform.transaction(async (db) => {
      const id = await this.place(db, tenantId, { email, role }, trail)
      // Read before it is committed: from then on somebody else may replace it.
      const [invitation] = await invitationsOf(db, tenantId, id)
      return invitation!
    })
  }

  /** Asks somebody to be an ADMIN, as the operator: where the first invitation was lost, or nobody is left who could invite. */
  async inviteAdmin(tenantId: string, email: string, trail: Trail): Promise<InvitationRow> {
    const { id, lifecycle } = await this.parts.tenancy.get(tenantId)
    // No mail would be sent.
    if (lifecycle !== 'ACTIVE')
      throw new Conflict(`This school is ${lifecycle}: nobody can join it now.`, { code: 'LIFECYCLE_CONFLICT', facts: { lifecycle } })
    await this.refuseUninvitable(email, 'email')
    return this.invite(id, { email, role: 'ADMIN' }, trail)
  }

  /** Why an address cannot be invited, as a problem with that field. For operators: in a school nobody may learn whose address it is. */
  async uninvitable(email: string, field: string): Promise<FieldError | undefined> {
    const [account] = await this.parts.platform.query<{ superadmin: boolean }>('select superadmin from platform.account where lower(email) = lower($1) and (superadmin or disabled_at is not null)', [email])
    return account && { path: [field], code: 'CANNOT_JOIN', message: account.superadmin ? 'This is a superadmin\'s address, who belongs to no school.' : 'The account with this address is disabled.' }
  }

  async refuseUninvitable(email: string, field: string): Promise<void> {
    const problem = await this.uninvitable(email, field)
    if (problem)
      throw invalidField(problem.path, problem.code, problem.message)
  }

  /** Invitation, mail job and audit record in the transaction of `db`, for an address that has been looked at; answers the invitation's id. */
  async place(db: PlatformDb, tenantId: string, { email, role }: { email: string, role: MemberRole }, trail: Trail): Promise<string> {
    const { id, replaced } = await replace(db, { tenantId, email, role, invitedBy: trail.actor.id ?? null })
    // Afterwards: an acceptance on its way holds the open invitation, and is seen here once it has let go.
    await refuseMember(db, tenantId, email)
    await requestMail(db, this.parts.jobs, { kind: 'INVITATION', id, tenantId })
    await record(db, tenantId, { action: replaced ? 'invitation.renewed' : 'invitation.created', subject: { type: 'invitation', id }, details: { email, role, ...(replaced && { replaces: replaced }) } }, trail)
    return id
  }

  /** Takes an open invitation back: its link is void from now on. */
  async revoke(tenantId: string, id: string, trail: Trail): Promise<void> {
    if (!isUuid(id))
      throw new NotFound('The invitation')
    await this.parts.platform.transaction(async (db) => {
      const [revoked] = await db.execute<{ email: string, role: MemberRole }[]>(`
        update platform.invitation set revoked_at = now() where id = ? and tenant_id = ? and accepted_at is null and revoked_at is null
        returning email, role`, [id, tenantId])
      if (!revoked)
        throw new NotFound('The invitation')
      await record(db, tenantId, { action: 'invitation.revoked', subject: { type: 'invitation', id }, details: { ...revoked } }, trail)
    })
  }
}

/**
 * A new invitation in the place of the address's open one, whose link ends with it: a letter on its way for that one is
 * not sent any more. One at a time for each address of a school.
 */
async function replace(db: PlatformDb, { tenantId, email, role, invitedBy }: NewInvitation): Promise<{ id: string, replaced: string | undefined }> {
  await db.execute('select pg_advisory_xact_lock(hashtextextended(\'invitation \' || ? || lower(?), 0))', [tenantId, email])
  const [replaced] = await db.execute<{ id: string }[]>(`
    update platform.invitation set revoked_at = now()
    where tenant_id = ? and lower(email) = lower(?) and accepted_at is null and revoked_at is null returning id`, [tenantId, email])
  const [placed] = await db.execute<{ id: string }[]>(`
    insert into platform.invitation (id, tenant_id, email, role, invited_by, expires_at)
    values (gen_random_uuid(), ?, ?, ?, ?, now() + interval '7 days') returning id`, [tenantId, email, role, invitedBy])
  return { id: placed!.id, replaced: replaced?.id }
}

async function refuseMember(db: PlatformDb, tenantId: string, email: string): Promise<void> {
  const members = await db.execute('select 1 from platform.membership m join platform.account a on a.id = m.account_id where m.tenant_id = ? and lower(a.email) = lower(?)', [tenantId, email])
  if (members.length > 0)
    throw emailTaken()
}

function emailTaken(): Conflict {
  const message = 'Somebody with this e-mail address is a member already.'
  return new Conflict(message, { code: 'EMAIL_TAKEN', fields: [{ path: ['email'], code: 'EMAIL_TAKEN', message }] })
}
