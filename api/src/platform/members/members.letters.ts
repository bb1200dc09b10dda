import type { MemberRole } from '../../access/principal.ts'
import type { Letter } from '../../mail/letter.ts'
import { shortName } from '../../mail/letter.ts'

interface Invited { readonly tenant_id: string, readonly email: string, readonly role: MemberRole, readonly school: string, readonly inviter: string | null }

const duties: Readonly<Record<MemberRole, string>> = {
  ADMIN: 'an administrator',
  OFFICE: 'a member of the office',
  TEACHER: 'a teacher',
  READ_ONLY: 'a reader',
}

/** Asks somebody to join a school. What has been answered, taken back or has expired since gets no mail. */
const invitation: Letter = {
  kind: 'INVITATION',
  async write({ query, newSecret, link }, { id }) {
    const { secret, hash } = newSecret()
    // Superadmins join no school, and a disabled account joins none: neither is sent a link that could not work.
    const [invited] = await query<Invited>(`
      update platform.invitation i set token_hash = $2
      from platform.tenant t
      where i.id = $1 and t.id = i.tenant_id and t.lifecycle = 'ACTIVE'
        and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()
        and not exists (select from platform.account a where lower(a.email) = lower(i.email) and (a.superadmin or a.disabled_at is not null))
      returning i.tenant_id, i.email, i.role, t.name as school, (select name from platform.account where id = i.invited_by) as inviter`, [id, hash])
    if (!invited)
      return undefined
    const school = shortName(invited.school)
    return {
      of: { tenantId: invited.tenant_id },
      to: invited.email,
      subject: `Join ${school} on Homeroom`,
      paragraphs: [`${invited.inviter ? shortName(invited.inviter) : 'Somebody'} invites you to join ${school} on Homeroom as ${duties[invited.role]}.`],
      button: { label: 'Look at the invitation', url: link('/invitation', secret) },
      closing: ['The link works once, for seven days. If you do not know the school, there is nothing to do: without your answer nothing happens.'],
    }
  },
}

/** What members writes to people. */
export const membersLetters: readonly Letter[] = [invitation]
