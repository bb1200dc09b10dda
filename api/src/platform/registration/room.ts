import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { IdentityService } from '../identity/room.ts'
import type { InvitationsService } from '../members/room.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { Founding } from './founding.ts'
import { RegistrationResolver } from './registration.resolver.ts'
import { RegistrationService } from './registration.service.ts'

export { Founding } from './founding.ts'

/** How schools come: they sign up, or the operator creates a tenant for them and invites who looks after it. */
export function registrationRoom(parts: { platform: Platform, tenancy: TenancyService, identity: IdentityService, invitations: InvitationsService, preparation: PreparationService, jobs: JobSender, limits: Limits }) {
  const founding = new Founding(parts)
  const registration = new RegistrationService({ ...parts, founding })
  return { founding, resolvers: [new RegistrationResolver(registration, parts.limits)] }
}
