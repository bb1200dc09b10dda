import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import { TenancyResolver } from './tenancy.resolver.ts'
import { TenancyService } from './tenancy.service.ts'

export { refuseSlug, slugLook } from './slug.ts'
export { TenancyService } from './tenancy.service.ts'
export type { PreparationStatus } from './tenant.entity.ts'
export { Tenant, TenantSchema } from './tenant.entity.ts'
export { TenantType } from './tenant.type.ts'

/** Who the schools are: records, addresses, and whether a school may be entered. */
export function tenancyRoom(parts: { platform: Platform, limits: Limits }) {
  const tenancy = new TenancyService(parts.platform)
  return { tenancy, resolvers: [new TenancyResolver(tenancy, parts.limits)] }
}
