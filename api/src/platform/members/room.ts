import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { IdentityService } from '../identity/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { AcceptanceService } from './acceptance.service.ts'
import { InvitationsResolver } from './invitations.resolver.ts'
import { InvitationsService } from './invitations.service.ts'
import { MembersResolver } from './members.resolver.ts'
import { MembersService } from './members.service.ts'

export type { InvitationsService } from './invitations.service.ts'
export { membersLetters } from './members.letters.ts'
export { AccountType } from './members.type.ts'

/** Who belongs to a school: inviting, joining, changing roles, leaving. */
export function membersRoom({ platform, tenancy, identity, jobs, limits }: { platform: Platform, tenancy: TenancyService, identity: IdentityService, jobs: JobSender, limits: Limits }) {
  const members = new MembersService(platform)
  const invitations = new InvitationsService({ platform, tenancy, jobs })
  const acceptance = new AcceptanceService({ platform, identity })
  return { invitations, resolvers: [new MembersResolver(members), new InvitationsResolver(invitations, acceptance, limits)] }
}
