import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { ServedVersions } from './served-versions.ts'
import { TenancyResolver, TenantConnectionResolver } from './tenancy.resolver.ts'
import { TenancyService } from './tenancy.service.ts'

export { serves } from './served-versions.ts'
export type { ServedVersions } from './served-versions.ts'
export { isSlugTaken, slugTaken } from './slug-taken.ts'
export { refuseSlug, slugLook } from './slug.ts'
export { TenancyService } from './tenancy.service.ts'
export { tenantStateColumns, tenantStateOf } from './tenant-state.ts'
export type { TenantState, TenantStateRow } from './tenant-state.ts'
export type { Lifecycle, PreparationStatus } from './tenant.entity.ts'
export { Tenant, TenantSchema } from './tenant.entity.ts'
export { PreparationStatusType, TenantType } from './tenant.type.ts'
export type { TenantRow } from './tenants.queries.ts'

/** Who the schools are: records, addresses, and whether a school may be entered. */
export function tenancyRoom(parts: { platform: Platform, limits: Limits, served: ServedVersions }) {
  const tenancy = new TenancyService(parts.platform, parts.served)
  return { tenancy, resolvers: [new TenancyResolver(tenancy, parts.limits), new TenantConnectionResolver()] }
}
