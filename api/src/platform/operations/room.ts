import type { Platform } from '../../database/platform-db.ts'
import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { FleetTenantResolver, TenantOperationsResolver, tenantsSubscription } from './operations.resolver.ts'
import { OperationsService } from './operations.service.ts'
import { TenantsFeed } from './tenants-feed.ts'

/** What the operator sees of tenants: why they fail, what happened to them, how long they took, and each change as it comes. */
export function operationsRoom(parts: { platform: Platform, tenancy: TenancyService, bus: Bus, log: Log }) {
  const feed = new TenantsFeed(parts.bus, ids => parts.tenancy.findAll(ids), parts.log)
  const service = new OperationsService(parts.platform, parts.tenancy, feed)
  return { resolvers: [new FleetTenantResolver(service), new TenantOperationsResolver(service), tenantsSubscription(service)], stop: () => feed.close() }
}
