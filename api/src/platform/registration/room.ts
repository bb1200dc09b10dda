import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { IdentityService } from '../identity/room.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { RegistrationResolver } from './registration.resolver.ts'
import { RegistrationService } from './registration.service.ts'

/** A school signs up: tenant, owner, session and jobs in one transaction. */
export function registrationRoom(parts: { platform: Platform, tenancy: TenancyService, identity: IdentityService, preparation: PreparationService, jobs: JobSender, limits: Limits }) {
  return { resolvers: [new RegistrationResolver(new RegistrationService(parts), parts.limits)] }
}
